"""The signature itself: one per version of the printed forms, and its record in the chain of evidence."""
from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from applications.models import Application
from applications.states import advance
from contracts.evidence import Origin, SignedPage, awaited_messages, body_of, is_final
from contracts.evidence_chain import append
from contracts.models import Contract, Signature
from contracts.models_evidence import EvidenceKind
from contracts.statuses import ContractStatus, ScansState
from jobs.services import enqueue
from lenders.contract import SigningMode

DELIVERY_PAUSE_SECONDS = 30.0
"""The first look at what a gateway has told since: most SMS are delivered before their code is typed."""


def sign(
    application: Application, contract: Contract, *, mode: SigningMode, actor: str, origin: Origin | None = None,
    pages: Sequence[SignedPage] = (),
) -> None:
    """Sign a READY contract (application and contract locked): state, what the lender wants next, evidence.

    The record of evidence locks the end of the chain, so it comes last: callers write nothing slow after it.
    """
    now = timezone.now()
    signature = Signature.objects.create(
        contract=contract, application=application, forms_version=contract.forms_version, mode=mode, signed_at=now)
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
    if any(not is_final(message) for message in awaited_messages(signature)):
        enqueue('contracts.evidence_deliveries', str(signature.guid), due_in_seconds=DELIVERY_PAUSE_SECONDS)
    append(signature, EvidenceKind.SIGNATURE, body_of(
        signature, application, contract, actor=actor, origin=origin or Origin(), pages=pages))


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
