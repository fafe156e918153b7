"""The sandbox lenders take only the files they have asked for."""
from __future__ import annotations

import base64

import pytest

from sandbox.profiles import BANK, MFO
from sandbox.scan_files import refusal
from sandbox.shapes import Body, BodyError
from tests.sandbox.stand import SCAN_FILES, Client, Stand

JPEG, PDF = (content for _type, content in SCAN_FILES.values())


def body(*files: tuple[str, str, bytes]) -> Body:
    made = Body(b'{}')
    made.values = {'files': [
        {'type': type_, 'content_type': mime_type, 'content': base64.b64encode(content).decode()}
        for type_, mime_type, content in files]}
    return made


@pytest.mark.parametrize(('type_', 'mime_type', 'content', 'words'), [
    ('A', 'image/png', JPEG, 'content_type must be image/jpeg'), ('A', 'application/pdf', PDF, 'content_type must be'),
    ('A', 'image/jpeg', PDF, 'not a whole image/jpeg'), ('A', 'image/jpeg', JPEG[:-1], 'not a whole image/jpeg'),
    ('A', 'image/jpeg', JPEG[:3] + b'\0' * 2_097_152 + JPEG[-2:], 'more than 2097152 bytes')])
def test_the_bank_wants_whole_pictures_of_two_mebibytes(type_: str, mime_type: str, content: bytes, words: str) -> None:
    assert words in refusal(BANK.scans, body((type_, mime_type, content)))
    assert refusal(BANK.scans, body(('A', 'image/jpeg', JPEG), ('A', 'image/jpeg', JPEG))) == ''


def test_the_company_wants_one_document_a_type() -> None:
    assert refusal(MFO.scans, body(('A', 'application/pdf', PDF), ('B', 'application/pdf', PDF + b'\n'))) == ''
    assert 'more than 1' in refusal(MFO.scans, body(('A', 'application/pdf', PDF), ('A', 'application/pdf', PDF)))
    assert 'content_type' in refusal(MFO.scans, body(('A', 'image/jpeg', JPEG)))


def test_what_is_not_base64_is_a_bad_request() -> None:
    made = body(('A', 'image/jpeg', JPEG))
    made.values['files'][0]['content'] = 'no base64!'
    with pytest.raises(BodyError):
        refusal(BANK.scans, made)


def test_a_refused_file_changes_nothing_at_the_lender(stand: Stand) -> None:
    client = Client(stand, 'sandbox-bank')
    client.submit()
    wrong = {'type': 'PASSPORT_MAIN', 'content_type': 'application/pdf', 'content': base64.b64encode(PDF).decode()}
    status, answer = client.call('POST', '/scans', {'files': [wrong]})
    assert (status, answer['error']['code']) == (422, 'bad_scan')
    assert stand.effects(client.form_guid, 'send_scans') == 0
    assert client.call('GET')[1]['scans_versions'] == {}
    assert client.send_scans('PASSPORT_MAIN')[0] == 200
    assert client.call('GET')[1]['scans_versions'] == {'PASSPORT_MAIN': 1}
