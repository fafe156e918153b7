"""Intake: one application per (partner, external id), whatever happens to answers and connections."""
from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pydantic_core
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application
from applications.questionnaire import Questionnaire
from applications.questionnaire.canonical import FORM_VERSION, canonical
from applications.refusals import ValidationRefused
from applications.statuses import ApplicationStatus
from jobs.services import INSERT_WITH_FACT, with_fact
from partners.selectors import Origin
from vault.blind import blind_index, blind_indexes
from vault.hashing import keyed_hash
from vault.sealing import seal
from vault.statements import Statement

TABLE = 'applications_application'


@dataclass(frozen=True, slots=True)
class Received:
    """The form under which a body is known; `is_new` is False for a repeat."""

    application_id: int
    guid: uuid.UUID
    is_new: bool


_INSERT = Statement(f"""
WITH form AS (
    INSERT INTO applications_application (
        guid, partner_id, point_id, product_id, external_id, kind, channel, is_sandbox, status, status_at, amount,
        initial_payment, term_value, items, scans_count, questionnaire, body_hash, body_hash_key, form_version,
        phone_index, passport_index, last_name_index, full_name_index, scoring_deadline_at, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (partner_id, external_id) DO NOTHING
    RETURNING id),
line AS (
    INSERT INTO applications_event (application_id, at, subject, moved_from, moved_to, actor, why)
    SELECT id, %s, 'application', '', %s, %s, '' FROM form),
work AS ({INSERT_WITH_FACT.format(fact='form')})
SELECT id FROM form
""")  # noqa: S608 - a constant of jobs


def create_application(
    *, origin: Origin, kind: str, form: Questionnaire, actor: str, ask: str, guid: uuid.UUID | None = None,
) -> Received:
    """Store a validated form with its event and the job `ask` about it, or recognise a repeat of it.

    All is written by one statement, so nothing else needs a transaction; a repeat costs a second one. `guid` is the one
    that a new form gets. Raises ValidationRefused on `external_id` when another body has taken it.
    """
    values = form.values
    guid, now = guid or uuid.uuid4(), timezone.now()
    key_id, digest = keyed_hash(canonical(form))
    deadline = timedelta(seconds=origin.scoring_deadline_seconds or settings.SCORING_DEADLINE_SECONDS)
    row = [
        guid, origin.partner_id, origin.point_id, origin.product_id, values['external_id'], kind, origin.channel,
        origin.is_sandbox, ApplicationStatus.NEW.value, now, values['amount'], values.get('initial_payment') or 0,
        values.get('term_value'), pydantic_core.to_json(values['items']).decode(), len(form.scans),
        _sealed(values, guid), digest, key_id, FORM_VERSION, *indexes_of(values).values(), now + deadline, now]
    inserted = _INSERT.first_row([*row, now, ApplicationStatus.NEW.value, actor, *with_fact(ask, str(guid))])
    if inserted is not None:
        return Received(inserted[0], guid, is_new=True)
    return _repeat(origin, form)


def _sealed(values: Mapping[str, Any], guid: uuid.UUID) -> bytes:
    return seal(pydantic_core.to_json(values), table=TABLE, column='questionnaire', row=str(guid))


def _repeat(origin: Origin, form: Questionnaire) -> Received:
    """The application stored under this external id, if the body is the same; compared under the stored key."""
    known = Application.objects.only('id', 'guid', 'body_hash', 'body_hash_key', 'form_version').get(
        partner_id=origin.partner_id, external_id=form.values['external_id'])
    _key, digest = keyed_hash(canonical(form, known.form_version), known.body_hash_key)
    if digest != bytes(known.body_hash):
        raise ValidationRefused({'external_id': [
            _('This external_id is taken by another form: send a new external_id')]})
    return Received(known.pk, known.guid, is_new=False)


def indexes_of(values: Mapping[str, Any]) -> dict[str, bytes | None]:
    """Blind indexes by column: phone, passport, last name, last and first name."""
    series, number = values.get('passport_series'), values.get('passport_number')
    last_name = name_key(values['last_name'])
    return {
        'phone_index': blind_index(values['mobile_phone'], 'phone'),
        'passport_index': blind_index(f'{series}{number}', 'passport') if series and number else None,
        'last_name_index': blind_index(last_name, 'name'),
        'full_name_index': blind_index(f'{last_name} {name_key(values["first_name"])}', 'name'),
    }


def name_key(name: str) -> str:
    """How names are compared in a search: any case, ё as е, single spaces."""
    return ' '.join(name.lower().replace('ё', 'е').split())


def forms_of_phone(*, partner_id: int, phone: str, since: datetime) -> int:
    """How many forms this partner sent for a phone since a moment."""
    return Application.objects.filter(
        partner_id=partner_id, phone_index__in=blind_indexes(phone, 'phone'), created_at__gte=since).count()
