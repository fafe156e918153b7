"""The evidence of one signature: what was signed, by whom, with which code, where."""
from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import pydantic_core

from applications.models import Application
from contracts.models import Contract, Message, SigningCode
from contracts.selectors import signed_documents


def collect(application: Application, contract: Contract, *, mode: str, signed_at: datetime) -> str:
    """Everything that proves the signature, as JSON; kept only encrypted."""
    values = application.questionnaire
    evidence = {
        'form_guid': application.guid, 'contract_guid': contract.guid, 'contract_number': contract.number,
        'lender': contract.lender.code, 'forms_version': contract.forms_version, 'mode': mode, 'signed_at': signed_at,
        'documents': [
            {'file_guid': row.guid, 'kind': row.kind, 'file_name': row.file_name, 'sha256': row.file.sha256,
             'size_bytes': row.file.size_bytes} for row in signed_documents(application.pk)],
        'phone': values['mobile_phone'],
        'codes': _codes(contract),
        'partner': application.partner.name,
        'point': {'code': application.point.code, 'name': application.point.name},
        'operator': {'code': values.get('point_user_code', ''), 'name': values.get('point_user_name', '')},
    }
    return pydantic_core.to_json(evidence).decode()


def digest_of(evidence: str) -> str:
    """SHA-256 of the record, in hex."""
    return hashlib.sha256(evidence.encode()).hexdigest()


def _codes(contract: Contract) -> list[dict[str, Any]]:
    """Every code sent for these forms: the SMS, the times of sending and of every try, which one was accepted."""
    codes = SigningCode.objects.filter(contract=contract, forms_version=contract.forms_version).order_by('seq')
    sms = {
        row.signing_code_id: row
        for row in Message.objects.filter(contract=contract, signing_code__isnull=False)}
    return [_code(code, sms.get(code.pk)) for code in codes]


def _code(code: SigningCode, message: Message | None) -> dict[str, Any]:
    sms = None if message is None else {
        'text': message.text, 'phone': message.phone, 'gateway': message.gateway, 'gateway_id': message.gateway_id,
        'sent_at': message.sent_at}
    return {
        'seq': code.seq, 'made_at': code.sent_at, 'sms': sms, 'tries': code.tries, 'tried_at': code.tried_at,
        'accepted_at': code.accepted_at}
