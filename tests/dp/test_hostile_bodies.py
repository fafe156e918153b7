"""Bodies that nobody should send, through the real server: an envelope each, never a 5xx."""
from __future__ import annotations

import json
import time
from typing import Any

import pytest

from applications.questionnaire.fields import FIELDS
from denimhub.dp.examples import BNPL_FORM, OFFER_GUID, POS_FORM
from denimhub.dp.urls import METHODS
from tests.dp.wire import Web, is_envelope

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MIB = 1024 * 1024
NAMES = [method.name for method in METHODS]
KEYS = {'partner_guid': OFFER_GUID, 'form_guid': OFFER_GUID, 'offer_guid': OFFER_GUID, 'code': '1'}


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def nested(levels: int) -> bytes:
    return b'{"partner_guid":' + b'[' * levels + b']' * levels + b'}'


NOT_JSON = {
    'empty': b'', 'blank': b' \n', 'text': b'hello', 'half': b'{"partner_guid": "a', 'two': b'{}{}',
    'comma': b'{"a":1,}',
    'comment': b'{"a":1 /* b */}', 'single quotes': b"{'a': 1}", 'nan': b'{"amount":NaN}',
    'infinity': b'{"amount":-Infinity}',
    'utf-16': '{"a":1}'.encode('utf-16'), 'cp1251': '{"a":"я"}'.encode('cp1251'), 'raw nul': b'{"a":"\x00"}',
    'raw control': b'{"a":"\n"}', 'lone surrogate': b'{"partner_guid":"\\ud800"}',
    'low surrogate': b'{"partner_guid":"\\udc00"}',
    'bytes of a surrogate': b'{"a":"\xed\xa0\x80"}', 'array': b'[1]', 'string': b'"a"', 'number': b'1', 'null': b'null',
    'duplicate key': b'{"partner_guid":"a","partner_guid":"b"}', 'duplicate deep': b'{"a":[{"b":1,"b":1}]}',
    'nested 17': nested(16), 'nested 1000': nested(1000), 'nested 20000': nested(20000), 'objects': b'{"a":' * 5000,
    'form': b'partner_guid=a&form_guid=b', 'huge number': b'{"amount":' + b'9' * 5000 + b'}',
    'boms': b'\xef\xbb\xbf' * 2 + b'{}',
}


@pytest.mark.parametrize('kind', NOT_JSON)
def test_what_is_no_json_object_is_400(web: Web, kind: str) -> None:
    for name in ('create_form', 'get_offers'):
        reply = web.send(f'/dp/{name}', NOT_JSON[kind])
        assert reply.status == 400, name
        assert is_envelope(reply)
        assert reply.envelope['error_code'] == 400


WRONG: list[Any] = [None, '', 1, -1, 1.5, 10**30, -10**30, True, [], {}, [[]], [None], {'a': 1}, 'a\x00b', 'a\u202eb',
    '😀' * 300,
    'x' * 5000]


@pytest.mark.parametrize('name', NAMES)
def test_wrong_types_everywhere_are_2000(web: Web, name: str) -> None:
    for value in WRONG:
        reply = web.send(f'/dp/{name}', encode(dict.fromkeys([*KEYS, 'scans', 'point_code', 'amount'], value)))
        assert is_envelope(reply)
        assert (reply.status, reply.envelope['error_code']) == (200, 2000), value


def test_every_field_of_the_form_with_every_wrong_value_is_an_envelope(web: Web) -> None:
    for row in FIELDS:
        reply = web.send('/dp/create_form', encode({**POS_FORM, row.name: WRONG}))
        assert is_envelope(reply)
        assert (reply.status, reply.envelope['error_code']) == (200, 2000), row.name
    for value in WRONG:
        reply = web.send('/dp/create_form', encode({row.name: value for row in FIELDS}))
        assert (reply.status, reply.envelope['error_code']) == (200, 2000), value
        for holder in ('items', 'relation_persons', 'scans', 'registration_address'):
            several = value if holder == 'registration_address' else [value, {'type': value, 'price': value}]
            reply = web.send('/dp/create_form', encode({**BNPL_FORM, holder: several}))
            assert (reply.status, reply.envelope['error_code']) == (200, 2000), (holder, value)


def test_a_nul_written_as_an_escape_is_2000(web: Web) -> None:
    for field in ('point_code', 'partner_guid', 'external_id', 'credit_product_code', 'first_name'):
        reply = web.send('/dp/create_form', encode({**BNPL_FORM, field: 'a\x00'}))
        assert reply.envelope['error_code'] == 2000
        assert field in reply.envelope['data']
    assert web.send('/dp/get_offers', encode({**KEYS, 'form_guid': '\x00'})).envelope['error_code'] in {2000, 3102}


def test_a_bom_is_skipped_and_charset_is_fine(web: Web) -> None:
    for media_type in ('application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'):
        reply = web.send('/dp/get_offers', b'\xef\xbb\xbf' + encode({}), media_type=media_type)
        assert (reply.status, reply.envelope['error_code']) == (200, 2000)


@pytest.mark.parametrize('media_type', [None, '', 'text/plain', 'application/x-www-form-urlencoded',
    'multipart/form-data', 'application/jsonp'])
def test_other_media_types_are_415(web: Web, media_type: str | None) -> None:
    reply = web.send('/dp/get_offers', encode(KEYS), media_type=media_type)
    assert reply.status == 415
    assert is_envelope(reply)


def test_a_compressed_body_is_415(web: Web) -> None:
    assert web.send('/dp/get_offers', b'\x1f\x8b', headers={'Content-Encoding': 'gzip'}).status == 415


def test_a_chunked_body_is_read_to_its_end(web: Web) -> None:
    body = encode({**KEYS, 'padding': 'я' * 20_000})
    pieces = [body[start:start + 1000] for start in range(0, len(body), 1000)]
    reply = web.send('/dp/get_offers', iter(pieces))
    assert (reply.status, reply.envelope['error_code']) == (200, 2000)
    assert set(reply.envelope['data']) == {'partner_guid'}
    assert web.send('/dp/get_offers', iter([])).status == 400


@pytest.mark.parametrize('chunked', [False, True])
@pytest.mark.parametrize(('name', 'limit'), [
    ('get_offers', 64 * 1024), ('cancel', 64 * 1024), ('create_form', 30 * MIB), ('save_scans', 30 * MIB)])
def test_a_body_over_its_limit_is_413_and_seen_by_the_client(web: Web, name: str, limit: int, chunked: bool) -> None:
    for size, status in ((limit, 200), (limit + 1, 413), (31 * MIB, 413)):
        body = encode({'pad': ''})
        body = body[:-2] + b'x' * (size - len(body)) + body[-2:]
        assert len(body) == size
        pieces = (body[start:start + MIB] for start in range(0, size, MIB))
        reply = web.send(f'/dp/{name}', pieces if chunked else body)
        assert reply.status == status
        assert is_envelope(reply)
        assert reply.envelope['error_code'] == (413 if status == 413 else 2000)


def test_a_client_that_hangs_up_in_the_middle_harms_nobody(web: Web) -> None:
    for _attempt in range(6):
        line = web.open_upload('/dp/create_form', 20 * MIB)
        line.sendall(b'{"partner_guid": "')
        line.close()
    assert web.send('/dp/create_form', encode({})).envelope['error_code'] == 2000


def test_four_slow_uploads_leave_the_api_answering(web: Web) -> None:
    large = encode({'pad': 'x' * MIB})
    assert web.send('/dp/create_form', large).status == 200
    lines = [web.open_upload('/dp/create_form', MIB) for _number in range(4)]
    try:
        for line in lines:
            line.sendall(b'{')
        time.sleep(0.5)
        assert web.send('/dp/get_offers', encode({})).envelope['error_code'] == 2000
        assert web.send('/dp/create_form', encode({})).envelope['error_code'] == 2000
        busy = web.send('/dp/create_form', large)
        assert busy.status == 503
        assert int(busy.headers['retry-after']) >= 1
        assert is_envelope(busy)
    finally:
        for line in lines:
            line.close()
    assert web.send('/dp/create_form', large).status == 200
