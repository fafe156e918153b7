"""A lender at the adapter door: answers what a test puts in, remembers every call."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lenders.contract import (
    Capabilities,
    CodeResult,
    Confirmed,
    ContractAnswer,
    ContractStage,
    ContractTerms,
    Decision,
    DecisionStatus,
    FormFile,
    Found,
    IssueStage,
    LenderDocument,
    LenderForm,
    Ref,
    ScansAnswer,
    SignatureReport,
    State,
    Submitted,
)
from lenders.models import Lender

TERMS = ContractTerms(
    number='ТБ-123456', effective_rate=Decimal('19.512'), amount=4_500_000, term_value=12, term_unit='month',
    regular_payment_amount=412_345, first_payment_date=date(2027, 1, 15), payments_count=12)


@dataclass
class FakeLender:
    """Answers are values or exceptions; a list is used up one by one, its last item repeats."""

    capabilities: Capabilities = field(default_factory=Capabilities)
    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def names(self) -> list[str]:
        """Operations in the order they came."""
        return [name for name, _key in self.calls]

    def keys(self, operation: str) -> list[Any]:
        """Idempotency keys of one operation."""
        return [key for name, key in self.calls if name == operation]

    def _say(self, operation: str, default: Any, key: Any = None) -> Any:
        self.calls.append((operation, key))
        answer = self.answers.get(operation, default)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def submit(self, form: LenderForm, *, key: str) -> Submitted:
        return self._say('submit', Submitted('L-1'), key)  # type: ignore[no-any-return]

    def fetch_decision(self, ref: Ref) -> Decision:
        return self._say('fetch_decision', Decision(DecisionStatus.PENDING))  # type: ignore[no-any-return]

    def choose(self, ref: Ref, lender_offer_id: str, *, key: str) -> None:
        self._say('choose', None, key)

    def fetch_contract(self, ref: Ref) -> ContractAnswer:
        return self._say('fetch_contract', ContractAnswer(ContractStage.READY, TERMS))  # type: ignore[no-any-return]

    def fetch_document(self, ref: Ref, document: LenderDocument) -> bytes:
        if document.content is not None:
            return document.content
        return self._say('fetch_document', b'', document.link)  # type: ignore[no-any-return]

    def send_code(self, ref: Ref, *, key: str) -> None:
        self._say('send_code', None, key)

    def check_code(self, ref: Ref, code: str, *, key: str) -> CodeResult:
        default = CodeResult.ACCEPTED if code == '000000' else CodeResult.WRONG
        return self._say('check_code', default, key)  # type: ignore[no-any-return]

    def report_signature(self, ref: Ref, report: SignatureReport, *, key: str) -> None:
        self._say('report_signature', None, key)

    def send_scans(self, ref: Ref, files: Sequence[FormFile], *, key: str) -> None:
        self._say('send_scans', None, key)

    def fetch_scan_verdicts(self, ref: Ref) -> ScansAnswer:
        return self._say('fetch_scan_verdicts', ScansAnswer())  # type: ignore[no-any-return]

    def confirm(self, ref: Ref, *, key: str) -> Confirmed:
        return self._say('confirm', Confirmed(accepted=True), key)  # type: ignore[no-any-return]

    def fetch_state(self, ref: Ref) -> State:
        return self._say('fetch_state', State(IssueStage.PENDING))  # type: ignore[no-any-return]

    def cancel(self, ref: Ref, *, key: str, reason: str = '') -> None:
        self._say('cancel', None, key)

    def find(self, form_guid: str) -> Found | None:
        return self._say('find', None)  # type: ignore[no-any-return]


def adapter_of(lender: FakeLender) -> Callable[[Lender], FakeLender]:
    """What the catalogue wants."""
    return lambda _row: lender
