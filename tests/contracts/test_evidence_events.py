"""The course of a signing, as the protocol tells it: in order, in Russian, with nothing left out."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from contracts.evidence_events import clock, course
from contracts.evidence_links import moment
from contracts.evidence_protocol import Entry, render_protocol

START = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def at(seconds: float) -> str:
    told = moment(START + timedelta(seconds=seconds))
    assert told is not None
    return told


def a_document(number: int, stage: str = 'contract', **changes: Any) -> dict[str, Any]:
    return {
        'stage': stage, 'kind': 'contract', 'file_name': f'Документ {number}.pdf', 'file_guid': f'f{number}',
        'stored_guid': f's{number}', 'content_type': 'application/pdf', 'size_bytes': 1000 + number,
        'sha256': f'{number:064x}', 'made_from': '', 'made_at': at(number)} | changes


def a_body(**changes: Any) -> dict[str, Any]:
    sms: dict[str, Any] = {
        'message_guid': 'm', 'text': 'Код: 123456', 'phone': '+79161234567', 'gateway': 'smsc', 'gateway_id': '77',
        'status': 'sent', 'queued_at': at(10), 'sent_at': at(11), 'delivery_status': 'unknown', 'delivered_at': None,
        'delivery_reason': '', 'parts': []}
    first = {
        'seq': 1, 'sent_by': 'platform', 'made_at': at(10), 'expires_at': at(310), 'void_at': at(50),
        'accepted_at': None, 'sms': sms | {'delivery_status': 'failed', 'delivery_reason': '8', 'parts': [
            {'gateway_id': '77', 'delivery_status': 'failed', 'reported_at': at(14)}]},
        'tries': [{'number': 1, 'at': at(20), 'result': 'wrong'}]}
    second = {
        'seq': 2, 'sent_by': 'request', 'made_at': at(50), 'expires_at': at(350), 'void_at': at(70),
        'accepted_at': at(70), 'sms': sms | {'sent_at': at(51), 'delivery_status': 'delivered', 'delivered_at': at(53)},
        'tries': [
            {'number': 1, 'at': at(60), 'result': 'unfinished'}, {'number': 2, 'at': at(70), 'result': 'accepted'}]}
    return {
        'kind': 'signature', 'recorded_at': at(71), 'signature_guid': 'sig', 'form_guid': 'form', 'mode': 'platform',
        'signed_at': at(71), 'is_sandbox': False, 'forms_version': 1,
        'client': {'last_name': 'Ёлкин', 'first_name': 'Пётр', 'middle_name': '', 'mobile_phone': '+79161234567'},
        'contract': {'number': '', 'lender': {'code': 'b', 'name': 'Банк', 'legal_name': 'АО «Банк & <Ко>»'},
                     'amount_kopecks': None},
        'documents': [a_document(1, 'offers'), a_document(2, made_from='lender'),
                      a_document(3, made_from='template 7 version 3')],
        'codes': [first, second], 'pages': [], 'partner': 'Магазин', 'point': {'code': 'P-1', 'name': ''},
        'operator': {'code': '', 'name': ''}, 'request': {'request_id': '', 'ip': ''}} | changes


LATER: list[dict[str, Any]] = [
    {'kind': 'report', 'recorded_at': at(80), 'signature_guid': 'sig', 'reported_at': at(80), 'result': 'taken'},
    {'kind': 'delivery', 'recorded_at': at(90), 'signature_guid': 'sig', 'delivery_status': 'expired',
     'delivered_at': None, 'delivery_reason': '', 'parts': []},
    {'kind': 'void', 'recorded_at': at(99), 'signature_guid': 'sig', 'void_at': at(99), 'new_forms_version': 2},
]


def test_everything_is_told_once_and_by_its_time() -> None:
    told = course(a_body(), LATER)
    assert [(event.at - START).total_seconds() for event in told] == [
        1, 3, 10, 11, 14, 20, 50, 50, 51, 53, 60, 70, 71, 80, 90, 99]
    assert [event.what for event in told] == [
        'Подготовлены согласия', 'Подготовлены документы договора', 'Код № 1 создан',
        'СМС передано для отправки (код № 1)', 'СМС не доставлено', 'Введён неверный код',
        'Код № 1 больше не действует', 'Код № 2 создан', 'СМС передано для отправки (код № 2)',
        'СМС доставлено на телефон',
        'Введён код; его сравнение не закончилось до подписания', 'Введён верный код',
        'Код принят: документы подписаны',
        'Кредитору сообщено о подписании', 'СМС не доставлено в срок',
        'Кредитор заменил печатные формы: подпись под прежними больше не действует']
    assert [event.what for event in told if event.is_main] == [told[12].what, told[15].what]
    assert told[4].more == 'ответ шлюза: 8'


def test_times_are_those_of_moscow() -> None:
    assert clock('2026-12-31T21:30:05.999999Z') == '01.01.2027 00:30:05'


def words_of(*entries: Entry, names: dict[str, str]) -> str:
    pdf = render_protocol(entries, names, fingerprint='ab' * 32)
    assert pdf == render_protocol(entries, names, fingerprint='ab' * 32)
    return ' '.join(' '.join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_the_protocol_names_the_signer_the_documents_and_the_key() -> None:
    names = {f's{number}': f'documents/0{number}-contract.pdf' for number in (1, 2, 3)}
    told = words_of(Entry(5, '5' * 64, a_body()), *[
        Entry(number, str(number) * 64, body) for number, body in enumerate(LATER, 6)], names=names)
    for words in (
        'Ёлкин Пётр', '24 ноября 2026 г. в 10:31:11', 'АО «Банк & <Ко>»', 'без номера', 'Код: 123456',
        'прислан кредитором', 'по шаблону кредитора 7 версии 3', 'согласие, показанное до договора',
        'она больше не действует', 'abababab abababab', '00000000 00000000', 'documents/02-contract.pdf', 'замена форм',
    ):
        assert words.replace('\u00a0', ' ') in told.replace('\u00a0', ' '), words
    assert 'Тестовая заявка' not in told


@pytest.mark.parametrize(('changes', 'words'), [
    ({'is_sandbox': True}, 'Тестовая заявка'),
    ({'mode': 'paper', 'codes': [], 'pages': [{
        'scan_guid': 'x', 'type': 'AGREEMENT_1', 'version': 2, 'stored_guid': 's1', 'content_type': 'image/png',
        'size_bytes': 5, 'sha256': '0' * 64, 'received_at': at(5), 'sent_at': None}]}, 'Скан AGREEMENT_1'),
    ({'mode': 'lender', 'codes': [{
        'seq': 1, 'sent_by': 'platform', 'made_at': at(1), 'expires_at': None, 'void_at': None, 'accepted_at': at(9),
        'sms': None, 'tries': [
            {'number': 1, 'operation': 'check', 'at': at(8), 'answered_at': at(9), 'result': 'accepted'}],
    }]}, 'Кредитор подтвердил: код верный'),
], ids=['sandbox', 'paper', 'lender'])
def test_other_ways_of_signing_are_told_in_their_own_words(changes: dict[str, Any], words: str) -> None:
    names = {f's{number}': f'documents/0{number}.pdf' for number in (1, 2, 3)}
    assert words in words_of(Entry(1, '1' * 64, a_body(**changes)), names=names)


def test_hostile_names_and_long_texts_are_printed_and_not_interpreted() -> None:
    body = a_body(documents=[a_document(1, file_name='<b>&lt;x</b>' + 'Ж' * 150 + '.pdf')])
    body['codes'][0]['sms']['text'] = '<a href="x">' + 'слово ' * 200
    body['client']['last_name'] = '<font color="red">Ы</font>'
    told = words_of(Entry(1, '1' * 64, body), names={'s1': 'documents/01.pdf'})
    assert '<font color="red">Ы</font>' in told
    assert '<a href="x">' in told
