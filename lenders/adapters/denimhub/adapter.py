"""The adapter of the DenimHub lender protocol: one conversation per operation."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from lenders.adapters.denimhub import mapping, reading, wire
from lenders.adapters.denimhub.mapping import FormStyle, Unmappable
from lenders.contract import (
    Capabilities,
    CodeResult,
    Confirmed,
    ContractAnswer,
    Decision,
    DocumentStage,
    FormFile,
    Found,
    LenderDocument,
    LenderForm,
    LenderUnavailable,
    NotUnderstood,
    Ref,
    RequestRefused,
    ScansAnswer,
    SignatureReport,
    State,
    Submitted,
)
from lenders.door import ANSWER_BYTES, DOCUMENTS_ANSWER_BYTES, Call, Door
from lenders.rules import MOST_DOCUMENT_BYTES, check_content, check_decision
from lenders.transport import Answer

T = TypeVar('T')
W = TypeVar('W', bound=wire.Wire)
NOT_READY_SECONDS = 1.0
_CHANGES = frozenset({200, 201, 409})
_MAYBE_UNKNOWN = frozenset({200, 201, 404, 409})


class AdapterSettings(BaseModel):
    """`settings` of the lender's row, as far as this adapter knows them."""

    model_config = ConfigDict(strict=True, extra='ignore', frozen=True)

    form: FormStyle = FormStyle()
    callbacks: bool = False
    own_documents: list[Literal['offers', 'contract']] = []
    settle_seconds: int = 0


class DenimHubAdapter:
    """Speaks the protocol through the door; `payment_hosts` are the only hosts a payment page may have."""

    def __init__(self, door: Door, settings: Mapping[str, Any], *, kinds: Sequence[str], payment_hosts: Sequence[str],
                 plain_http_allowed: bool) -> None:
        own = AdapterSettings.model_validate(dict(settings))
        self._door = door
        self._style = own.form
        self._payment_hosts = frozenset(host.lower() for host in payment_hosts)
        self._payment_schemes = ('https', 'http') if plain_http_allowed else ('https',)
        self.capabilities = Capabilities(
            callbacks=own.callbacks, payment_page='bnpl' in kinds, settle_seconds=own.settle_seconds,
            own_documents=frozenset(map(DocumentStage, own.own_documents)))

    def submit(self, form: LenderForm, *, key: str) -> Submitted:
        """Bring the form; repeated with the same key it is one application."""
        try:
            body = mapping.form_body(form, self._style)
        except Unmappable as error:
            raise RequestRefused(str(error)) from error

        def convert(answer: wire.WireSubmitted) -> Submitted:
            decision = reading.decision(answer.decision)
            check_decision(decision, amount=form.amount, initial_payment=form.initial_payment)
            return Submitted(answer.lender_id, decision)

        return self._change('submit', form.form_guid, '', body, key, wire.WireSubmitted, convert, method='PUT')

    def fetch_decision(self, ref: Ref) -> Decision:
        """The word of the scoring."""
        return self._ask(
            'decision', ref.form_guid, '/decision', wire.WireDecision, reading.decision, brings=DocumentStage.OFFERS)

    def choose(self, ref: Ref, lender_offer_id: str, *, key: str) -> None:
        """The client took this offer."""
        self._change('choose', ref.form_guid, '/choice', {'offer_id': lender_offer_id}, key, wire.Wire, _nothing)

    def fetch_contract(self, ref: Ref) -> ContractAnswer:
        """The contract and, where the lender makes them, what its printed forms are."""
        return self._ask(
            'contract', ref.form_guid, '/contract', wire.WireContract, self._sound_contract,
            brings=DocumentStage.CONTRACT)

    def fetch_document(self, ref: Ref, document: LenderDocument) -> bytes:
        """The bytes of an announced form, exactly those that were announced; a link is pulled without our proof."""
        def read(answer: Answer) -> bytes:
            check_content(document, answer.body)
            return answer.body

        if document.content is not None:
            check_content(document, document.content)
            return document.content
        path = '' if document.link else f'{_path(ref.form_guid)}/documents/{document.document_id}'
        return self._door.talk(Call(
            'document', 'GET', path, ref.form_guid, link=document.link, max_bytes=MOST_DOCUMENT_BYTES,
            headers={'Accept': document.content_type}, shown={
                'documents': {'kind': document.kind, 'sha256': document.sha256, 'size_bytes': document.size_bytes}}),
            read)

    def send_code(self, ref: Ref, *, key: str) -> None:
        """Have the lender send its code to the client."""
        self._change('send_code', ref.form_guid, '/code', {}, key, wire.Wire, _nothing)

    def check_code(self, ref: Ref, code: str, *, key: str) -> CodeResult:
        """Have the lender check the client's code."""
        return self._change(
            'check_code', ref.form_guid, '/code/check', {'code': code}, key, wire.WireCodeResult,
            lambda answer: CodeResult(answer.result))

    def report_signature(self, ref: Ref, report: SignatureReport, *, key: str) -> None:
        """Tell of a signature that was taken without the lender."""
        signed_at = report.signed_at.astimezone(UTC).isoformat().replace('+00:00', 'Z')
        body = {
            'signed_at': signed_at, 'documents_sha256': list(report.documents_sha256),
            'forms_version': report.forms_version}
        self._change('report_signature', ref.form_guid, '/signature', body, key, wire.Wire, _nothing)

    def send_scans(self, ref: Ref, files: Sequence[FormFile], *, key: str) -> None:
        """Bring scans, of the form or of the signed contract."""
        body = {'files': mapping.files(files)}
        self._change('send_scans', ref.form_guid, '/scans', body, key, wire.Wire, _nothing)

    def fetch_scan_verdicts(self, ref: Ref) -> ScansAnswer:
        """The word on the scans sent so far."""
        return self._ask('scan_verdicts', ref.form_guid, '/scans', wire.WireScans, reading.scans)

    def confirm(self, ref: Ref, *, key: str) -> Confirmed:
        """The shop confirms: issue the loan."""
        return self._change(
            'confirm', ref.form_guid, '/confirmation', {}, key, wire.WireConfirmed,
            lambda answer: Confirmed(answer.accepted, answer.reason))

    def fetch_state(self, ref: Ref) -> State:
        """The issue and the payments."""
        return self._ask('state', ref.form_guid, '/state', wire.WireState, reading.state)

    def cancel(self, ref: Ref, *, key: str, reason: str = '') -> None:
        """The application is over; one that the lender never saw is over too."""
        self._change(
            'cancel', ref.form_guid, '/cancellation', {'reason': reason}, key, wire.Wire, _nothing, may_be_unknown=True)

    def find(self, form_guid: str) -> Found | None:
        """What the lender knows of our id; None when it has never seen it."""
        def read(answer: Answer) -> Found | None:
            if answer.status == 404:
                if _error_code(answer) != 'application_not_found':
                    raise NotUnderstood('404 that does not speak of the application')
                return None
            found = wire.WireFound.model_validate_json(answer.body)
            if found.form_guid != form_guid:
                raise NotUnderstood('the answer is about another application')
            return reading.found(found)

        return self._door.talk(
            Call('find', 'GET', _path(form_guid), form_guid, expected=frozenset({200, 404})), read)

    def _ask(
        self, operation: str, form_guid: str, action: str, model: type[W], convert: Callable[[W], T], *,
        brings: DocumentStage | None = None,
    ) -> T:
        def read(answer: Answer) -> T:
            _refuse_conflict(answer)
            return convert(model.model_validate_json(answer.body))

        max_bytes = DOCUMENTS_ANSWER_BYTES if brings in self.capabilities.own_documents else ANSWER_BYTES
        return self._door.talk(Call(
            operation, 'GET', _path(form_guid) + action, form_guid, expected=frozenset({200, 409}),
            max_bytes=max_bytes), read)

    def _change(
        self, operation: str, form_guid: str, action: str, values: dict[str, Any], key: str, model: type[W],
        convert: Callable[[W], T], *, method: str = 'POST', may_be_unknown: bool = False,
    ) -> T:
        def read(answer: Answer) -> T:
            if answer.status == 404 and _error_code(answer) == 'application_not_found':
                return convert(model.model_validate({}))
            if answer.status == 404:
                raise RequestRefused('HTTP 404')
            _refuse_conflict(answer)
            return convert(model.model_validate_json(answer.body))

        body = json.dumps(values, ensure_ascii=False, separators=(',', ':')).encode()
        return self._door.talk(Call(
            operation, method, _path(form_guid) + action, form_guid, key=key, body=body, shown=values,
            expected=_MAYBE_UNKNOWN if may_be_unknown else _CHANGES), read)

    def _sound_contract(self, answer: wire.WireContract) -> ContractAnswer:
        """A contract with a payment page, if any, on a host of the lender."""
        read = reading.contract(answer)
        if not answer.payment_url:
            return read
        parts = urlsplit(answer.payment_url)
        host = (parts.hostname or '').lower()
        if parts.scheme not in self._payment_schemes or host not in self._payment_hosts or '@' in parts.netloc:
            raise NotUnderstood('the payment page is not on a host of the lender')
        return read


def _nothing(answer: wire.Wire) -> None:
    """The success itself is the answer."""


def _path(form_guid: str) -> str:
    return f'/v1/applications/{form_guid}'


def _error_code(answer: Answer) -> str:
    try:
        return wire.WireProblem.model_validate_json(answer.body).error.code
    except ValidationError:
        return ''


def _refuse_conflict(answer: Answer) -> None:
    """409: `not_ready` is surely not processed and comes right by itself; anything else is our mistake."""
    if answer.status != 409:
        return
    code = _error_code(answer)
    if code == 'not_ready':
        raise LenderUnavailable('the lender is not ready for this yet', retry_after_seconds=NOT_READY_SECONDS)
    raise RequestRefused(f'HTTP 409 {code}')


