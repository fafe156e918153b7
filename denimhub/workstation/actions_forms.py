"""Forms of what operators do: every one asks why, and carries a key by which a double press is known."""
from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any, Final

from django import forms

from applications.models import Application
from contracts.services_operators import LEAST_REASON, LONGEST_REASON, Press
from contracts.statuses_operators import OUTCOMES, Outcome, OutcomeKind

_PERSONAL: Final = re.compile(r'\S+@\S+|\d(?:[\s()./–-]*\d){8,}')
"""An e-mail, or nine digits and more: a phone, a passport, an account."""
_NAMES: Final = ('last_name', 'first_name', 'middle_name')
_AREA: Final = {'rows': 3}


def names_of(application: Application) -> frozenset[str]:
    """Words that would tell who the client is, in lower case."""
    return frozenset(
        str(application.questionnaire.get(name) or '').lower() for name in _NAMES) - {''}


def without_personal_data(text: str, names: Iterable[str] = ()) -> str:
    """The text; raises ValidationError when it names a phone, a document, an e-mail or the client."""
    words = set(re.findall(r'[\w-]+', text.lower()))
    if _PERSONAL.search(text) or words & set(names):
        raise forms.ValidationError(
            'Без персональных данных: уберите имя клиента, номера телефонов и документов, адреса почты. '
            'Запись остаётся в журнале навсегда.')
    return text


class ReasonForm(forms.Form):
    """Why; and the key of this very form."""

    reason = forms.CharField(
        label='Причина', min_length=LEAST_REASON, max_length=LONGEST_REASON, widget=forms.Textarea(attrs=_AREA),
        help_text='От 5 до 500 знаков, без персональных данных: останется в журнале заявки.',
        error_messages={'min_length': 'Напишите причину подробнее: хотя бы 5 знаков.',
                        'required': 'Напишите причину.'})
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, names: Iterable[str] = ()) -> None:
        super().__init__(data, initial={'key': uuid.uuid4()})
        self._names = frozenset(names)

    def clean_reason(self) -> str:
        """Without what tells who the client is."""
        return without_personal_data(' '.join(self.cleaned_data['reason'].split()), self._names)

    def press(self, operator: str) -> Press:
        """What a valid form asks for."""
        return Press(key=self.cleaned_data['key'], operator=operator, why=self.cleaned_data['reason'])


class OutcomeForm(ReasonForm):
    """What the lender said of a talk whose answer was lost."""

    outcome = forms.ChoiceField(label='Как есть на самом деле', widget=forms.RadioSelect)
    lender_application_id = forms.CharField(
        label='Номер заявки у кредитора', max_length=100, required=False,
        help_text='Нужен, если кредитор принял анкету.')
    evidence = forms.CharField(
        label='Что сказал кредитор', min_length=10, max_length=4000, widget=forms.Textarea(attrs={'rows': 4}),
        help_text='Кто, когда и каким путём ответил: дата и номер письма, имя сотрудника. Хранится зашифрованным.')
    field_order = ('outcome', 'lender_application_id', 'evidence', 'reason', 'key')

    def __init__(self, data: Any = None, *, kind: OutcomeKind, names: Iterable[str] = ()) -> None:
        super().__init__(data, names=names)
        choices = [(outcome.value, _first_up(str(outcome.label))) for outcome in OUTCOMES[kind]]
        field: Any = self.fields['outcome']
        field.choices = choices
        if kind != OutcomeKind.SUBMISSION:
            del self.fields['lender_application_id']
        self._kind = kind

    def clean(self) -> dict[str, Any]:
        """A form that was taken has a number there."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if (self._kind == OutcomeKind.SUBMISSION and found.get('outcome') == Outcome.TAKEN
                and not (found.get('lender_application_id') or '').strip()):
            self.add_error('lender_application_id', 'Укажите номер, под которым анкета есть у кредитора.')
        return found


class DecisionForm(forms.Form):
    """The word of the second person."""

    decision = forms.ChoiceField(label='Решение', widget=forms.RadioSelect)
    reason = forms.CharField(
        label='Почему', min_length=LEAST_REASON, max_length=LONGEST_REASON, widget=forms.Textarea(attrs=_AREA),
        help_text='От 5 до 500 знаков, без персональных данных.',
        error_messages={'min_length': 'Напишите подробнее: хотя бы 5 знаков.', 'required': 'Напишите почему.'})

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]], names: Iterable[str] = ()) -> None:
        super().__init__(data)
        field: Any = self.fields['decision']
        field.choices = choices
        self._names = frozenset(names)

    def clean_reason(self) -> str:
        """Without what tells who the client is."""
        return without_personal_data(' '.join(self.cleaned_data['reason'].split()), self._names)


WHY: Final = (
    ('client', 'Обращение клиента'), ('partner', 'Обращение партнёра'), ('lender', 'Вопрос кредитора'),
    ('check', 'Проверка данных анкеты'), ('fraud', 'Подозрение на мошенничество'), ('incident', 'Разбор сбоя'))


class RevealForm(forms.Form):
    """What to show, and why."""

    groups = forms.MultipleChoiceField(
        label='Что показать', widget=forms.CheckboxSelectMultiple,
        error_messages={'required': 'Отметьте, что показать.'})
    why = forms.ChoiceField(label='Зачем', choices=(('', 'Выберите…'), *WHY))
    reason = forms.CharField(
        label='Подробнее', min_length=LEAST_REASON, max_length=300, widget=forms.Textarea(attrs=_AREA),
        help_text='Номер обращения или письма. Попадёт в журнал доступа, его читают аудиторы.',
        error_messages={'min_length': 'Напишите подробнее: хотя бы 5 знаков.', 'required': 'Напишите, зачем.'})

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]], chosen: list[str] | None = None) -> None:
        super().__init__(data, initial={'groups': chosen or []})
        field: Any = self.fields['groups']
        field.choices = choices

    def clean_reason(self) -> str:
        """The log of access holds no personal data."""
        return without_personal_data(' '.join(self.cleaned_data['reason'].split()))

    @property
    def told(self) -> str:
        """The reason as the log keeps it."""
        return f'{dict(WHY)[self.cleaned_data["why"]]}: {self.cleaned_data["reason"]}'


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
