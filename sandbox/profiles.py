"""The lenders that the sandbox plays: what they lend, to whom and how they want to be called."""
from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from decimal import Decimal

from sandbox.scan_files import JPEG, PDF, ScanRules


@dataclass(frozen=True, slots=True)
class Profile:
    """One sandbox lender; sums in kopecks, rates in percent a year, insurance in percent of the loan a month."""

    code: str
    prefix: str
    name: str
    kinds: tuple[str, ...]
    min_amount: int
    max_amount: int
    min_term: int
    max_term: int
    rate: Decimal
    life_percent: Decimal
    work_percent: Decimal
    auth: str
    id_prefix: str
    contract_series: str
    scans: ScanRules


BANK = Profile(
    code='sandbox-bank', prefix='/bank/v1', name='Тестовый банк', kinds=('pos',),
    min_amount=500_000, max_amount=50_000_000, min_term=3, max_term=60, rate=Decimal('23.9'),
    life_percent=Decimal('0.15'), work_percent=Decimal('0.10'), auth='hmac', id_prefix='SB', contract_series='ТБ',
    scans=ScanRules(JPEG, most_bytes=2 * 1024 * 1024, most_files=50),
)
MFO = Profile(
    code='sandbox-mfo', prefix='/mfo/v1', name='Тестовая МФО', kinds=('pos', 'bnpl'),
    min_amount=1, max_amount=30_000_000, min_term=1, max_term=36, rate=Decimal('39.9'),
    life_percent=Decimal('0.20'), work_percent=Decimal('0.12'), auth='bearer', id_prefix='SM', contract_series='МФО',
    scans=ScanRules(PDF, most_bytes=8 * 1024 * 1024, most_files=1),
)
PROFILES = (BANK, MFO)


def profile_by_code(code: str) -> Profile:
    """The lender of a deal."""
    return next(profile for profile in PROFILES if profile.code == code)


def api_secret(secret: str, code: str) -> str:
    """The bearer token, or the HMAC secret, of one sandbox lender, made of the stand's one secret."""
    return hmac.new(secret.encode(), f'api:{code}'.encode(), hashlib.sha256).hexdigest()


def callback_secret(secret: str, code: str) -> str:
    """The Standard Webhooks secret with which one sandbox lender signs its callbacks."""
    digest = hmac.new(secret.encode(), f'callback:{code}'.encode(), hashlib.sha256).digest()
    return 'whsec_' + base64.b64encode(digest).decode()
