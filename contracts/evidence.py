"""The evidence of one signature: what was signed, by whom, with which code, where, as the body of its record."""
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from applications.models import Application, Document
from contracts.evidence_links import moment
from contracts.models import CodeCheck, Contract, Message, MessageStatus, Signature, SigningCode
from contracts.models_evidence import EvidenceKind, EvidenceRecord
from contracts.models_messages import DeliveryStatus, MessagePart
from contracts.selectors import signed_documents
from lenders.contract import SigningMode
from vault.models import StoredFile

ACCEPTED, WRONG, UNFINISHED = 'accepted', 'wrong', 'unfinished'
"""Results of a try; `unfinished` was still being compared when another one signed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The call that brought the signature: its `X-Request-ID` and the address the web server saw."""

    request_id: str = ''
    ip: str = ''


@dataclass(frozen=True, slots=True)
class SignedPage:
    """A scan of a page signed by hand, as the lender accepted it."""

    guid: str
    type: str
    version: int
    file: StoredFile
    received_at: datetime
    sent_at: datetime | None


def body_of(
    signature: Signature, application: Application, contract: Contract, *, actor: str, origin: Origin,
    pages: Sequence[SignedPage] = (),
) -> dict[str, Any]:
    """Everything that proves the signature; kept only encrypted. Reads what the same transaction has written."""
    values = application.questionnaire
    documents = [*_shown(application, contract), *signed_documents(application.pk)]
    return {
        'signature_guid': str(signature.guid), 'form_guid': str(application.guid), 'contract_guid': str(contract.guid),
        'is_sandbox': application.is_sandbox, 'mode': signature.mode, 'signed_at': moment(signature.signed_at),
        'forms_version': signature.forms_version, 'actor': actor,
        'client': {
            name: values.get(name, '') for name in ('last_name', 'first_name', 'middle_name', 'mobile_phone')},
        'contract': _terms(contract),
        'documents': [_document(row) for row in documents],
        'codes': _codes(contract), 'pages': [_page(page) for page in pages],
        'partner': application.partner.name,
        'point': {'code': application.point.code, 'name': application.point.name},
        'operator': {'code': values.get('point_user_code', ''), 'name': values.get('point_user_name', '')},
        'request': {'request_id': origin.request_id, 'ip': origin.ip},
    }


def _terms(contract: Contract) -> dict[str, Any]:
    lender, rate, first = contract.lender, contract.effective_rate, contract.first_payment_date
    return {
        'number': contract.number,
        'lender': {'code': lender.code, 'name': lender.name, 'legal_name': lender.legal_name},
        'amount_kopecks': contract.amount, 'term_value': contract.term_value, 'term_unit': contract.term_unit,
        'effective_rate': None if rate is None else str(rate), 'payments_count': contract.payments_count,
        'regular_payment_kopecks': contract.regular_payment_amount,
        'first_payment_date': None if first is None else first.isoformat(),
    }


def _shown(application: Application, contract: Contract) -> list[Document]:
    """The consents that the client saw with the offers: ours, and those of the chosen lender."""
    return list(Document.objects.select_related('file').filter(
        application=application, stage='offers', superseded_at__isnull=True,
        lender_code__in=['', contract.lender.code]).order_by('id'))


def _document(row: Document) -> dict[str, Any]:
    return {
        'stage': row.stage, 'kind': row.kind, 'file_name': row.file_name, 'file_guid': str(row.guid),
        'stored_guid': str(row.file.guid), 'content_type': row.file.content_type, 'size_bytes': row.file.size_bytes,
        'sha256': row.file.sha256, 'made_from': row.made_from, 'made_at': moment(row.created_at)}


def _page(page: SignedPage) -> dict[str, Any]:
    return {
        'scan_guid': page.guid, 'type': page.type, 'version': page.version, 'stored_guid': str(page.file.guid),
        'content_type': page.file.content_type, 'size_bytes': page.file.size_bytes, 'sha256': page.file.sha256,
        'received_at': moment(page.received_at), 'sent_at': moment(page.sent_at)}


def _codes(contract: Contract) -> list[dict[str, Any]]:
    """Every code sent for these forms: the SMS, the times of sending and of every try, which one was accepted."""
    codes = SigningCode.objects.filter(contract=contract, forms_version=contract.forms_version).order_by('seq')
    messages = {
        row.signing_code_id: row
        for row in Message.objects.filter(contract=contract, signing_code__isnull=False)}
    at_lender = contract.signing_mode == SigningMode.LENDER
    return [{
        'seq': code.seq, 'sent_by': 'platform' if code.is_automatic else 'request', 'made_at': moment(code.sent_at),
        'expires_at': moment(code.expires_at), 'void_at': moment(code.expired_at),
        'accepted_at': moment(code.accepted_at), 'sms': _sms(messages.get(code.pk)),
        'tries': _asked(code) if at_lender else _compared(code),
    } for code in codes]


def _sms(message: Message | None) -> dict[str, Any] | None:
    if message is None:
        return None
    return {
        'message_guid': str(message.guid), 'text': message.text, 'phone': message.phone, 'gateway': message.gateway,
        'gateway_id': message.gateway_id, 'status': message.status, 'queued_at': moment(message.created_at),
        'sent_at': moment(message.sent_at), **delivery_of(message)}


def awaited_messages(signature: Signature) -> list[Message]:
    """SMS with codes whose delivery the records of this signature do not tell yet, and a gateway still may."""
    known: set[str] = set()
    for record in EvidenceRecord.objects.filter(signature=signature).order_by('number'):
        told = json.loads(record.body)
        if record.kind == EvidenceKind.DELIVERY:
            known.add(told['message_guid'])
        known |= {
            code['sms']['message_guid'] for code in told.get('codes', ())
            if code['sms'] and code['sms']['delivery_status'] != DeliveryStatus.UNKNOWN}
    sent = Message.objects.filter(
        contract_id=signature.contract_id, signing_code__forms_version=signature.forms_version,
        status=MessageStatus.SENT).order_by('id')
    return [message for message in sent if str(message.guid) not in known]


def is_final(message: Message) -> bool:
    """Whether the gateway has told what became of an SMS."""
    return message.delivery_status != DeliveryStatus.UNKNOWN


def delivery_of(message: Message) -> dict[str, Any]:
    """What is known so far of the way of an SMS to the phone, as a whole and by its parts."""
    return {
        'delivery_status': message.delivery_status, 'delivered_at': moment(message.delivered_at),
        'delivery_reason': message.delivery_reason,
        'parts': [
            {'gateway_id': part.gateway_id, 'delivery_status': part.delivery_status,
             'reported_at': moment(part.reported_at)}
            for part in MessagePart.objects.filter(message=message).order_by('id')]}


def _compared(code: SigningCode) -> list[dict[str, Any]]:
    """Tries of a code that the platform itself compared."""
    results = dict.fromkeys(code.wrong_tries, WRONG) | ({code.right_try: ACCEPTED} if code.right_try else {})
    return [
        {'number': number, 'at': moment(at), 'result': results.get(number, UNFINISHED)}
        for number, at in enumerate(code.tried_at, 1)]


def _asked(code: SigningCode) -> list[dict[str, Any]]:
    """Tries that the lender was asked about, and when the code itself was asked for."""
    return [
        {'number': number, 'operation': row.operation, 'at': moment(row.asked_at),
         'answered_at': moment(row.answered_at), 'result': row.result or UNFINISHED,
         'request': {'request_id': row.request_id, 'ip': row.ip or ''}}
        for number, row in enumerate(CodeCheck.objects.filter(signing_code=code).order_by('id'), 1)]
