"""Which applications need a person, and why: said once, for the list, the card and the dashboard.

Every reason is a sub-query over an index that holds only what is under way, so it costs the number of stuck rows, not
the size of the tables.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils import timezone

from partners.models import Partner

_Rows = TypeVar('_Rows', bound=models.QuerySet[Any])

NEW_NORM: Final = timedelta(minutes=5)
"""A form waits so long for its lenders to be chosen."""
SCORING_NORM: Final = timedelta(minutes=5)
"""So long after the scoring deadline, the grace for printed consents included, the form must have gone on."""
EXPIRY_NORM: Final = timedelta(minutes=15)
"""So long after its term an offer that nobody chose, or a contract that nobody signed, must have expired."""
CONTRACT_NORMS: Final = {
    'PREPARING': timedelta(minutes=15), 'SIGNED': timedelta(days=1), 'CONFIRMED': timedelta(minutes=15),
    'ISSUING': timedelta(minutes=30)}
"""So long a contract may stay in a status; READY lasts until its own term."""
MOST_OF_A_REASON: Final = 20_000
"""More than so many stuck forms of one kind are one incident: the list shows this many of them."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A name, what people read, and the query of ids of applications; `%(…)s` are the moments of `_moments`."""

    name: str
    text: str
    sql: str


_GUID: Final = "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
_PARKED: Final = f"""
    WITH parked AS MATERIALIZED (
        SELECT CASE WHEN subject ~ {_GUID} THEN subject::uuid END AS guid FROM jobs_job WHERE state = 'PARKED')
    SELECT a.id FROM parked JOIN applications_application a ON a.guid = parked.guid
    UNION ALL SELECT s.application_id FROM parked JOIN offers_submission s ON s.guid = parked.guid
    UNION ALL SELECT c.application_id FROM parked JOIN contracts_contract c ON c.guid = parked.guid
    UNION ALL SELECT m.application_id FROM parked JOIN contracts_message m ON m.guid = parked.guid
    UNION ALL SELECT g.application_id FROM parked JOIN contracts_signature g ON g.guid = parked.guid
    UNION ALL SELECT n.application_id FROM parked JOIN scans_scan n ON n.guid = parked.guid
    UNION ALL SELECT c.application_id FROM parked JOIN contracts_codecheck k ON k.guid = parked.guid
                JOIN contracts_contract c ON c.id = k.contract_id"""  # noqa: S608 - constants
REASONS: Final = (
    Reason('parked', 'задание отложено до решения оператора', _PARKED),
    Reason('unknown', 'исход у кредитора неизвестен', """
        SELECT application_id FROM contracts_contract
         WHERE outcome_unknown_since IS NOT NULL
           AND status NOT IN ('ISSUED', 'DECLINED', 'FAILED', 'CANCELED', 'EXPIRED')
        UNION ALL
        SELECT s.application_id FROM applications_application a JOIN offers_submission s ON s.application_id = a.id
         WHERE a.status = 'SCORING' AND s.status = 'SENDING' AND s.outcome_unknown_since IS NOT NULL"""),
    Reason('decision', 'ждёт решения второго человека', """
        SELECT application_id FROM contracts_outcomerequest WHERE status = 'ASKED'"""),
    Reason('contract', 'договор задержался в своём статусе', """
        SELECT application_id FROM contracts_contract WHERE status = 'PREPARING' AND status_at < %(preparing)s
        UNION ALL SELECT application_id FROM contracts_contract WHERE status = 'SIGNED' AND status_at < %(signed)s
        UNION ALL SELECT application_id FROM contracts_contract WHERE status = 'CONFIRMED' AND status_at < %(confirmed)s
        UNION ALL SELECT application_id FROM contracts_contract WHERE status = 'ISSUING' AND status_at < %(issuing)s
        UNION ALL SELECT application_id FROM contracts_contract
                   WHERE status IN ('PREPARING', 'READY') AND expires_at < %(expired)s"""),
    Reason('scoring', 'рассмотрение не закончилось в срок', """
        SELECT id FROM applications_application WHERE status = 'NEW' AND status_at < %(new)s
        UNION ALL SELECT id FROM applications_application
                   WHERE status = 'SCORING' AND scoring_deadline_at < %(scoring)s"""),
    Reason('offers', 'срок предложений прошёл, а заявка не закрыта', """
        SELECT id FROM applications_application WHERE status = 'OFFERED' AND offers_expire_at < %(expired)s"""),
)
TEXTS: Final = {reason.name: reason.text for reason in REASONS}


def _moments() -> dict[str, Any]:
    now = timezone.now()
    grace = timedelta(seconds=settings.CONSENTS_GRACE_SECONDS)
    return {
        'new': now - NEW_NORM, 'scoring': now - SCORING_NORM - grace, 'expired': now - EXPIRY_NORM,
        **{status.lower(): now - norm for status, norm in CONTRACT_NORMS.items()}}


def _numbered(sql: str) -> tuple[str, list[Any]]:
    """The statement with `%s` for its named moments: Django's expressions know no names."""
    moments, parameters = _moments(), []
    pieces = sql.split('%(')
    written = pieces[0]
    for piece in pieces[1:]:
        name, rest = piece.split(')s', 1)
        parameters.append(moments[name])
        written += f'%s{rest}'
    return written, parameters


def needs_attention(rows: _Rows) -> _Rows:
    """Only the applications that need a person. The stuck ones are found first, then looked up by id."""
    branches = ' UNION ALL '.join(f'(SELECT * FROM ({reason.sql}) one LIMIT {MOST_OF_A_REASON})'  # noqa: S608 - constants
                                  for reason in REASONS)
    sql, parameters = _numbered(f'"applications_application"."id" = ANY(ARRAY({branches}))')
    return rows.filter(RawSQL(sql, parameters, output_field=models.BooleanField()))  # noqa: S611 - constants


def attention_reasons(ids: Iterable[int]) -> dict[int, list[str]]:
    """Why each of these applications needs a person, in words, most pressing first; without those that need none."""
    wanted = list(ids)
    found: dict[int, list[str]] = {}
    if not wanted:
        return found
    for name, application_id in _named('WHERE one.id = ANY(%s::bigint[])', [wanted]):
        found.setdefault(application_id, []).append(TEXTS[name])
    return found


def attention_counts(partner: Partner | None = None) -> dict[str, int]:
    """How many applications each reason holds, by the text of the reason; of one partner or of all."""
    condition, parameters = '', []
    if partner is not None:
        condition = 'JOIN applications_application own ON own.id = one.id AND own.partner_id = %s'
        parameters = [partner.pk]
    counts = {reason.name: 0 for reason in REASONS}
    for name, _application_id in _named(condition, parameters):
        counts[name] += 1
    return {TEXTS[name]: count for name, count in counts.items()}


def _named(condition: str, parameters: list[Any]) -> list[tuple[str, int]]:
    """(name of the reason, id of the application), each once, in the order of REASONS."""
    branches, values = [], []
    for number, reason in enumerate(REASONS):
        sql, moments = _numbered(reason.sql)
        branches.append(f"SELECT DISTINCT {number} AS place, '{reason.name}' AS name, one.id "  # noqa: S608 - constants
                        f'FROM ({sql}) AS one(id) {condition}')
        values += [*moments, *parameters]
    with connection.cursor() as cursor:
        cursor.execute(f'{" UNION ALL ".join(branches)} ORDER BY 1, 3', values)
        return [(name, application_id) for _place, name, application_id in cursor.fetchall()]
