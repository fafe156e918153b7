"""`evidence.pdf`: the protocol of signing for people, above all for a judge. In Russian, by Moscow time."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reportlab.lib import colors
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table
from reportlab.platypus import TableStyle as Ruling

from contracts.evidence_events import clock, course, moscow
from contracts.forms.sheet import (
    BODY,
    BOLD,
    CELL,
    CELL_BOLD,
    CELL_CENTER,
    NOTE,
    SECTION,
    TITLE,
    WIDTH,
    clean,
    grid,
    header_row,
    markup,
    print_form,
    style,
    text,
)
from contracts.forms.words import digits, month_words, phone, rubles
from lenders.documents import BY_LENDER

_HASH: Final = style('hash', fontName='Courier', fontSize=7.2, leading=8.6)
_LABEL: Final = style('label', fontSize=8.4, leading=11, textColor=colors.Color(0.4, 0.4, 0.4))
_VALUE: Final = style('value', fontSize=9.4, leading=12)
_STRONG: Final = style('strong', fontSize=9.4, leading=12, fontName=BOLD)
_SUBTITLE: Final = style('subtitle', fontSize=10, leading=13, alignment=1, spaceAfter=8)
_SMS: Final = style('sms', fontSize=9.4, leading=12)
_CARD: Final = colors.Color(0.955, 0.965, 0.98)
_EDGE: Final = colors.Color(0.2, 0.32, 0.5)
_WARN: Final = colors.Color(0.99, 0.95, 0.88)
_TEMPLATE: Final = re.compile(r'template (\d+) version (\d+)')
_WARN_EDGE: Final = colors.Color(0.75, 0.45, 0.05)
_WAYS: Final = {
    'platform': 'простая электронная подпись: одноразовый код из СМС создала и сверила платформа DenimHub',
    'lender': 'простая электронная подпись: одноразовый код отправил и сверил кредитор; платформа передала ему '
              'введённый код и записала ответ',
    'paper': 'собственноручная подпись на бумаге; страницы с подписью получены сканами, кредитор их принял'}
_MEANINGS: Final = {
    'platform': 'Код был отправлен только на указанный номер и действовал только для документов этой версии: после '
                'замены любого из них он бы не подошёл. Текст СМС хранится зашифрованным.',
    'lender': 'Кто получил код и верен ли он, удостоверил кредитор; здесь записаны время и содержание его ответов.',
    'paper': 'Подпись удостоверяют сами страницы: они приложены в том виде, в каком их принял кредитор.'}


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the chain as it is shown: number, hash, body."""

    number: int
    sha256: str
    body: Mapping[str, Any]


def render_protocol(records: Sequence[Entry], names: Mapping[str, str], *, fingerprint: str) -> bytes:
    """Print the protocol; `names` are files of the package by guid, `fingerprint` is that of the signing key."""
    signatures = [entry for entry in records if entry.body['kind'] == 'signature']
    first = signatures[-1].body
    story: list[Flowable] = [text('ПРОТОКОЛ ПОДПИСАНИЯ', TITLE), text(_about(first), _SUBTITLE)]
    if first['is_sandbox']:
        story.append(_note('Тестовая заявка: настоящей сделки за этим протоколом нет.'))
    for number, entry in enumerate(signatures, 1):
        later = [row.body for row in records
                 if row.body['kind'] != 'signature' and row.body['signature_guid'] == entry.body['signature_guid']]
        if len(signatures) > 1:
            story.append(text(f'ПОДПИСЬ {number} ИЗ {len(signatures)}', style(
                'which', fontName=BOLD, fontSize=11, leading=14, spaceBefore=12, spaceAfter=4, keepWithNext=1)))
        story += _signature(entry.body, later, names)
    story += [*_chain(records), *_how_to_verify(fingerprint)]
    return print_form(story, title=f'Протокол подписания {_about(first)}', author='DenimHub')


def _about(body: Mapping[str, Any]) -> str:
    number, name = body['contract']['number'], body['contract']['lender']['name']
    which = f'договора № {number}' if number else f'договора по заявке {body["form_guid"]}'
    return f'{which} · {name}'


def _signature(body: Mapping[str, Any], later: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Flowable]:
    story: list[Flowable] = []
    if any(told['kind'] == 'void' for told in later):
        story.append(_note(
            'Эта подпись относится к прежним документам: кредитор их заменил, и она больше не действует.'))
    story.append(_card(body))
    story += [text('1. Что подписано', SECTION), _files(body, names)]
    story += [text('2. Как это происходило (время московское)', SECTION), _events(body, later)]
    if texts := [code for code in body['codes'] if code['sms']]:
        story += [text('3. Что получил клиент', SECTION), _messages(texts)]
    story.append(markup(_MEANINGS[body['mode']], style('meaning', parent=BODY, spaceBefore=6)))
    return story


def _card(body: Mapping[str, Any]) -> Flowable:
    client, terms = body['client'], body['contract']
    lender = terms['lender']['legal_name'] or terms['lender']['name']
    seller = ', '.join(filter(None, [body['partner'], body['point']['name']]))
    point = f' (код точки {body["point"]["code"]})'
    operator = ' '.join(filter(None, [body['operator']['name'], body['operator']['code']]))
    asked = body['request']
    call = ', '.join(filter(None, [
        f'адрес {asked["ip"]}' if asked['ip'] else '', f'запрос {asked["request_id"]}' if asked['request_id'] else '']))
    signed = moscow(body['signed_at'])
    rows = [
        ('Подписал', ' '.join(filter(None, [client['last_name'], client['first_name'], client['middle_name']])), True),
        ('Телефон', phone(client['mobile_phone']), False),
        ('Когда', f'{_day(signed)} в {signed:%H:%M:%S} по московскому времени', True),
        ('Как', _WAYS[body['mode']], False),
        ('Кредитор', lender, False),
        ('Договор', _deal(terms), False),
        ('Где', seller + point, False),
        ('Сотрудник точки', operator or 'не указан', False),
        *([('Вызов кассы', call, False)] if call else []),
        ('Анкета', body['form_guid'], False),
    ]
    table = Table(
        [[text(label, _LABEL), text(value, _STRONG if strong else _VALUE)] for label, value, strong in rows],
        colWidths=[WIDTH * 0.19, WIDTH * 0.81])
    table.setStyle(Ruling([
        ('BACKGROUND', (0, 0), (-1, -1), _CARD), ('LINEBEFORE', (0, 0), (0, -1), 2.5, _EDGE),
        ('VALIGN', (0, 0), (-1, -1), 'TOP'), ('LEFTPADDING', (0, 0), (0, -1), 9), ('LEFTPADDING', (1, 0), (1, -1), 4),
        ('TOPPADDING', (0, 0), (-1, -1), 1.5), ('BOTTOMPADDING', (0, 0), (-1, -1), 2.5),
        ('TOPPADDING', (0, 0), (-1, 0), 7), ('BOTTOMPADDING', (0, -1), (-1, -1), 8)]))
    return table


def _day(at: datetime) -> str:
    return f'{at.day} {month_words(at)} {at.year} г.'


def _deal(terms: Mapping[str, Any]) -> str:
    amount = terms['amount_kopecks']
    parts = [f'№ {terms["number"]}' if terms['number'] else 'без номера',
             f'сумма {rubles(amount)}' if amount is not None else '']
    return ', '.join(filter(None, parts))


def _note(words: str) -> Flowable:
    table = Table([[text(words, _STRONG)]], colWidths=[WIDTH])
    table.setStyle(Ruling([
        ('BACKGROUND', (0, 0), (-1, -1), _WARN), ('LINEBEFORE', (0, 0), (0, -1), 2.5, _WARN_EDGE),
        ('LEFTPADDING', (0, 0), (-1, -1), 9), ('TOPPADDING', (0, 0), (-1, -1), 4),
        ('BOTTOMPADDING', (0, 0), (-1, -1), 6)]))
    return KeepTogether([table, Spacer(0, 6)])


def _in_groups(sha256: str) -> str:
    """A hash in groups of eight, so that two people can compare it aloud."""
    return ' '.join(sha256[start:start + 8] for start in range(0, len(sha256), 8))


def _hash(sha256: str) -> Paragraph:
    """The same in two lines of four groups."""
    half = len(sha256) // 2
    return markup(f'{clean(_in_groups(sha256[:half]))}<br/>{clean(_in_groups(sha256[half:]))}', _HASH)


def _made_from(words: str) -> str:
    """What the bytes of a document were made from, as `Document.made_from` says it."""
    if words == BY_LENDER:
        return ', прислан кредитором'
    template = _TEMPLATE.fullmatch(words)
    return f', по шаблону кредитора {template[1]} версии {template[2]}' if template else ''


def _files(body: Mapping[str, Any], names: Mapping[str, str]) -> Flowable:
    rows: list[list[Any]] = [header_row('№', 'Документ', 'Байт', 'SHA-256 (отпечаток файла)')]
    for number, file in enumerate((*body['documents'], *body['pages']), 1):
        is_page = 'scan_guid' in file
        role = 'страница с подписью' if is_page else (
            'согласие, показанное до договора' if file['stage'] == 'offers' else 'документ договора')
        origin = '' if is_page else _made_from(file['made_from'])
        title = f'Скан {file["type"]}' if is_page else file['file_name']
        rows.append([
            text(str(number), CELL_CENTER),
            [text(title, CELL_BOLD), text(f'{role}{origin}; в пакете: {names[file["stored_guid"]]}', NOTE)],
            text(digits(file['size_bytes']), CELL_CENTER), _hash(file['sha256'])])
    return grid(rows, (8, 92, 18, 60))


def _events(body: Mapping[str, Any], later: Sequence[Mapping[str, Any]]) -> Flowable:
    rows: list[list[Any]] = [header_row('Когда', 'Что произошло', 'Подробности')]
    looks: list[tuple[Any, ...]] = []
    for number, event in enumerate(course(body, later), 1):
        look = CELL_BOLD if event.is_main else CELL
        rows.append([text(clock(event.at), look), text(event.what, look), text(event.more)])
        if event.is_main:
            looks.append(('BACKGROUND', (0, number), (-1, number), _CARD))
    return grid(rows, (32, 78, 68), *looks)


def _messages(codes: Sequence[Mapping[str, Any]]) -> Flowable:
    rows: list[list[Any]] = [header_row('Код', 'На номер', 'Текст СМС дословно')]
    rows += [[text(f'№ {code["seq"]}', CELL_CENTER), text(phone(code['sms']['phone'])),
              text(code['sms']['text'], _SMS)] for code in codes]
    return grid(rows, (12, 34, 132))


_KINDS: Final = {
    'signature': 'подпись', 'delivery': 'доставка СМС', 'report': 'сообщение кредитору', 'void': 'замена форм'}


def _chain(records: Sequence[Entry]) -> list[Flowable]:
    rows: list[list[Any]] = [header_row('№ записи', 'О чём', 'Записано', 'SHA-256 записи')]
    rows += [[text(digits(entry.number), CELL_CENTER), text(_KINDS[entry.body['kind']]),
              text(clock(entry.body['recorded_at'])), _hash(entry.sha256)] for entry in records]
    told = ('Записи обо всех подписаниях образуют одну цепочку: каждая хранит SHA-256 предыдущей, номера идут подряд. '
            'Изменить или удалить запись задним числом незаметно нельзя: перестали бы сходиться все следующие. '
            'То, что стало известно после подписания, добавлено новыми записями; прежние не менялись.')
    return [KeepTogether([
        text('Записи в журнале доказательств', SECTION), markup(told), grid(rows, (20, 58, 40, 60))])]


def _how_to_verify(fingerprint: str) -> list[Flowable]:
    words = (
        'SHA-256 – отпечаток файла: если изменить в файле хотя бы один знак, отпечаток станет другим, а подобрать '
        'второй файл с тем же отпечатком практически невозможно. Отпечатки документов записаны в момент подписания. '
        'Весь пакет, включая этот протокол, подписан платформой DenimHub (Ed25519); для проверки не нужны ни её база '
        'данных, ни сеть.')
    how = (
        'Проверить пакет может любой специалист на своём компьютере: взять открытый ключ у платформы и выполнить '
        f'<font name="{BOLD}">python verify.py --key public_keys.pem</font> в папке пакета (описание – в README.txt). '
        'Открытый ключ – тот, чей отпечаток:')
    return [KeepTogether([
        text('Как проверить', SECTION), markup(words), markup(how), text(_in_groups(clean(fingerprint)), style(
            'key', parent=_HASH, fontSize=8.4, leading=10, alignment=1))])]
