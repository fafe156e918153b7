"""Scans in a body: out of Base64, bounded, apart from the form."""
from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from textwrap import wrap
from typing import Any

import pytest

from applications.questionnaire import Mode
from tests.applications.forms import form, problems, read, scan

CONTENT = b'\x89PNG picture \x00\xff' * 40
TEXT = b64encode(CONTENT).decode()
MIB = 1024 * 1024


def with_scan(**changes: Any) -> dict[str, Any]:
    return form(Mode.POS_ONLINE, scans=[{'type': 'PASSPORT_MAIN', 'mime_type': 'image/png', 'base64': TEXT, **changes}])


@pytest.mark.parametrize('text', [
    TEXT, '\n'.join(wrap(TEXT, 76)), '\r\n'.join(wrap(TEXT, 64)) + '\r\n', f'data:image/png;base64,{TEXT}',
    f'data:image/png;charset=utf-8;base64,\n{TEXT}', f' data:;base64,{TEXT}'])
def test_base64_may_hold_line_breaks_and_a_data_prefix(text: str) -> None:
    [found] = read(with_scan(base64=text), Mode.POS_ONLINE).scans
    assert (found.type, found.mime_type, found.content) == ('PASSPORT_MAIN', 'image/png', CONTENT)
    assert found.sha256 == sha256(CONTENT).hexdigest()


@pytest.mark.parametrize('text', [
    TEXT[:-1], TEXT + '=', 'не base64', TEXT[:8] + '!' + TEXT[8:], '=' * 8, 'data:image/png,x'])
def test_what_is_no_base64_is_refused(text: str) -> None:
    assert set(problems(with_scan(base64=text), Mode.POS_ONLINE)) == {'scans[0].base64'}


@pytest.mark.parametrize(('sent', 'stored'), [
    ('image/jpg', 'image/jpeg'), ('image/jpeg', 'image/jpeg'), ('application/pdf', 'application/pdf')])
def test_image_jpg_is_image_jpeg(sent: str, stored: str) -> None:
    assert read(with_scan(mime_type=sent), Mode.POS_ONLINE).scans[0].mime_type == stored


@pytest.mark.parametrize('bad', ['image/gif', 'text/html', 'IMAGE', 1])
def test_other_types_of_files_are_refused(bad: Any) -> None:
    assert set(problems(with_scan(mime_type=bad), Mode.POS_ONLINE)) == {'scans[0].mime_type'}


def test_the_data_prefix_must_name_the_same_type() -> None:
    assert set(problems(with_scan(base64=f'data:image/jpeg;base64,{TEXT}'), Mode.POS_ONLINE)) == {'scans[0].mime_type'}
    assert problems(with_scan(mime_type='image/jpeg', base64=f'data:image/jpg;base64,{TEXT}'), Mode.POS_ONLINE) == {}


def test_a_file_of_8_mib_is_taken_and_one_byte_more_is_not() -> None:
    taken = read(with_scan(base64=b64encode(bytes(8 * MIB)).decode()), Mode.POS_ONLINE)
    assert len(taken.scans[0].content) == 8 * MIB
    for size in (8 * MIB + 1, 12 * MIB):
        body = with_scan(base64=b64encode(bytes(size)).decode())
        assert set(problems(body, Mode.POS_ONLINE)) == {'scans[0].base64'}


def test_each_bad_scan_is_named_and_no_content_is_in_the_values() -> None:
    body = form(Mode.POS_ONLINE, scans=[scan('PASSPORT_MAIN'), {**scan('X'), 'base64': '!'}, {'type': 'CLIENT_PHOTO'}])
    assert set(problems(body, Mode.POS_ONLINE)) == {
        'scans[1].type', 'scans[1].base64', 'scans[2].mime_type', 'scans[2].base64'}
    taken = read(form(Mode.POS_OFFLINE), Mode.POS_OFFLINE)
    assert 'scans' not in taken.values
    assert [found.type for found in taken.scans] == ['PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO']
