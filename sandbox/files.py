"""The bank's printed forms as the protocol announces them, and the links behind which they lie for ten minutes."""
from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox import papers
from sandbox.deal import Deal
from sandbox.papers import Facts
from sandbox.profiles import BANK

LINK_SECONDS = 600
PDF = 'application/pdf'
_PATH = re.compile(r'/files/([0-9A-Za-z-]{1,64})/([a-z]{1,20})\.pdf')


@dataclass(frozen=True, slots=True)
class Paper:
    """One form of the bank: how it is called and made, and whether it is handed over as a link or whole."""

    kind: str
    name: str
    make: Callable[[Facts], bytes]
    is_link: bool


OFFER_PAPERS = (Paper('consent', 'Согласие заёмщика — Тестовый банк.pdf', papers.consent, is_link=True),)
CONTRACT_PAPERS = (
    Paper('contract', 'Индивидуальные условия.pdf', papers.terms, is_link=False),
    Paper('schedule', 'График платежей.pdf', papers.schedule, is_link=True))
_PAPERS = {paper.kind: paper for paper in (*OFFER_PAPERS, *CONTRACT_PAPERS)}


class Files:
    """Announces the forms and knows its own links again; `secret` is the stand's."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f'files:{secret}'.encode()).digest()

    def of_offers(self, deal: Deal, base_url: str, now: float) -> list[dict[str, Any]]:
        """What must be shown with the offers; the microfinance company has no forms of its own."""
        return [self._announced(paper, deal, base_url, now) for paper in OFFER_PAPERS if deal.lender == BANK.code]

    def of_contract(self, deal: Deal, base_url: str, now: float) -> list[dict[str, Any]]:
        """The printed forms of the contract."""
        return [self._announced(paper, deal, base_url, now) for paper in CONTRACT_PAPERS if deal.lender == BANK.code]

    def _announced(self, paper: Paper, deal: Deal, base_url: str, now: float) -> dict[str, Any]:
        content = paper.make(_facts(paper, deal))
        told: dict[str, Any] = {
            'kind': paper.kind, 'name': paper.name, 'content_type': PDF, 'size_bytes': len(content),
            'sha256': hashlib.sha256(content).hexdigest()}
        if paper.is_link:
            return {**told, 'url': self._link(paper, deal, base_url, int(now) + LINK_SECONDS)}
        return {**told, 'content': base64.b64encode(content).decode()}

    def _link(self, paper: Paper, deal: Deal, base_url: str, until: int) -> str:
        token = self._token(deal.form_guid, paper.kind, until)
        return f'{base_url}/files/{deal.form_guid}/{paper.kind}.pdf?{urlencode({"until": until, "token": token})}'

    def _token(self, form_guid: str, kind: str, until: int) -> str:
        digest = hmac.new(self._key, f'{form_guid}\n{kind}\n{until}'.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b'=').decode()

    def asked(self, path: str, until: str, token: str, now: float) -> tuple[str, str] | None:
        """Application and kind of form behind a link of ours that has not run out, else None."""
        match = _PATH.fullmatch(path)
        if match is None or not (until.isascii() and until.isdigit() and len(until) < 12) or int(until) < now:
            return None
        if not hmac.compare_digest(self._token(match[1], match[2], int(until)).encode(), token.encode()):
            return None
        return (match[1], match[2]) if match[2] in _PAPERS else None


def content_of(kind: str, deal: Deal) -> bytes | None:
    """The form as it stands now, None when the deal has not come so far."""
    paper = _PAPERS[kind]
    if paper in CONTRACT_PAPERS and deal.contract_at is None:
        return None
    return paper.make(_facts(paper, deal))


def _facts(paper: Paper, deal: Deal) -> Facts:
    facts = papers.facts_of(deal)
    if paper in OFFER_PAPERS:
        return Facts(facts.lender_id, facts.submitted_on, facts.price, facts.loan)
    return facts
