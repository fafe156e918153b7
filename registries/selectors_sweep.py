"""Which deals the sweep asks lenders about, and how far it has come."""
from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Count, Q

from applications.statuses import ApplicationStatus
from contracts.models import Contract
from contracts.statuses import ContractStatus
from jobs.models import Job
from offers.models import Submission
from offers.statuses import SubmissionStatus
from registries.models_drift import Drift
from registries.statuses import DriftStatus

ASK: Final = 'registries.sweep_deal'
_UNDER_WAY: Final = (ContractStatus.CONFIRMED, ContractStatus.ISSUING)


def deals_to_ask(since: datetime, *, after: int, limit: int) -> list[tuple[int, str]]:
    """(id, guid) of deals that ended since then, or are stuck on the way to the issue; by id, above `after`."""
    ended = Q(status_at__gte=since) & ~Q(status__in=(
        ContractStatus.PREPARING, ContractStatus.READY, ContractStatus.SIGNED))
    rows = Contract.objects.filter(
        ended | Q(status__in=_UNDER_WAY) | Q(outcome_unknown_since__isnull=False), pk__gt=after).order_by('pk')
    return [(pk, str(guid)) for pk, guid in rows.values_list('pk', 'guid')[:limit]]


def submissions_left(since: datetime, before: datetime) -> list[tuple[str, str]]:
    """(kind of job, guid) of submissions since then that stand where they should not: sent with a lost answer and not
    asked for again, or over here and the lender not told, both since before that moment.
    """
    rows = Submission.objects.filter(status_at__gte=since)
    unknown = rows.filter(status=SubmissionStatus.SENDING, application__status=ApplicationStatus.SCORING).filter(
        Q(outcome_unknown_since__lt=before) | Q(outcome_unknown_since__isnull=True, status_at__lt=before))
    untold = rows.filter(release_needed=True, released_at__isnull=True, status_at__lt=before)
    return [
        *(('offers.submit', str(guid)) for guid in unknown.order_by('pk').values_list('guid', flat=True)),
        *(('offers.release', str(guid)) for guid in untold.order_by('pk').values_list('guid', flat=True))]


def questions_left() -> int:
    """How many deals are still to be asked about."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobs_job WHERE kind = %s AND state = 'READY'", [ASK])
        return int(cursor.fetchone()[0])


def parked(kind: str, subject: str) -> list[int]:
    """Ids of jobs of this kind and subject that wait for an operator."""
    return list(Job.objects.filter(kind=kind, subject=subject, state=Job.State.PARKED).values_list('pk', flat=True))


def open_drifts() -> dict[str, int]:
    """Open differences by kind."""
    rows = Drift.objects.filter(status=DriftStatus.OPEN).values_list('kind').annotate(count=Count('pk'))
    return {str(kind): int(count) for kind, count in rows.order_by('kind')}


def drifts_found_since(moment: datetime) -> int:
    """Differences that were not known before."""
    return Drift.objects.filter(found_at__gte=moment).count()


def drifts_healed_since(moment: datetime) -> int:
    """Differences that a later look found gone."""
    return Drift.objects.filter(status=DriftStatus.HEALED, ended_at__gte=moment).count()
