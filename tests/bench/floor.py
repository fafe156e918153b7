"""The floor: a bare WSGI handler that does the same durable work as create_form and get_offers, and nothing else.

No framework, no rules between fields, no log, no refusals: psycopg with prepared statements and binary results, msgspec
for JSON, the vault's own cipher. Served as `tests.bench.floor:application` by the same server as DenimHub.
"""
from __future__ import annotations

import hashlib
import hmac
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from tink import aead

from tests.bench.form import full_form
from vault import keysets

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

_CIPHER = keysets.read(os.environ['VAULT_AEAD_KEYS']).primitive(aead.Aead)
_SECRET = os.urandom(32)
_local = threading.local()


def _struct(name: str, sample: dict[str, Any]) -> type[msgspec.Struct]:
    """A msgspec struct with a field of the right type for each field of the sample."""
    return msgspec.defstruct(name, [(field, _type(field, value)) for field, value in sample.items()])


def _type(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _struct(f'{name}_object', value)
    if isinstance(value, list):
        return list[_struct(f'{name}_object', value[0])]  # type: ignore[misc]
    return type(value)


_Form: Any = _struct('Form', full_form('', '', ''))
_read_form = msgspec.json.Decoder(_Form).decode
_write = msgspec.json.Encoder().encode


class _Offer(msgspec.Struct):
    guid: str
    name: str
    initial_payment: int
    amount: int
    life_insurance_sum: int
    work_insurance_sum: int
    term_value: int
    term_unit: str
    regular_payment_amount: int
    regular_period_type: str
    rate: float


class _File(msgspec.Struct):
    file_guid: str
    file_name: str


class _Asked(msgspec.Struct):
    partner_guid: str
    form_guid: str


_read_asked = msgspec.json.Decoder(_Asked).decode
_read_offers = msgspec.json.Decoder(list[_Offer]).decode
_read_files = msgspec.json.Decoder(list[_File]).decode

_ORIGIN = """
SELECT p.id, p.is_sandbox, t.id, t.kind, t.channel, r.id
  FROM partners_partner p
  JOIN partners_point t ON t.partner_id = p.id AND t.code = %s AND t.is_active
  LEFT JOIN partners_product r ON r.partner_id = p.id AND r.code = %s AND r.is_active
 WHERE p.guid = %s AND NOT p.is_blocked
"""
# All three rows in one statement, which is its own transaction: nothing durable is cheaper.
_CREATE = """
WITH form AS (
    INSERT INTO applications_application (
        guid, partner_id, point_id, product_id, external_id, kind, channel, is_sandbox, status, status_at, amount,
        initial_payment, term_value, items, scans_count, questionnaire, body_hash, body_hash_key, form_version,
        phone_index, passport_index, last_name_index, full_name_index, scoring_deadline_at, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'NEW', %s, %s, %s, %s, %s::jsonb, 0, %s, %s, 'floor', 1, %s, %s, %s, %s, %s,
            %s)
    ON CONFLICT (partner_id, external_id) DO NOTHING
    RETURNING id),
event AS (
    INSERT INTO applications_event (application_id, at, subject, moved_from, moved_to, actor, why)
    SELECT id, %s, 'application', '', 'NEW', 'partner', '' FROM form)
INSERT INTO jobs_job (kind, queue, subject)
SELECT 'offers.request', 'lenders', %s FROM form
"""
_OFFERS = """
SELECT a.status,
       (SELECT json_agg(json_build_object(
                   'guid', o.guid, 'name', o.name, 'initial_payment', o.initial_payment, 'amount', o.amount,
                   'life_insurance_sum', o.life_insurance_sum, 'work_insurance_sum', o.work_insurance_sum,
                   'term_value', o.term_value, 'term_unit', o.term_unit,
                   'regular_payment_amount', o.regular_payment_amount,
                   'regular_period_type', o.regular_period_type, 'rate', o.rate)
                   ORDER BY o.regular_payment_amount, o.guid)::text
          FROM offers_offer o WHERE o.application_id = a.id AND o.is_shown),
       (SELECT json_agg(json_build_object('file_guid', d.guid, 'file_name', d.file_name) ORDER BY d.id)::text
          FROM applications_document d
         WHERE d.application_id = a.id AND d.stage = 'offers' AND d.superseded_at IS NULL)
  FROM applications_application a
  JOIN partners_partner p ON p.id = a.partner_id
 WHERE a.guid = %s AND p.guid = %s AND NOT p.is_blocked
"""


def _connection() -> psycopg.Connection[Any]:
    """One connection for each thread of the server, as Django keeps them."""
    found: psycopg.Connection[Any] | None = getattr(_local, 'connection', None)
    if found is None:
        found = _local.connection = psycopg.connect(os.environ['DATABASE_URL'], autocommit=True, prepare_threshold=0)
    return found


def _keyed(text: str) -> bytes:
    return hmac.digest(_SECRET, text.encode(), hashlib.sha256)


def create_form(body: bytes) -> dict[str, Any]:
    """The application with its sealed questionnaire, its event and its job."""
    form = _read_form(body)
    connection = _connection()
    partner_id, is_sandbox, point_id, kind, channel, product_id = connection.execute(
        _ORIGIN, (form.point_code, form.credit_product_code, uuid.UUID(form.partner_guid)), binary=True
    ).fetchone()  # type: ignore[misc]  # the partner was laid
    guid, now = uuid.uuid4(), datetime.now(UTC)
    questionnaire = _write(form)
    sealed = _CIPHER.encrypt(questionnaire, f'applications_application.questionnaire:{guid}'.encode())
    connection.execute(_CREATE, (
        guid, partner_id, point_id, product_id, form.external_id, kind, channel, is_sandbox, now, form.amount,
        form.initial_payment, form.term_value, _write(form.items).decode(), sealed,
        hmac.digest(_SECRET, questionnaire, hashlib.sha256), _keyed(form.mobile_phone),
        _keyed(form.passport_series + form.passport_number), _keyed(form.last_name),
        _keyed(f'{form.last_name} {form.first_name}'), now + timedelta(seconds=120), now, now, str(guid)))
    return {'form_guid': str(guid)}


def get_offers(body: bytes) -> dict[str, Any]:
    """The offers and files of an application in `done`."""
    asked = _read_asked(body)
    _status, offers, files = _connection().execute(
        _OFFERS, (uuid.UUID(asked.form_guid), uuid.UUID(asked.partner_guid)), binary=True
    ).fetchone()  # type: ignore[misc]  # the form was laid
    return {'offer_status': 'done', 'files': _read_files(files), 'offers': _read_offers(offers)}


_METHODS = {'/dp/create_form': create_form, '/dp/get_offers': get_offers}


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Reads the body, performs the method, answers the document's envelope."""
    body = environ['wsgi.input'].read(int(environ['CONTENT_LENGTH']))
    answer = _write({'status': 'success', 'data': _METHODS[environ['PATH_INFO']](body)})
    start_response('200 OK', [
        ('Content-Type', 'application/json; charset=utf-8'), ('Content-Length', str(len(answer)))])
    return [answer]
