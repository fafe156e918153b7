"""The journal of an application as Russian sentences, one after another. Pure."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from applications.models import Event
from contracts.models_messages import DeliveryStatus
from contracts.statuses import PAYMENT_STATES, ScansState
from contracts.statuses_operators import Outcome, OutcomeKind
from denimhub.workstation.card_words import cause
from lenders.models import LenderCallback
from partners.models_calls import PartnerCall

Names = Mapping[str, str]
"""Names of lenders by their codes."""
_PERSON: Final = 'operator '


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; `look` is good, bad, warn, person or nothing."""

    at: datetime
    text: str
    who: str
    why: str
    look: str = ''


_APPLICATION: Final = {
    'NEW': 'Анкета принята', 'SCORING': 'Анкета передана кредиторам', 'OFFERED': 'Предложения показаны клиенту',
    'DEAL': 'Предложение выбрано', 'ISSUED': 'Кредит выдан, заявка закрыта', 'DECLINED': 'Заявка отклонена',
    'FAILED': 'Заявка закончилась ошибкой', 'CANCELED': 'Заявка отменена', 'EXPIRED': 'Срок заявки вышел'}
_SUBMISSION: Final = {
    'SENDING': '{} получает анкету', 'SENT': '{} принял анкету', 'APPROVED': '{} одобрил',
    'DECLINED': '{} отказал', 'FAILED': '{}: ошибка', 'CANCELED': '{}: анкета отозвана'}
_OFFER: Final = {
    'CONFIRMED': 'Выбрано предложение: {}', 'LAPSED': 'Предложение больше не действует: {}',
    'REJECTED': 'Предложение снято: {}'}
_CONTRACT: Final = {
    'PREPARING': 'Договор готовится: {}', 'READY': 'Договор готов к подписанию: {}', 'SIGNED': 'Договор подписан: {}',
    'CONFIRMED': 'Партнёр подтвердил договор: {}', 'ISSUING': 'Подтверждение передано, ждём выдачи: {}',
    'ISSUED': 'Кредит выдан: {}', 'DECLINED': 'Договор отклонён: {}', 'FAILED': 'Ошибка договора: {}',
    'CANCELED': 'Договор отменён: {}', 'EXPIRED': 'Срок договора вышел: {}'}
_OUTCOMES: Final = {
    'proposed': 'Предложен исход', 'approved': 'Исход подтверждён вторым человеком',
    'refused': 'Исход отклонён вторым человеком', 'withdrawn': 'Исход отозван автором',
    'outdated': 'Исход больше не нужен'}
_LOOKS: Final = {
    'ISSUED': 'good', 'APPROVED': 'good', 'SIGNED': 'good', 'accepted': 'good', 'approved': 'good',
    'DECLINED': 'bad', 'FAILED': 'bad', 'CANCELED': 'warn', 'EXPIRED': 'warn', 'RESCAN_NEEDED': 'warn'}


def timeline(events: Iterable[Event], names: Names, *, is_for_partner: bool) -> list[Moment]:
    """Events in their order. Staff of a partner do not read who of the back office did something, nor why."""
    return [_moment(event, names, is_for_partner=is_for_partner) for event in events
            if not (is_for_partner and event.subject in _INNER)]


_INNER: Final = frozenset({'note', 'in work', 'asked again', 'job', 'outcome submission', 'outcome choice',
                           'outcome issue', 'support bundle'})


def _moment(event: Event, names: Names, *, is_for_partner: bool) -> Moment:
    is_person = event.actor.startswith(_PERSON)
    why = '' if is_person and is_for_partner else cause(event.why)
    look = _LOOKS.get(event.moved_to) or ('person' if is_person else '')
    return Moment(event.at, sentence(event, names), who(event.actor, names, is_for_partner=is_for_partner), why, look)


def sentence(event: Event, names: Names) -> str:
    """What happened."""
    head, _space, rest = event.subject.partition(' ')
    if event.subject.startswith('scans of '):
        return f'Сканы: {_scans(event.moved_to)}' if event.moved_to else 'Сканы пришли поздно'
    say = _SAY.get(event.subject) or _SAY.get(head)
    if say is None:
        arrow = ' → '.join(word for word in (event.moved_from, event.moved_to) if word)
        return f'{event.subject}: {arrow}' if arrow else event.subject
    return say(event, names.get(rest, rest))


def _scans(state: str) -> str:
    return str(ScansState(state).label) if state in ScansState.values else state


def _payment(event: Event, _lender: str) -> str:
    if event.subject == 'payment link':
        return 'СМС со ссылкой отправлено повторно' if event.moved_to else 'СМС со ссылкой'
    return f'Оплата: {dict(PAYMENT_STATES).get(event.moved_to, event.moved_to)}'


def _code(event: Event, _rest: str) -> str:
    if event.why.startswith('codes allowed again'):
        return 'Подписание открыто снова'
    return 'Новый код отправлен по просьбе оператора' if event.moved_to else 'Код подписания'


def _sms(event: Event, kind: str) -> str:
    what = 'с кодом' if kind == 'code' else 'со ссылкой'
    first = event.why.partition(':')[0]
    if first in DeliveryStatus.values:
        return f'СМС {what}: {DeliveryStatus(first).label}'
    return f'СМС {what}'


def _outcome(event: Event, kind: str) -> str:
    question = str(OutcomeKind(kind).label) if kind in OutcomeKind.values else kind
    outcome = str(Outcome(event.moved_from).label) if event.moved_from in Outcome.values else event.moved_from
    return f'{_OUTCOMES.get(event.moved_to, event.moved_to)}: {question} — {outcome}'


def _job(event: Event, _rest: str) -> str:
    return 'Задание запущено снова' if event.moved_to == 'READY' else 'Задание отложено'


def _by(table: Mapping[str, str]) -> Callable[[Event, str], str]:
    return lambda event, lender: table.get(event.moved_to, f'{event.moved_to}: {{}}').format(lender).rstrip(': ')


_SAY: Final[Mapping[str, Callable[[Event, str], str]]] = {
    'application': _by(_APPLICATION), 'submission': _by(_SUBMISSION), 'offer': _by(_OFFER), 'contract': _by(_CONTRACT),
    'payment': _payment, 'signing': _code, 'SMS': _sms, 'outcome': _outcome, 'job': _job,
    'confirmation': lambda _event, lender: f'{lender} принял подтверждение',
    'choice': lambda _event, lender: f'Выбор предложения у кредитора уточнён: {lender}',
    'in work': lambda event, _rest: f'Взята в работу: {event.moved_to}' + (
        f' (до этого {event.moved_from})' if event.moved_from else ''),
    'note': lambda _event, _rest: 'Заметка', 'asked again': lambda _event, _rest: 'Кредиторы спрошены ещё раз',
    'support bundle': lambda _event, _rest: 'Скачан пакет для поддержки',
}


def who(actor: str, names: Names, *, is_for_partner: bool = False) -> str:
    """Who did it, as people say."""
    head, _space, name = actor.partition(' ')
    if head == 'operator':
        return 'сотрудник DenimHub' if is_for_partner else f'оператор {name}'
    if head == 'lender':
        return names.get(name, name)
    if head == 'gateway':
        return f'СМС-шлюз {name}'
    return {'partner': 'партнёр', 'system': 'система'}.get(actor, actor)


def calls_of_partner(calls: Iterable[PartnerCall]) -> list[PartnerCall]:
    """Calls that tell something: repeated polls with the same answer are left to the number beside the last one."""
    shown: list[PartnerCall] = []
    for call in calls:
        if shown and shown[-1].method == call.method and shown[-1].code == call.code and call.method.startswith('get_'):
            call.times = getattr(shown[-1], 'times', 1) + 1  # type: ignore[attr-defined]
            shown[-1] = call
        else:
            call.times = 1  # type: ignore[attr-defined]
            shown.append(call)
    return shown


def hints(callbacks: Iterable[LenderCallback]) -> list[Moment]:
    """Callbacks of lenders: they decide nothing, and tell that something has changed there."""
    return [Moment(row.received_at, f'{row.lender.name} прислал уведомление', row.lender.name, row.event)
            for row in callbacks]
