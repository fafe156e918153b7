"""What waits for people and how the machinery does, for the dashboard: counts over indexes of what is open."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from applications.models import Application
from contracts.models_operators import OutcomeRequest
from contracts.models_templates import TemplateVersion
from contracts.statuses import TemplateStatus
from denimhub.health import EXPECTED, SILENT_SECONDS
from denimhub.workstation.attention import attention_reasons, needs_attention
from denimhub.workstation.dashboard_deals import Scope
from jobs.heartbeat import parts
from partners.models_changes import ChangeStatus, PartnerChange
from partners.models_company import Company, LiveStatus
from registries.models import RegistryVersion
from registries.models_corrections import CorrectionRequest
from registries.models_delivery import Delivery
from registries.models_drift import Drift
from registries.models_matching import ForcedMatch
from registries.models_reports import ReportDelivery
from registries.statuses import CorrectionStatus, DriftStatus, VersionStatus
from registries.statuses_delivery import DeliveryStatus
from registries.statuses_matching import FINAL, ForcedStatus

SHORT: Final = timedelta(minutes=5)
LONG: Final = timedelta(minutes=15)
NEWEST_RUNS: Final = 200
MOST_STUCK: Final = 2000
_TROUBLED: Final = (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN)

PARKED_SQL: Final = """
    SELECT kind, count(*), min(due_at) FROM jobs_job WHERE state = 'PARKED' GROUP BY kind ORDER BY 2 DESC, kind
"""
CALLS_SQL: Final = """
    SELECT l.id, l.name, l.is_sandbox, l.is_active, l.paused_until, l.pause_reason, e.short, e.short_bad, e.long,
           e.long_bad
      FROM lenders_lender l
      LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE started_at >= %s) AS short,
                  count(*) FILTER (WHERE started_at >= %s AND (trouble <> '' OR status >= 500)) AS short_bad,
                  count(*) AS long,
                  count(*) FILTER (WHERE trouble <> '' OR status >= 500) AS long_bad
             FROM lenders_exchange WHERE lender_id = l.id AND started_at >= %s) e ON true
     ORDER BY l.is_sandbox, l.name
"""
DISPUTES_SQL: Final = """
    SELECT count(*), count(DISTINCT run.counterparty_id)
      FROM (SELECT DISTINCT ON (counterparty_id, date_from, date_to) id, counterparty_id
              FROM registries_matchrun WHERE id > (SELECT coalesce(max(id), 0) - %s FROM registries_matchrun)
             ORDER BY counterparty_id, date_from, date_to, number DESC) run
      JOIN registries_matchline line ON line.run_id = run.id AND line.is_head AND line.outcome <> 'MATCHED'
     WHERE NOT EXISTS (
           SELECT 1 FROM registries_resolution word WHERE word.line_id = line.id AND word.kind = ANY(%s))
"""


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many applications need a person (at least so many, when there are too many), and why, most first."""

    count: int
    is_more: bool
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Parked:
    """Jobs of one kind that wait for an operator, the oldest since when."""

    kind: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class LenderState:
    """A lender as the calls of the last minutes show it; the circuit breaker itself lives in each worker."""

    lender_id: int
    name: str
    is_sandbox: bool
    is_active: bool
    paused_until: datetime | None
    pause_reason: str
    short: int
    short_bad: int
    long: int
    long_bad: int


@dataclass(frozen=True, slots=True)
class PartState:
    """A process and the age of its last sign of life, None for one that never gave any."""

    name: str
    age_seconds: float | None
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What is open with counterparties."""

    failed_deliveries: int
    failed_reports: int
    unchecked_registries: int
    disputes: int
    disputing: int
    drifts: int


@dataclass(frozen=True, slots=True)
class Approvals:
    """Requests that wait for a second person."""

    outcomes: int
    corrections: int
    forced_matches: int
    templates: int
    companies: int
    partner_changes: int

    @property
    def total(self) -> int:
        """All of them."""
        return (self.outcomes + self.corrections + self.forced_matches + self.templates + self.companies
                + self.partner_changes)


def stuck(scope: Scope) -> Stuck:
    """Applications that need a person, of one world or both; of more than MOST_STUCK only so many are told apart."""
    rows = Application.objects.all()
    if scope.is_sandbox is not None:
        rows = rows.filter(is_sandbox=scope.is_sandbox)
    ids = list(needs_attention(rows).values_list('pk', flat=True)[:MOST_STUCK])
    counted = Counter(text for texts in attention_reasons(ids).values() for text in texts)
    return Stuck(len(ids), len(ids) == MOST_STUCK, tuple(counted.most_common()))


def parked_jobs() -> list[Parked]:
    """By kind, most first."""
    return [Parked(*row) for row in _rows(PARKED_SQL, [])]


def lender_states() -> list[LenderState]:
    """Every lender, live ones first, with its calls of the last 5 and 15 minutes."""
    now = timezone.now()
    return [LenderState(*row) for row in _rows(CALLS_SQL, [now - SHORT, now - SHORT, now - LONG])]


def part_states() -> list[PartState]:
    """The processes that must be there, and any other that ever beat."""
    ages = {part.name: part.age_seconds for part in parts()}
    names = [*EXPECTED, *sorted(set(ages) - set(EXPECTED))]
    found = ((name, ages.get(name)) for name in names)
    return [PartState(name, age, age is not None and age < SILENT_SECONDS) for name, age in found]


def reconciliation() -> Reconciliation:
    """Deliveries without success, registries nobody has checked, differences nobody has decided."""
    disputes, disputing = _rows(DISPUTES_SQL, [NEWEST_RUNS, list(FINAL)])[0]
    return Reconciliation(
        failed_deliveries=Delivery.objects.filter(status__in=_TROUBLED).count(),
        failed_reports=ReportDelivery.objects.filter(status__in=_TROUBLED).count(),
        unchecked_registries=RegistryVersion.objects.filter(status=VersionStatus.BUILT).count(),
        disputes=disputes, disputing=disputing,
        drifts=Drift.objects.filter(status=DriftStatus.OPEN).count())


def approvals() -> Approvals:
    """What one person has asked for and another has to decide."""
    return Approvals(
        outcomes=OutcomeRequest.objects.filter(status='ASKED').count(),
        corrections=CorrectionRequest.objects.filter(status=CorrectionStatus.ASKED).count(),
        forced_matches=ForcedMatch.objects.filter(status=ForcedStatus.ASKED).count(),
        templates=TemplateVersion.objects.filter(status=TemplateStatus.WAITING).count(),
        companies=Company.objects.filter(live_status=LiveStatus.PENDING).count(),
        partner_changes=PartnerChange.objects.filter(status=ChangeStatus.WAITING).count())


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
