"""Each night lenders are asked about the deals of the last weeks, one small job per deal."""
from __future__ import annotations

import structlog
from django.utils import timezone

from contracts.locks import lock_contract
from contracts.models import Contract
from contracts.selectors import contract_by_guid, ref_of
from jobs.registry import RetryLater, Run, job, periodic
from lenders.catalogue import adapter_for
from lenders.contract import LenderUnavailable, NotUnderstood, OutcomeUnknown, RequestRefused, Unsupported
from lenders.pauses import reason_of, retry_pause
from registries.rules_drift import Difference, Ours, Theirs, compare, seconds_to_next_night, seconds_to_night, theirs_of
from registries.services_drift import DAYS, ask_about_deals, note_differences, wake_submissions
from registries.statuses import DriftKind

log = structlog.get_logger(__name__)
_DAY_SECONDS = 86_400
SETTLE_SECONDS = 900.0
"""A deal that moved less long ago may still be on its way to the other side: it is asked about again."""


@job('registries.sweep', queue='lenders', max_seconds=1800)
def sweep(run: Run) -> None:
    """Write the questions of one night, batch by batch; by day it only waits for the night."""
    wait = seconds_to_night(timezone.now())
    if wait:
        with run.finish():
            run.again(after_seconds=wait)
        return
    with run.note():
        woken = wake_submissions(days=DAYS)
    after = asked = 0
    while True:
        with run.note():
            after, count = ask_about_deals(days=DAYS, after=after, asked=asked)
        if not count:
            break
        asked += count
    log.info('deals_swept', asked=asked, submissions=woken)
    with run.finish():
        run.again(after_seconds=seconds_to_next_night(timezone.now()))


periodic('registries.sweep', every_seconds=_DAY_SECONDS)


@job('registries.sweep_deal', queue='lenders', max_attempts=20)
def sweep_deal(run: Run) -> None:
    """Ask one lender about one deal and note where we differ. What happened here meanwhile is compared too."""
    contract = contract_by_guid(run.subject)
    theirs, word = None, ''
    try:
        theirs = _ask(contract)
    except (LenderUnavailable, OutcomeUnknown) as trouble:
        raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
    except (NotUnderstood, RequestRefused) as trouble:
        word = reason_of(trouble)
    except Unsupported:
        with run.finish():
            return
    with run.finish():
        row = lock_contract(contract).contract
        if row.status != contract.status:
            # It moved while we talked: the answer is about another moment.
            run.again(after_seconds=60)
            return
        found = [Difference(DriftKind.UNREADABLE)] if theirs is None else compare(_ours(row), theirs)
        left = SETTLE_SECONDS - (timezone.now() - row.status_at).total_seconds()
        if found and left > 0:
            run.again(after_seconds=left)
            return
        note_differences(contract=row, found=found, theirs=theirs, word=word)


def _ask(contract: Contract) -> Theirs:
    adapter = adapter_for(contract.lender)
    if adapter.capabilities.find_by_our_id:
        return theirs_of(adapter.find(str(contract.application.guid)))
    return theirs_of(adapter.fetch_state(ref_of(contract)))


def _ours(row: Contract) -> Ours:
    return Ours(row.status, row.amount if row.amount is not None else row.offer.amount,
                confirm_accepted=row.confirm_accepted_at is not None)
