"""Corrections of the ledger: asked for by one person, approved by another, written once as a line of their own."""
from __future__ import annotations

from collections.abc import Mapping

import structlog
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.locks import lock_application
from jobs.services import enqueue
from registries.models import LedgerLine, Registry
from registries.models_corrections import CorrectionRequest
from registries.rules_corrections import below_zero, foreign_columns, reversal, total, with_to_pay
from registries.selectors_build import subject_of_build
from registries.selectors_corrections import Target, holds, root_event, sums_left_of, sums_of_deal
from registries.statuses import CorrectionStatus, LineEvent

log = structlog.get_logger(__name__)

ASK = 'registries.ask_correction'
APPROVE = 'registries.approve_correction'
_COPIED = (
    'partner', 'lender', 'contract', 'is_sandbox', 'kind', 'form_guid', 'external_id', 'contract_number',
    'lender_deal_id', 'point_code')


class CorrectionRefused(Exception):
    """The correction cannot be asked for or approved so; the text is for people."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def request_correction(
    *, line: LedgerLine, by: AbstractUser, reason: str, sums: Mapping[str, int] | None = None,
    for_partner: Registry | None = None, for_lender: Registry | None = None,
) -> CorrectionRequest:
    """Ask for signed sums (kopecks) on top of a line, or without `sums` for its reversal with all its corrections.

    The sum to pay to the partner follows from the others. Raises CorrectionRefused; then nothing is written.
    """
    _may(by, ASK)
    if not reason.strip():
        raise CorrectionRefused(_('A correction needs a reason'))
    _check_target(line, for_partner, 'partner')
    _check_target(line, for_lender, 'lender')
    with transaction.atomic():
        lock_application(line.contract.application_id)
        change = _change_of(line, sums)
        _check_change(line, change)
        try:
            with transaction.atomic():
                return CorrectionRequest.objects.create(
                    line=line, is_reversal=sums is None, sums=change, reason=reason.strip()[:500],
                    for_partner=for_partner, for_lender=for_lender, author=by.get_username(), asked_at=timezone.now())
        except IntegrityError as known:
            raise CorrectionRefused(_('A correction of this line waits already')) from known


def approve_correction(*, request: CorrectionRequest, by: AbstractUser, why: str = '') -> LedgerLine:
    """Write the line of a correction: once, by a person who did not ask for it. Again gives the same line.

    What was right when it was asked for is looked at once more. A job makes the next version of each registry that it
    was written for. Raises CorrectionRefused.
    """
    _may(by, APPROVE)
    with transaction.atomic():
        lock_application(request.line.contract.application_id)
        row = _locked(request)
        if row.made is not None:
            return row.made
        _still_asked(row)
        if by.get_username() == row.author:
            raise CorrectionRefused(_('A correction is approved by another person than the one who asked for it'))
        if row.is_reversal and _change_of(row.line, None) != row.sums:
            raise CorrectionRefused(_('The line was corrected meanwhile: withdraw the request and ask anew'))
        _check_change(row.line, row.sums)
        line = LedgerLine.objects.create(
            **{name: getattr(row.line, name) for name in _COPIED}, **row.sums, key=f'corrected:{row.guid}',
            event=LineEvent.CORRECTED, occurred_at=timezone.now(), corrects=row.line, for_partner=row.for_partner,
            for_lender=row.for_lender, reason=row.reason, author=row.author, approver=by.get_username())
        line.refresh_from_db()
        _decide(row, CorrectionStatus.APPROVED, by, why, made=line)
        for registry in filter(None, (row.for_partner, row.for_lender)):
            subject = subject_of_build(registry.counterparty, registry.date_from, registry.date_to)
            enqueue('registries.build', subject, data={'by': by.get_username()})
    log.info('correction_approved', correction=str(row.guid), seq=line.seq)
    return line


def refuse_correction(*, request: CorrectionRequest, by: AbstractUser, why: str) -> CorrectionRequest:
    """Decline a correction, with a reason; nothing is written to the ledger. Raises CorrectionRefused."""
    _may(by, APPROVE)
    return _end(request, CorrectionStatus.REFUSED, by, why)


def withdraw_correction(*, request: CorrectionRequest, by: AbstractUser, why: str) -> CorrectionRequest:
    """Take a correction back, by the person who asked for it, with a reason. Raises CorrectionRefused."""
    _may(by, ASK)
    if by.get_username() != request.author:
        raise CorrectionRefused(_('Only the person who asked for it withdraws a correction'))
    return _end(request, CorrectionStatus.WITHDRAWN, by, why)


def _end(request: CorrectionRequest, to: CorrectionStatus, by: AbstractUser, why: str) -> CorrectionRequest:
    if not why.strip():
        raise CorrectionRefused(_('This needs a reason'))
    with transaction.atomic():
        row = _locked(request)
        _still_asked(row)
        _decide(row, to, by, why)
    return row


def _locked(request: CorrectionRequest) -> CorrectionRequest:
    return CorrectionRequest.objects.select_for_update(of=('self',)).select_related(
        'line__contract', 'line__partner', 'line__lender', 'made', 'for_partner__counterparty',
        'for_lender__counterparty').get(pk=request.pk)


def _still_asked(row: CorrectionRequest) -> None:
    if row.status != CorrectionStatus.ASKED:
        raise CorrectionRefused(_('The correction was decided already'))


def _decide(
    row: CorrectionRequest, to: CorrectionStatus, by: AbstractUser, why: str, *, made: LedgerLine | None = None,
) -> None:
    row.status, row.made = to.value, made
    row.decided_by, row.decided_at, row.decided_why = by.get_username(), timezone.now(), why.strip()[:500]
    row.save(update_fields=['status', 'made', 'decided_by', 'decided_at', 'decided_why'])


def _may(by: AbstractUser, permission: str) -> None:
    if not by.has_perm(permission):
        raise CorrectionRefused(_('You have no right to this'))


def _check_target(line: LedgerLine, registry: Registry | None, side: Target) -> None:
    if registry is not None and not holds(registry, line, side):
        raise CorrectionRefused(_('This registry does not hold the line: choose one in which it was sent'))


def _change_of(line: LedgerLine, sums: Mapping[str, int] | None) -> dict[str, int]:
    if sums is None:
        return reversal(sums_left_of(line))
    event = root_event(line)
    foreign = foreign_columns(event, sums)
    if foreign:
        raise CorrectionRefused(_('Sums that this line does not have: %(names)s') % {'names': ', '.join(foreign)})
    return with_to_pay(event, sums)


def _check_change(line: LedgerLine, change: Mapping[str, int]) -> None:
    if not change:
        raise CorrectionRefused(_('There is nothing to correct: the sums stay as they are'))
    short = below_zero(total([sums_of_deal(line.contract_id)]), change)
    if short:
        raise CorrectionRefused(_('The sums of the deal would fall below zero: %(names)s') % {
            'names': ', '.join(short)})
