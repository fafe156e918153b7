"""The one way a record gets into the chain, and the records of what becomes known after a signature."""
from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.utils import timezone

from contracts.evidence import delivery_of
from contracts.evidence_links import GENESIS, canonical, link_sha256, moment, sha256_of
from contracts.models import Contract, Message, Signature
from contracts.models_evidence import EvidenceHead, EvidenceKind, EvidenceRecord

_MAKE_HEAD = 'INSERT INTO contracts_evidencehead (id, number, sha256) VALUES (1, 0, %s) ON CONFLICT DO NOTHING'


def append(signature: Signature, kind: EvidenceKind, told: dict[str, Any]) -> EvidenceRecord:
    """Add one record at the end of the chain, in the caller's transaction and as the last thing it does.

    The head stays locked until the commit: numbers have no gaps, and two signatures at once stand one after the other.
    """
    if not connection.in_atomic_block:
        raise RuntimeError('evidence is added in the transaction of the fact it tells')
    head = _locked_head()
    record = EvidenceRecord(
        guid=uuid.uuid4(), kind=kind, signature=signature, number=head.number + 1, previous_sha256=head.sha256,
        recorded_at=timezone.now())
    body = canonical({
        'kind': str(kind), 'record_guid': str(record.guid), 'recorded_at': moment(record.recorded_at), **told})
    record.body, record.body_sha256 = body.decode(), sha256_of(body)
    record.sha256 = link_sha256(
        number=record.number, previous_sha256=record.previous_sha256, body_sha256=record.body_sha256)
    record.save(force_insert=True)
    EvidenceHead.objects.filter(pk=head.pk).update(number=record.number, sha256=record.sha256)
    return record


def note_report(contract: Contract, *, supported: bool) -> None:
    """The lender has been told of the signature on the present forms, or takes no such reports."""
    signature = signature_of(contract)
    if signature is not None:
        append(signature, EvidenceKind.REPORT, {
            **_about(signature), 'reported_at': moment(contract.signature_reported_at), 'lender': contract.lender.code,
            'result': 'taken' if supported else 'the lender takes no reports'})


def note_void(signature: Signature, *, forms_version: int, actor: str) -> None:
    """The lender has replaced the printed forms: this signature stands for the old ones only."""
    append(signature, EvidenceKind.VOID, {
        **_about(signature), 'void_at': moment(timezone.now()), 'actor': actor,
        'why': 'the lender replaced the printed forms', 'new_forms_version': forms_version})


def note_delivery(signature: Signature, message: Message) -> None:
    """The gateway has told what became of an SMS with a code, after the signature was recorded."""
    append(signature, EvidenceKind.DELIVERY, {
        **_about(signature), 'message_guid': str(message.guid), 'sent_at': moment(message.sent_at),
        'gateway': message.gateway, 'gateway_id': message.gateway_id, **delivery_of(message)})


def signature_of(contract: Contract) -> Signature | None:
    """The signature on the present forms of a contract."""
    return Signature.objects.select_related('application').filter(
        contract=contract, forms_version=contract.forms_version).first()


def _about(signature: Signature) -> dict[str, Any]:
    return {'signature_guid': str(signature.guid), 'form_guid': str(signature.application.guid)}


def _locked_head() -> EvidenceHead:
    head = EvidenceHead.objects.select_for_update().first()
    if head is None:
        with connection.cursor() as cursor:
            cursor.execute(_MAKE_HEAD, [GENESIS])
        head = EvidenceHead.objects.select_for_update().get()
    return head
