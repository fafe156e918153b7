"""Decisions on lines that differ. Closing without the other side's or the ledger's change takes a reason; declaring a
match by force takes two persons.
"""
from __future__ import annotations

import structlog
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from registries.models import LedgerLine, Registry
from registries.models_corrections import CorrectionRequest
from registries.models_matching import ForcedMatch, MatchLine, Resolution
from registries.selectors_matching import is_closed, is_newest, line_to_correct
from registries.services_corrections import request_correction
from registries.statuses_matching import ForcedStatus, ResolutionKind

log = structlog.get_logger(__name__)

RESOLVE = 'registries.resolve_lines'
APPROVE = 'registries.approve_forced'
_BY_HAND = (ResolutionKind.ACCEPT_OURS, ResolutionKind.WILL_COME)


class ResolutionRefused(Exception):
    """The decision cannot be taken so; the text is for people."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def resolve(*, line: MatchLine, kind: ResolutionKind, reason: str, by: AbstractUser) -> Resolution:
    """Ours is right, or the line will come later. Raises ResolutionRefused; then nothing is written."""
    if kind not in _BY_HAND:
        raise ResolutionRefused(_('This decision has a way of its own'))
    _may(by, RESOLVE)
    with transaction.atomic():
        return _decide(_open(line), kind, _reason(reason), by.get_username())


def accept_theirs(
    *, line: MatchLine, reason: str, by: AbstractUser, for_registry: Registry | None = None,
) -> CorrectionRequest:
    """Theirs is right: ask for the correction that makes our sum theirs, and close the line.

    The correction counts in the current period, or in the next version of `for_registry`; a second person approves it.
    Raises ResolutionRefused, or CorrectionRefused of the correction; then nothing is written.
    """
    _may(by, RESOLVE)
    with transaction.atomic():
        row = _open(line)
        if row.contract_id is None or row.their_net is None or row.our_net is None:
            raise ResolutionRefused(_('Only a deal that both sides have can be corrected'))
        ours = line_to_correct(row)
        if ours is None:
            raise ResolutionRefused(_('The ledger has no line of an issue to correct'))
        asked = _ask(row, ours, _reason(reason), by, for_registry)
        _decide(row, ResolutionKind.ACCEPT_THEIRS, _reason(reason), by.get_username())
    return asked


def ask_forced(*, line: MatchLine, reason: str, by: AbstractUser, contract: Contract | None = None) -> ForcedMatch:
    """Ask to take a line for a deal of ours, or without `contract` to take its difference for none.

    A line that is not with us needs the contract. Raises ResolutionRefused.
    """
    _may(by, RESOLVE)
    with transaction.atomic():
        row = _open(line)
        if row.outcome == 'MISSING_HERE' and contract is None:
            raise ResolutionRefused(_('Name the contract that the line is'))
        if contract is not None and (row.row_no is None or not _is_of(contract, row)):
            raise ResolutionRefused(_('This contract is not one of this counterparty'))
        try:
            with transaction.atomic():
                return ForcedMatch.objects.create(
                    line=row, counterparty=row.run.counterparty, unit=row.unit, contract=contract,
                    reason=_reason(reason), author=by.get_username(), asked_at=timezone.now())
        except IntegrityError as known:
            raise ResolutionRefused(_('A forced match of this line waits already')) from known


def approve_forced(*, forced: ForcedMatch, by: AbstractUser, why: str = '') -> ForcedMatch:
    """Match by force: by a person who did not ask for it. The next matching links the line so.

    Closes the line, and the deal that the same file did not have. Raises ResolutionRefused.
    """
    _may(by, APPROVE)
    with transaction.atomic():
        row = _asked(forced)
        if by.get_username() == row.author:
            raise ResolutionRefused(_('A forced match is approved by another person than the one who asked for it'))
        line = _open(row.line)
        _end(row, ForcedStatus.APPROVED, by, why)
        author = f'{row.author}, {by.get_username()}'[:150]
        _decide(line, ResolutionKind.FORCED, row.reason, author)
        if row.contract_id is not None:
            for other in MatchLine.objects.filter(
                    run=line.run_id, contract=row.contract_id, is_head=True, row_no__isnull=True):
                if not is_closed(other):
                    _decide(other, ResolutionKind.FORCED, row.reason, author)
    log.info('forced_match_approved', forced=str(row.guid))
    return row


def refuse_forced(*, forced: ForcedMatch, by: AbstractUser, why: str) -> ForcedMatch:
    """Decline a forced match, with a reason, or take one's own back. Raises ResolutionRefused."""
    if by.get_username() != forced.author:
        _may(by, APPROVE)
    with transaction.atomic():
        row = _asked(forced)
        _end(row, ForcedStatus.REFUSED, by, _reason(why))
    return row


def _ask(
    row: MatchLine, ours: LedgerLine, reason: str, by: AbstractUser, for_registry: Registry | None,
) -> CorrectionRequest:
    """Their net as our sum: nothing of it left is a reversal, anything else a difference in the loan."""
    assert row.their_net is not None
    assert row.our_net is not None
    party = row.run.counterparty
    change = row.their_net - row.our_net
    for_lender, for_partner = (for_registry, None) if party.lender_id is not None else (None, for_registry)
    if row.their_standing == 'VOID':
        return request_correction(
            line=ours, by=by, reason=reason, for_lender=for_lender, for_partner=for_partner)
    # What is to be paid to the partner follows from the fee.
    sums = {'partner_fee': -change} if row.run.mapping['sum'] == 'to_pay' else {row.run.mapping['sum']: change}
    return request_correction(
        line=ours, by=by, reason=reason, sums=sums, for_lender=for_lender, for_partner=for_partner)


def _may(by: AbstractUser, permission: str) -> None:
    if not by.has_perm(permission):
        raise ResolutionRefused(_('You have no right to this'))


def _reason(text: str) -> str:
    if not text.strip():
        raise ResolutionRefused(_('A decision needs a reason'))
    return text.strip()[:500]


def _open(line: MatchLine) -> MatchLine:
    """The line, locked, when it still waits for a decision in the matching in force."""
    row = MatchLine.objects.select_for_update(of=('self',)).select_related('run__counterparty').get(pk=line.pk)
    if not row.is_head or is_closed(row):
        raise ResolutionRefused(_('Nothing is left to decide on this line'))
    if not is_newest(row.run):
        raise ResolutionRefused(_('A later matching of these dates is in force: decide there'))
    return row


def _decide(row: MatchLine, kind: ResolutionKind, reason: str, author: str) -> Resolution:
    return Resolution.objects.create(line=row, kind=kind, reason=reason, author=author, at=timezone.now())


def _is_of(contract: Contract, row: MatchLine) -> bool:
    party = row.run.counterparty
    side = {'lender': party.lender_id} if party.lender_id is not None else {'partner': party.partner_id}
    return LedgerLine.objects.filter(contract=contract, is_sandbox=party.is_sandbox, **side).exists()


def _asked(forced: ForcedMatch) -> ForcedMatch:
    row = ForcedMatch.objects.select_for_update(of=('self',)).select_related('line').get(pk=forced.pk)
    if row.status != ForcedStatus.ASKED:
        raise ResolutionRefused(_('The forced match was decided already'))
    return row


def _end(row: ForcedMatch, to: ForcedStatus, by: AbstractUser, why: str) -> None:
    row.status, row.decided_by = to.value, by.get_username()
    row.decided_at, row.decided_why = timezone.now(), why.strip()[:500]
    row.save(update_fields=['status', 'decided_by', 'decided_at', 'decided_why'])
