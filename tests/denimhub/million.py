"""A million applications with what belongs to them, made by SQL: skewed as real ones are.

One partner has six tenths of all forms, statuses under way are rare and new, one lender left a year ago.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from applications.models import Application
from contracts.models import Contract
from jobs.models import Job
from offers.models import Submission
from partners.models import Partner, Point
from tests.world import a_lender, a_partner, a_point
from vault.blind import blind_index

BIG = (Application, Submission, Contract, Job)
PARTNERS = 40
APPLICATIONS = """
INSERT INTO applications_application (
    id, guid, external_id, kind, channel, is_sandbox, status, status_at, amount, initial_payment, term_value, items,
    scans_count, questionnaire, body_hash, body_hash_key, form_version, phone_index, passport_index, last_name_index,
    full_name_index, scoring_deadline_at, offers_shown_at, offers_expire_at, created_at, partner_id, point_id)
SELECT i, gen_random_uuid(), 'order-' || i, CASE WHEN h2 < 0.1 THEN 'bnpl' ELSE 'pos' END,
       CASE WHEN h1 < 0.3 THEN 'ONLINE' ELSE 'OFFLINE' END, p = %(partners)s, status, at + interval '3 minutes',
       CASE WHEN h3 < 0.0001 THEN 150000000 ELSE 100000 * ceil(300 * h3 * h3 + 1) END, 0, 12, '[]', 0,
       '\\x00'::bytea || repeat('q', 300)::bytea, '\\x00', 'k', 1, sha256(('phone' || i)::bytea), NULL,
       CASE WHEN h4 < 0.015 THEN %(last_name)s ELSE sha256(('name' || floor(20000 * h4 * h4))::bytea) END,
       CASE WHEN h4 < 0.0005 THEN %(full_name)s ELSE sha256(('full' || floor(900000 * h4))::bytea) END,
       at + interval '2 minutes', CASE WHEN status IN ('NEW', 'SCORING') THEN NULL ELSE at + interval '1 minute' END,
       CASE WHEN status IN ('NEW', 'SCORING') THEN NULL ELSE at + interval '1 day' END, at, %(first_partner)s + p - 1,
       %(first_point)s + (p - 1) * 3 + i %% 3
  FROM (SELECT i, h1, h2, h3, h4, p, %(now)s::timestamptz - (%(rows)s - i) * interval '1 second' * %(step)s AS at,
               CASE WHEN %(rows)s - i < 20 THEN 'NEW' WHEN %(rows)s - i < 60 THEN 'SCORING'
                    WHEN h2 < 0.3 AND (%(rows)s - i) * %(step)s < 86000 THEN 'OFFERED'
                    WHEN h2 < 0.5 AND (%(rows)s - i) * %(step)s < 86400 * 12 THEN 'DEAL'
                    WHEN h1 < 0.42 THEN 'DECLINED' WHEN h1 < 0.72 THEN 'ISSUED' WHEN h1 < 0.87 THEN 'EXPIRED'
                    WHEN h1 < 0.995 OR p = 2 THEN 'CANCELED' ELSE 'FAILED' END AS status
          FROM (SELECT i, random() AS h1, random() AS h2, random() AS h3, random() AS h4,
                       CASE WHEN i %% 10000 = 7 THEN %(partners)s WHEN h < 0.6 THEN 1 WHEN h < 0.75 THEN 2
                            ELSE 3 + floor((h - 0.75) * 4 * (%(partners)s - 3)) END::int AS p
                  FROM (SELECT i, random() AS h FROM generate_series(1, %(rows)s) i) one) two) three
"""
SUBMISSIONS = """
INSERT INTO offers_submission (
    guid, application_id, lender_id, is_sandbox, status, status_at, lender_application_id, reason, release_needed,
    releases)
SELECT gen_random_uuid(), a.id, %(lender)s, a.is_sandbox,
       CASE a.status WHEN 'ISSUED' THEN 'APPROVED' WHEN 'DECLINED' THEN 'DECLINED' WHEN 'SCORING' THEN 'SENT'
                     WHEN 'NEW' THEN 'NEW' ELSE 'CANCELED' END, a.status_at, '', '', false, 0
  FROM applications_application a WHERE {which}
"""
CONTRACTS = """
INSERT INTO contracts_contract (
    guid, application_id, offer_id, submission_id, lender_id, status, status_at, reason, number, forms_version,
    term_unit, signing_mode, expires_at, wanted_scans, scans_state, payment_url, payment_status, links_sent,
    codes_resent, wrong_codes, confirm_refused, outcome_unknown_since)
SELECT gen_random_uuid(), a.id, a.id, a.id, %(lender)s,
       CASE a.status WHEN 'ISSUED' THEN 'ISSUED' ELSE
           (ARRAY['READY', 'READY', 'READY', 'SIGNED', 'READY'])[1 + a.id %% 5] END,
       a.status_at, '', 'D-' || a.id, 1, 'month', 'platform', a.created_at + interval '14 days', '[]', 'ACCEPTED', '',
       'pending', 0, 0, 0, false, CASE WHEN a.status = 'DEAL' AND a.id %% 900 = 0 THEN a.status_at END
  FROM applications_application a WHERE a.status IN ('ISSUED', 'DEAL')
"""
JOBS = """
INSERT INTO jobs_job (kind, queue, subject, data, state, finished_at)
SELECT 'offers.submit', 'lenders', guid::text, '{}',
       CASE WHEN id %% 4000 = 0 THEN 'PARKED' ELSE 'DONE' END, now() FROM applications_application WHERE id %% 4 = 0
"""


@dataclass(frozen=True)
class Million:
    """What is in it, for those who ask."""

    rows: int
    partners: list[Partner]
    points: list[Point]
    lenders: dict[str, int]
    now: datetime
    step_seconds: int

    def at(self, number: int) -> datetime:
        """When the form with this id came."""
        return self.now - timedelta(seconds=(self.rows - number) * self.step_seconds)


def fill(rows: int) -> Million:
    """Fill an empty database with so many applications of the last two years; commits as it goes."""
    partners = [a_partner(is_sandbox=number == PARTNERS) for number in range(1, PARTNERS + 1)]
    points = [a_point(partner) for partner in partners for _number in range(3)]
    lenders = {name: a_lender(name=name).pk for name in ('first', 'second', 'rare', 'gone', 'nobody')}
    now, step = timezone.now(), 63_000_000 // rows
    given: dict[str, Any] = {
        'rows': rows, 'partners': PARTNERS, 'first_partner': partners[0].pk, 'first_point': points[0].pk, 'now': now,
        'step': step, 'last_name': blind_index('иванов', 'name'), 'full_name': blind_index('иванов иван', 'name')}
    indexes = _without_indexes()
    _run(APPLICATIONS, given)
    _run(f'ALTER SEQUENCE applications_application_id_seq RESTART WITH {rows + 1}')
    for lender, which in (('first', 'true'), ('second', 'a.id % 10 < 6'), ('rare', 'a.id % 5000 = 3'),
                          ('gone', f'a.id < {rows // 2} AND a.id % 5 = 0')):
        _run(SUBMISSIONS.format(which=which.replace('%', '%%')), {'lender': lenders[lender]})
    _run(CONTRACTS, {'lender': lenders['first']})
    _run(JOBS, {})
    for definition in indexes:
        _run(definition)
    _run('ANALYZE')
    return Million(rows, partners, points, lenders, now, step)


def _without_indexes() -> list[str]:
    """Drop what only slows the filling, unique constraints too; answers how to make it again. Primary keys stay."""
    tables = [model._meta.db_table for model in BIG]
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
             WHERE contype = 'u' AND conrelid = ANY(%s::regclass[])""", [tables])
        constraints = cursor.fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute("""
            SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s)
               AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)""", [tables])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    return [*(definition for _name, definition in indexes),
            *(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in constraints)]


def _run(sql: str, parameters: dict[str, Any] | None = None) -> None:
    """One statement without triggers, checks of keys, limits of time."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0; "
                       "SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        cursor.execute(sql, parameters)
        cursor.execute('RESET session_replication_role; RESET statement_timeout; RESET maintenance_work_mem; '
                       'RESET synchronous_commit')
