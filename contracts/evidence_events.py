"""The course of a signing in Russian, one line an event, out of the bodies of records. Pure."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from contracts.forms.words import plural

MOSCOW: Final = ZoneInfo('Europe/Moscow')
DELIVERIES: Final = {
    'delivered': 'СМС доставлено на телефон', 'failed': 'СМС не доставлено', 'expired': 'СМС не доставлено в срок'}
_CHECKS: Final = {
    'accepted': 'Кредитор подтвердил: код верный', 'wrong': 'Кредитор ответил: код неверный',
    'expired': 'Кредитор ответил: код больше не действует', 'void': 'Ответа кредитора нет: проверка не состоялась',
    'sent': 'Кредитор отправил клиенту код'}
_TRIES: Final = {
    'accepted': 'Введён верный код', 'wrong': 'Введён неверный код',
    'unfinished': 'Введён код; его сравнение не закончилось до подписания'}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the course: when (UTC), what, and what more there is to say. `is_main` is the signature itself."""

    at: datetime
    what: str
    more: str = ''
    is_main: bool = False


def clock(at: datetime | str) -> str:
    """`24.11.2026 10:31:22` by Moscow time."""
    return moscow(at).strftime('%d.%m.%Y %H:%M:%S')


def moscow(at: datetime | str) -> datetime:
    """A time of a record, in Moscow."""
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(MOSCOW)


def course(body: Mapping[str, Any], later: Iterable[Mapping[str, Any]]) -> list[Happened]:
    """Everything that happened around one signature, by time; `later` are the bodies added after it."""
    found = [*_documents(body), *_pages(body)]
    for code in body['codes']:
        found += _code(code, at_lender=body['mode'] == 'lender')
    found.append(Happened(_at(body['signed_at']), _SIGNED[body['mode']], is_main=True))
    for told in later:
        found += _later(told)
    order = sorted(enumerate(found), key=lambda pair: (pair[1].at, pair[0]))
    return [happened for _number, happened in order]


_SIGNED: Final = {
    'platform': 'Код принят: документы подписаны', 'lender': 'Код принят кредитором: документы подписаны',
    'paper': 'Кредитор принял подписанные страницы: договор подписан'}


def _at(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _documents(body: Mapping[str, Any]) -> Iterator[Happened]:
    for stage, what in (('offers', 'Подготовлены согласия'), ('contract', 'Подготовлены документы договора')):
        made = [row for row in body['documents'] if row['stage'] == stage]
        if made:
            count = f'{len(made)} {plural(len(made), "документ", "документа", "документов")}'
            yield Happened(_at(max(row['made_at'] for row in made)), what, count)


def _pages(body: Mapping[str, Any]) -> Iterator[Happened]:
    for page in body['pages']:
        name = f'{page["type"]}, версия {page["version"]}'
        yield Happened(_at(page['received_at']), 'Получена страница с подписью', name)
        if page['sent_at']:
            yield Happened(_at(page['sent_at']), 'Страница передана кредитору', name)


def _code(code: Mapping[str, Any], *, at_lender: bool) -> Iterator[Happened]:
    name = f'Код № {code["seq"]}'
    why = 'отправлен сам, когда договор был готов' if code['sent_by'] == 'platform' else 'по просьбе клиента'
    if not at_lender:
        until = f', действует до {clock(code["expires_at"])}' if code['expires_at'] else ''
        yield Happened(_at(code['made_at']), f'{name} создан', why + until)
    if code['sms']:
        yield from _sms(code['sms'], name)
    for tried in code['tries']:
        yield from _asked(tried, name) if at_lender else _compared(tried, name)
    if code['void_at'] and not code['accepted_at']:
        yield Happened(_at(code['void_at']), f'{name} больше не действует')


def _compared(tried: Mapping[str, Any], name: str) -> Iterator[Happened]:
    yield Happened(_at(tried['at']), _TRIES[tried['result']], f'{name}, попытка {tried["number"]}')


def _asked(tried: Mapping[str, Any], name: str) -> Iterator[Happened]:
    what = 'Код запрошен у кредитора' if tried['operation'] == 'send' else 'Введённый код передан кредитору на проверку'
    yield Happened(_at(tried['at']), what, name)
    if tried['answered_at']:
        yield Happened(_at(tried['answered_at']), _CHECKS.get(tried['result'], tried['result']), name)


def _sms(sms: Mapping[str, Any], name: str) -> Iterator[Happened]:
    if sms['sent_at']:
        through = f'шлюз {sms["gateway"]}, номер {sms["gateway_id"]}' if sms['gateway'] else (
            'тестовый режим: СМС осталось в исходящих')
        yield Happened(_at(sms['sent_at']), f'СМС передано для отправки ({name.lower()})', through)
    yield from _delivered(sms)


def _delivered(told: Mapping[str, Any]) -> Iterator[Happened]:
    reported = [part['reported_at'] for part in told['parts'] if part['reported_at']]
    at = told['delivered_at'] or max(reported, default=told.get('recorded_at'))
    if told['delivery_status'] in DELIVERIES and at:
        why = f'ответ шлюза: {told["delivery_reason"]}' if told['delivery_reason'] else ''
        yield Happened(_at(at), DELIVERIES[told['delivery_status']], why)


def _later(told: Mapping[str, Any]) -> Iterator[Happened]:
    if told['kind'] == 'delivery':
        yield from _delivered(told)
    elif told['kind'] == 'report':
        taken = told['result'] == 'taken'
        yield Happened(
            _at(told['reported_at']), 'Кредитору сообщено о подписании' if taken else 'Подпись учтена',
            '' if taken else 'этот кредитор сообщений о подписании не принимает')
    elif told['kind'] == 'void':
        yield Happened(
            _at(told['void_at']), 'Кредитор заменил печатные формы: подпись под прежними больше не действует',
            f'новая версия форм: {told["new_forms_version"]}', is_main=True)
