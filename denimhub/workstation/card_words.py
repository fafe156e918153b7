"""The words of the card: work, calls and causes as operators read them. Pure."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from denimhub.workstation.words import counted

JOBS: Final[Mapping[str, str]] = {
    'offers.request': 'Выбрать кредиторов для анкеты',
    'offers.submit': 'Передать анкету кредитору',
    'offers.decision': 'Узнать решение кредитора',
    'offers.settle': 'Закончить рассмотрение',
    'offers.expire': 'Снять предложения, когда выйдет срок',
    'offers.release': 'Сообщить кредитору, что заявка окончена',
    'offers.nudge': 'Спросить кредитора по его сигналу',
    'contracts.consents': 'Напечатать согласия клиента',
    'contracts.prepare': 'Сообщить о выборе и получить договор',
    'contracts.render': 'Напечатать договор',
    'contracts.expire': 'Закрыть договор, если его не подпишут в срок',
    'contracts.nudge': 'Спросить кредитора по его сигналу',
    'contracts.report_signature': 'Сообщить кредитору о подписи',
    'contracts.confirm': 'Подтвердить договор у кредитора',
    'contracts.watch_issue': 'Узнать, выдан ли кредит',
    'contracts.watch_payment': 'Узнать об оплате',
    'contracts.ask_code': 'Отправить или проверить код у кредитора',
    'contracts.send_message': 'Отправить СМС',
    'contracts.watch_delivery': 'Узнать, доставлено ли СМС',
    'contracts.evidence_deliveries': 'Дописать доставку СМС в доказательства',
    'scans.submit': 'Передать кредитору сканы анкеты',
    'scans.process': 'Проверить скан',
    'scans.send': 'Отправить сканы кредитору',
    'scans.verdicts': 'Узнать решение по сканам',
    'scans.refresh': 'Пересчитать, какие сканы нужны',
    'registries.book': 'Записать сделку в журнал реестров',
    'registries.sweep_deal': 'Сверить сделку с кредитором',
}
OPERATIONS: Final[Mapping[str, str]] = {
    'submit': 'анкета', 'decision': 'решение', 'choose': 'выбор предложения', 'contract': 'договор',
    'document': 'печатная форма', 'send_code': 'отправка кода', 'check_code': 'проверка кода',
    'signature': 'подпись', 'scans': 'сканы', 'send_scans': 'сканы', 'scan_verdicts': 'решение по сканам',
    'confirm': 'подтверждение', 'state': 'состояние', 'cancel': 'отмена', 'find': 'поиск по нашему номеру',
}
METHODS: Final[Mapping[str, str]] = {
    'create_form': 'отправил анкету', 'get_offers': 'запросил предложения', 'confirm_offer': 'выбрал предложение',
    'get_contract': 'запросил договор', 'send_sms_link': 'попросил СМС со ссылкой',
    'resend_sms_code': 'попросил новый код', 'check_sms_code': 'передал код', 'save_scans': 'прислал сканы',
    'get_scans_status': 'запросил сканы', 'confirm_contract': 'подтвердил договор',
    'get_signing_status': 'запросил подписание', 'get_payment_status': 'запросил оплату',
    'get_issue_status': 'запросил выдачу', 'cancel': 'отменил заявку', 'get_file': 'скачал файл',
}
DOCUMENTS: Final[Mapping[str, str]] = {'offers': 'к предложениям', 'contract': 'договор'}
_CAUSES: Final[Mapping[str, str]] = {
    'no lender serves this form': 'ни один кредитор не работает с такой анкетой',
    'silent at the deadline': 'кредитор не ответил в срок',
    'the consents could not be printed': 'не удалось напечатать согласия',
    'no offer, and a lender failed': 'предложений нет, у кредитора ошибка',
    'all lenders declined': 'все кредиторы отказали',
    'the decision came after the scoring had ended': 'решение пришло после конца рассмотрения',
    'the offers expired': 'срок предложений вышел',
    'no offer was chosen in time': 'никто не выбрал предложение в срок',
    'the lender takes no scans': 'кредитор не берёт сканы',
    'another offer was chosen': 'выбрано другое предложение',
    'not signed in time': 'не подписан в срок',
    'cancel': 'отмена по API', 'refused': 'отказ', 'issue declined': 'в выдаче отказано',
    'issue failed': 'ошибка выдачи', 'scans declined': 'сканы отклонены',
    'codes allowed again': 'подписание открыто снова',
    'signed: platform': 'кодом из СМС', 'signed: lender': 'кодом кредитора', 'signed: paper': 'на бумаге',
    'the lender was told': 'кредитору сообщено',
    'the wrong tries of the contract are used up': 'неверные попытки по договору исчерпаны',
    'the phone is not a Russian mobile': 'телефон не российский мобильный',
    'the phone has had its messages of the day': 'телефон получил все СМС за сутки',
    'the partner has used up its SMS of the day': 'партнёр израсходовал СМС за день',
    'the page is not on a host of the lender': 'страница оплаты не у кредитора',
    'the address of the page is too long for an SMS': 'адрес страницы не помещается в СМС',
    'no answer in time': 'ответа нет в срок',
    'the outcome of the issue is unknown and the lender takes no keys: an operator decides':
        'исход выдачи неизвестен, а повторить запрос этому кредитору нельзя: решает человек',
    'the lender may have the choice already and can neither be asked nor told twice':
        'кредитор, возможно, уже знает о выборе, а повторить запрос нельзя: решает человек',
    'every attempt ended with its worker': 'все попытки оборвались вместе с процессом',
    'the lender may still be working on the confirmation': 'кредитор ещё может обрабатывать подтверждение',
    'the lender may still be taking the first request in': 'кредитор ещё может принимать первую отправку',
    'refused, as the lender says when asked': 'отказ: так ответил кредитор на запрос',
}
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r'^(\d+) lenders asked$'),
     lambda m: f'спрошено: {counted(int(m[1]), "кредитор", "кредитора", "кредиторов")}'),
    (re.compile(r'^(\d+) offers$'), lambda m: counted(int(m[1]), 'предложение', 'предложения', 'предложений')),
    (re.compile(r'^offer [0-9a-f-]{36}$'), lambda _m: ''),
    (re.compile(r'^printed forms changed, version (\d+)$'), lambda m: f'печатные формы сменились, версия {m[1]}'),
    (re.compile(r'^not sent: (.+)$'), lambda m: f'не отправлено: {cause(m[1])}'),
    (re.compile(r'^codes allowed again: (.+)$', re.DOTALL), lambda m: m[1]),
    (re.compile(r'^outcome by two people, asked by (.+)$'), lambda m: f'по решению двух людей, предложил {m[1]}'),
    (re.compile(r'^the lender refuses to cancel: (.+)$', re.DOTALL), lambda m: f'кредитор не отменяет: {cause(m[1])}'),
    (re.compile(r'^the lender does not take the signature: (.+)$', re.DOTALL),
     lambda m: f'кредитор не принимает подпись: {cause(m[1])}'),
    (re.compile(r'^parked by (.+)$'), lambda m: f'отложил {m[1]}'),
)
_TROUBLES: Final[Mapping[str, str]] = {
    'LenderUnavailable': 'кредитор недоступен', 'OutcomeUnknown': 'ответ кредитора потерян',
    'RequestRefused': 'кредитор не принял запрос', 'NotUnderstood': 'ответ кредитора не понят',
    'Unsupported': 'кредитор этого не умеет',
}


def cause(text: str) -> str:
    """A reason of the journal or of a job in Russian, where we know it; else as it is."""
    known = _CAUSES.get(text)
    if known is not None:
        return known
    for pattern, say in _PATTERNS:
        found = pattern.match(text)
        if found:
            return say(found)
    head, colon, rest = text.partition(':')
    if colon and head in _TROUBLES:
        return f'{_TROUBLES[head]}: {cause(rest.strip())}'
    return text


def job_words(kind: str) -> str:
    """What a job does."""
    return JOBS.get(kind, kind)


def made_words(made_from: str) -> str:
    """What a printed form was made from."""
    found = re.match(r'^template (\d+) version (\d+)$', made_from)
    if found:
        return f'шаблон {found[1]}, версия {found[2]}'
    return {'lender': 'прислал кредитор', 'built-in form': 'форма платформы'}.get(made_from, made_from or '—')


def method_words(method: str) -> str:
    """What a partner did by a call."""
    return METHODS.get(method, method)
