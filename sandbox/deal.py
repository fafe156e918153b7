"""An application as the lender keeps it: plain facts with their moments, no personal data of the client.

What is going on is computed from the facts and the clock, so that a restart changes nothing. Moments are Unix
seconds; sums kopecks.
"""
from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.scenarios import Scenario

PAPER_SCANS = ('AGREEMENT_1', 'AGREEMENT_2')
"""What the bank wants offline after signing, and every lender wants when the signature is on paper."""


@dataclass(slots=True)
class Scan:
    """One scan at the lender: the platform's version of it, when it will be looked at, and the word on it."""

    version: int
    from_form: bool
    checked_at: float
    stage: str
    reason: str = ''


@dataclass(slots=True)
class Payment:
    """Money taken at the payment page; `status` is success, or cancel once returned."""

    transaction_number: str
    amount: int
    status: str
    paid_at: float


@dataclass(slots=True)
class Deal:
    """The whole of one application at one lender."""

    lender: str
    form_guid: str
    lender_id: str
    body_sha256: str
    scenario: str
    kind: str
    channel: str
    amount: int
    loan: int
    token: str
    success_url: str
    failed_url: str
    submitted_at: float
    decision_at: float
    verdict: str
    contract_number: str
    reason: str = ''
    offers: list[dict[str, Any]] = field(default_factory=list)
    chosen: str = ''
    contract_at: float | None = None
    number: str = ''
    forms_version: int = 1
    forms_changed: bool = False
    code_sent_at: float | None = None
    wrong_codes: int = 0
    signed_at: float | None = None
    scans: dict[str, Scan] = field(default_factory=dict)
    scans_declined: bool = False
    confirmed_at: float | None = None
    confirm_refusal: str = ''
    issue_at: float | None = None
    cancelled_at: float | None = None
    payments: list[Payment] = field(default_factory=list)
    payment_declined: bool = False

    def dumps(self) -> str:
        """The row of the store."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> Deal:
        """The deal out of its row."""
        values = json.loads(text)
        values['scans'] = {kind: Scan(**scan) for kind, scan in values['scans'].items()}
        values['payments'] = [Payment(**payment) for payment in values['payments']]
        return cls(**values)

    def plays(self, *scenarios: Scenario) -> bool:
        """Whether the client's phone asked for one of these scenarios."""
        return self.scenario in scenarios

    @property
    def signing_mode(self) -> str:
        """Who takes the signature: platform, lender or paper."""
        if self.plays(Scenario.PAPER):
            return 'paper'
        return 'lender' if self.plays(Scenario.LENDER_CODE) else 'platform'

    @property
    def wanted_scans(self) -> list[dict[str, Any]]:
        """Documents the lender wants besides those of the form."""
        if self.plays(Scenario.PAPER):
            return [{'type': kind, 'after_signing': False} for kind in PAPER_SCANS]
        if self.kind == 'pos' and self.channel == 'OFFLINE' and self.lender == 'sandbox-bank':
            return [{'type': kind, 'after_signing': True} for kind in PAPER_SCANS]
        return []

    @property
    def chosen_offer(self) -> dict[str, Any] | None:
        """The offer taken by the client."""
        return next((offer for offer in self.offers if offer['offer_id'] == self.chosen), None)

    @property
    def paid(self) -> int:
        """Kopecks taken at the payment page and not returned."""
        return sum(payment.amount for payment in self.payments if payment.status == 'success')

    @property
    def first_payment(self) -> int:
        """Kopecks due at the payment page; 0 where there is none."""
        offer = self.chosen_offer
        return int(offer['regular_payment_amount']) if self.kind == 'bnpl' and offer else 0


def settle(deal: Deal, now: float) -> None:
    """Let come true what was due by `now`: verdicts on scans, new printed forms, a signature on paper."""
    checked = [scan for scan in deal.scans.values() if not scan.from_form and scan.checked_at <= now]
    if deal.plays(Scenario.FORMS_CHANGED) and checked and not deal.forms_changed:
        deal.forms_changed, deal.signed_at = True, None
        deal.forms_version += 1
        deal.number += f'-{deal.forms_version}'
    if deal.plays(Scenario.SCANS_DECLINED) and checked:
        deal.scans_declined = True
    if deal.signing_mode == 'paper' and deal.signed_at is None and deal.contract_at is not None:
        pages = [deal.scans.get(kind) for kind in PAPER_SCANS]
        if all(page and page.stage == 'accepted' and page.checked_at <= now for page in pages):
            deal.signed_at = now
