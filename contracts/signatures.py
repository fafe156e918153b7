"""The signature itself: one record of evidence per version of the printed forms."""
from __future__ import annotations

from django.utils import timezone

from applications.models import Application
from applications.states import advance
from contracts.evidence import collect, digest_of
from contracts.models import Contract, Signature
from contracts.statuses import ContractStatus, ScansState
from jobs.services import enqueue
from lenders.contract import SigningMode


def sign(application: Application, contract: Contract, *, mode: SigningMode, actor: str) -> None:
    """Sign a READY contract (application and contract locked): evidence, state, what the lender wants next."""
    now = timezone.now()
    evidence = collect(application, contract, mode=mode, signed_at=now)
    Signature.objects.create(
        contract=contract, application=application, forms_version=contract.forms_version, mode=mode, signed_at=now,
        evidence=evidence, evidence_sha256=digest_of(evidence))
    state = scans_after_signing(contract)
    by_platform = mode == SigningMode.PLATFORM
    advance(
        contract, ContractStatus.SIGNED, actor=actor, why=f'signed: {mode.value}', signed_at=now, scans_state=state,
        outcome_unknown_since=None, signature_reported_at=None if by_platform else now)
    if by_platform:
        enqueue('contracts.report_signature', str(contract.guid))
    if contract.payment_url:
        enqueue('contracts.watch_payment', str(contract.guid))
    if state in (ScansState.REQUESTED, ScansState.RECEIVED_FROM_PARTNER):
        enqueue('scans.refresh', str(contract.guid))


def scans_after_signing(contract: Contract) -> str:
    """What the scans come to at the moment of signing, until the room of scans has recounted them from its rows.

    After changed forms nothing is taken for accepted before that: RECEIVED_FROM_PARTNER makes confirming wait.
    """
    on_paper = contract.signing_mode == SigningMode.PAPER
    wants_more = not on_paper and any(wanted['after_signing'] for wanted in contract.wanted_scans)
    changed = contract.scans_state == ScansState.PRINT_FORMS_CHANGED
    if wants_more:
        return ScansState.REQUESTED
    return ScansState.RECEIVED_FROM_PARTNER if changed else contract.scans_state
