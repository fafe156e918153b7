"""The nightly sweep's verbs: ask about deals, note differences, wake the job that may mend one, close one by hand."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from jobs.services import Asked, enqueue, enqueue_many, retry
from offers.services import release_again
from registries.models_drift import Drift
from registries.rules_drift import Difference, Theirs
from registries.selectors_sweep import ASK, deals_to_ask, parked, submissions_left
from registries.statuses import DriftStatus

log = structlog.get_logger(__name__)

DAYS = 35
BATCH = 1000
GAP_SECONDS = 0.2
"""Between two questions: five a second at most, whatever the limits of a lender."""
LEFT_SECONDS = 3600.0
"""After which a submission that nobody knows the fate of is looked at."""
CHECK_SECONDS = 600.0
"""After which a deal whose job was woken is asked about once more."""
SOON_LOOKS = 3
"""So often for one difference; after that only each night."""
CLOSE = 'registries.close_drift'


class DriftRefused(Exception):
    """The difference cannot be closed so; the text is for people."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def ask_about_deals(*, days: int, after: int, asked: int) -> tuple[int, int]:
    """Write one job for each of the next deals; (id of the last one, how many), (after, 0) at the end.

    In the caller's transaction. `asked` deals were asked about before in this sweep: the questions are spread in time.
    """
    since = timezone.now() - timedelta(days=days)
    rows = deals_to_ask(since, after=after, limit=BATCH)
    enqueue_many(
        Asked(ASK, guid, due_in_seconds=(asked + number) * GAP_SECONDS) for number, (_pk, guid) in enumerate(rows))
    return (rows[-1][0], len(rows)) if rows else (after, 0)


def wake_submissions(*, days: int) -> int:
    """Start again the jobs of submissions whose fate at the lender is not known, parked ones too; returns how many.

    In the caller's transaction. Each job asks the lender by our id before it does anything.
    """
    now = timezone.now()
    found = submissions_left(now - timedelta(days=days), now - timedelta(seconds=LEFT_SECONDS))
    for kind, guid in found:
        log.warning('submission_left', submission=guid, job=kind)
        jobs = parked(kind, guid)
        if jobs:
            retry(job_ids=jobs)
        else:
            enqueue(kind, guid)
    return len(found)


def note_differences(
    *, contract: Contract, found: Sequence[Difference], theirs: Theirs | None, word: str = '',
) -> list[Drift]:
    """Write what the last look at a deal has shown, application and contract locked; returns what is open now.

    Differences that are gone are healed. Each open one with a job that may mend it wakes that job: no status is
    changed here.
    """
    now = timezone.now()
    shown: dict[str, object] = {
        'ours': str(contract.status), 'our_amount': contract.amount, 'seen_at': now,
        'theirs': (word or (theirs.word if theirs else ''))[:200], 'their_amount': theirs.amount if theirs else None}
    open_rows = {row.kind: row for row in Drift.objects.select_for_update().filter(
        contract=contract, status=DriftStatus.OPEN)}
    for kind, row in open_rows.items():
        if kind not in {difference.kind for difference in found}:
            _end(row, DriftStatus.HEALED, by='system', why=f'the lender says {shown["theirs"]}, we {contract.status}')
    now_open = []
    for difference in found:
        known = open_rows.get(difference.kind)
        if known is None and _was_closed_so(contract, difference, shown):
            continue
        row = known or Drift(contract=contract, kind=difference.kind, found_at=now, times_seen=0)
        for name, value in shown.items():
            setattr(row, name, value)
        row.times_seen += 1
        row.healing = difference.healing
        row.save()
        log.warning('deal_drift', contract=str(contract.guid), kind=row.kind, ours=row.ours, theirs=row.theirs,
                    healing=row.healing)
        if row.healing:
            _wake(contract, row.healing, look_soon=row.times_seen <= SOON_LOOKS)
        now_open.append(row)
    return now_open


def close_drift(*, drift: Drift, by: AbstractUser, why: str) -> Drift:
    """A person takes a difference as it is, with a reason; it comes back only when the words change."""
    if not by.has_perm(CLOSE):
        raise DriftRefused(_('You have no right to this'))
    if not why.strip():
        raise DriftRefused(_('This needs a reason'))
    with transaction.atomic():
        row = Drift.objects.select_for_update().get(pk=drift.pk)
        if row.status != DriftStatus.OPEN:
            raise DriftRefused(_('The difference is closed already'))
        _end(row, DriftStatus.CLOSED, by=by.get_username(), why=why.strip())
    return row


def _was_closed_so(contract: Contract, difference: Difference, shown: dict[str, object]) -> bool:
    last = Drift.objects.filter(contract=contract, kind=difference.kind).order_by('-pk').first()
    return last is not None and last.status == DriftStatus.CLOSED and all(
        getattr(last, name) == shown[name] for name in ('ours', 'theirs', 'our_amount', 'their_amount'))


def _end(row: Drift, to: DriftStatus, *, by: str, why: str) -> None:
    row.status, row.ended_at, row.ended_by, row.ended_why = to.value, timezone.now(), by, why[:500]
    row.save(update_fields=['status', 'ended_at', 'ended_by', 'ended_why'])
    log.info('deal_drift_ended', contract=row.contract_id, kind=row.kind, status=row.status)


def _wake(contract: Contract, kind: str, *, look_soon: bool) -> None:
    """The job asks the lender itself and moves the deal as the table of states allows."""
    if kind == 'offers.release':
        release_again(contract.submission, why='live at the lender, found by the nightly sweep')
        subject = str(contract.submission.guid)
    else:
        subject = str(contract.guid)
        enqueue(kind, subject)
    retry(job_ids=parked(kind, subject))
    if look_soon:
        enqueue(ASK, str(contract.guid), due_in_seconds=CHECK_SECONDS)
