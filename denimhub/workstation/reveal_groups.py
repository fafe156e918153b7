"""Groups of personal data that are shown together, and their lines as people read them."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import TextChoices
from django.utils import timezone

from applications import vocabulary
from applications.models import Application
from applications.questionnaire.fields import FIELDS
from contracts.models import Message
from denimhub.workstation.ages import moscow

Line = tuple[str, str]
"""A label and its value."""
_LABELS: Final[Mapping[str, str]] = {
    row.name: row.description.replace(' в формате YYYY-MM-DD', '') for row in FIELDS}
_DAY: Final = re.compile(r'(\d{4})-(\d\d)-(\d\d)')
_WORDS: Final[Mapping[str, str]] = {
    str(value): str(label) for kind in vars(vocabulary).values()
    if isinstance(kind, type) and issubclass(kind, TextChoices) for value, label in kind.choices}
_YES_NO: Final = {True: 'да', False: 'нет'}


@dataclass(frozen=True, slots=True)
class Group:
    """A title, and the beginnings of the names of its fields; files are shown by pages of their own."""

    title: str
    heads: tuple[str, ...] = ()
    is_file: bool = False


GROUPS: Final[Mapping[str, Group]] = {
    'name': Group('Имя и рождение', (
        'last_name', 'first_name', 'middle_name', 'previous_', 'birth_', 'gender', 'marital_', 'child_', 'dependants_',
        'marriage_', 'spouse_', 'codeword')),
    'contacts': Group('Телефоны и почта', (
        'mobile_', 'home_phone', 'registration_phone', 'work_phone', 'additional_work_phone', 'email',
        'communication_')),
    'passport': Group('Паспорт и другие документы', (
        'passport_', 'international_passport_', 'driver_', 'pension_certificate', 'inn', 'snils')),
    'address': Group('Адреса', ('registration_', 'residence_', 'is_living_')),
    'work': Group('Работа, доходы, близкие', (
        'employ', 'income_', 'other_', 'total_', 'job_', 'current_field_', 'relation_persons', 'monthly_', 'education',
        'pension_start', 'main_income', 'credit_', 'bank_', 'card_', 'has_', 'is_', 'car_')),
    'messages': Group('Тексты СМС'),
    'scans': Group('Сканы', is_file=True),
    'documents': Group('Согласия и договор', is_file=True),
}
_ORDER: Final = ('name', 'contacts', 'passport', 'address', 'work')


def group_of(field: str) -> str:
    """The group of a field of the questionnaire; '' for what tells nothing about a person."""
    for name in _ORDER:
        if any(field.startswith(head) for head in GROUPS[name].heads):
            return name
    return ''


def lines_of(group: Group, application: Application, texts: Sequence[Message]) -> tuple[list[str], list[Line]]:
    """Names of the fields that are shown, for the log, and the lines; files have neither."""
    if group.is_file:
        return [], []
    if not group.heads:
        return ['sms'] if texts else [], [
            (f'{moscow(row.created_at, timezone.now())}, {row.get_kind_display()}', row.text) for row in texts]
    found = {name: value for name, value in application.questionnaire.items()
             if group_of(name) and GROUPS[group_of(name)] is group and value not in (None, '', [])}
    lines = [line for name, value in found.items() for line in _told(_LABELS.get(name, name), value)]
    return list(found), lines


def _told(label: str, value: Any) -> list[Line]:
    if isinstance(value, bool):
        return [(label, _YES_NO[value])]
    if isinstance(value, Mapping):
        return [(label, ', '.join(str(part) for part in value.values() if part not in (None, '')))]
    if isinstance(value, list):
        return [line for one in value for line in _told(label, one)]
    text = str(value)
    return [(label, _DAY.sub(r'\3.\2.\1', text) if _DAY.fullmatch(text) else _WORDS.get(text, text))]
