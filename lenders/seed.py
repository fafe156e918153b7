"""The rows of the sandbox lenders, for development and for a public stand."""
from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from lenders.models import Lender


@transaction.atomic
def ensure_sandbox_lenders(base_url: str, *, secret: str = '', public_url: str = '') -> list[Lender]:
    """The sandbox's bank and microfinance company, made or brought up to date.

    `base_url` is the stand's address for us, `public_url` the one for browsers where it differs.
    """
    key = secret or settings.SANDBOX_SECRET
    hosts = sorted({urlsplit(url).hostname or '' for url in (base_url, public_url or base_url)})
    return [_ensure(code, values, base_url, key, hosts) for code, values in _SANDBOX.items()]


def _ensure(code: str, values: dict[str, Any], base_url: str, secret: str, hosts: list[str]) -> Lender:
    row = {name: value for name, value in values.items() if name not in ('prefix', 'auth')}
    api = hmac.new(secret.encode(), f'api:{code}'.encode(), hashlib.sha256).hexdigest()
    callback = hmac.new(secret.encode(), f'callback:{code}'.encode(), hashlib.sha256).digest()
    credentials = {
        'auth': values['auth'], 'secret': api,
        'callback_secrets': ['whsec_' + base64.b64encode(callback).decode()]}
    lender, _ = Lender.objects.update_or_create(code=code, defaults={
        **row, 'is_sandbox': True, 'adapter': 'denimhub', 'credentials': credentials,
        'base_url': base_url.rstrip('/') + values['prefix'], 'payment_hosts': hosts})
    return lender


_SANDBOX: dict[str, dict[str, Any]] = {
    'sandbox-bank': {
        'prefix': '/bank', 'auth': 'hmac', 'name': 'Тестовый банк', 'legal_name': 'АО «Тестовый банк»',
        'kinds': ['pos'], 'min_amount': 500_000, 'max_amount': 50_000_000, 'min_term': 1, 'max_term': 360,
        'connect_timeout_seconds': 2.0, 'read_timeout_seconds': 5.0,
        'settings': {
            'breaker_failures': 50,
            'own_documents': ['offers', 'contract'],
            'scans': {'format': 'jpeg', 'max_bytes': 2 * 1024 * 1024, 'max_side': 3000},
            'form': {
                'names': 'upper', 'latin_names': True, 'phones': 'ten_digits', 'addresses': 'line',
                'absent_middle_name': 'dash',
                'words': {
                    'gender': {'M': 'MALE', 'F': 'FEMALE'},
                    'marital_status': {
                        'MARRIED_OFFICIAL': 'MARRIED', 'MARRIED_UNOFFICIAL': 'CIVIL_UNION', 'DIVORCED': 'DIVORCED',
                        'SINGLE': 'SINGLE', 'WIDOW': 'WIDOWED'},
                },
            },
        },
    },
    'sandbox-mfo': {
        'prefix': '/mfo', 'auth': 'bearer', 'name': 'Тестовая МФО', 'legal_name': 'ООО МФК «Тестовая МФО»',
        'kinds': ['pos', 'bnpl'], 'min_amount': 1, 'max_amount': 30_000_000, 'min_term': 1, 'max_term': 360,
        'connect_timeout_seconds': 2.0, 'read_timeout_seconds': 5.0,
        'settings': {
            'breaker_failures': 50,
            'scans': {'format': 'pdf', 'one_pdf_per_type': True, 'max_bytes': 8 * 1024 * 1024},
            'form': {'names': 'as_is', 'phones': 'e164', 'addresses': 'parts', 'absent_middle_name': 'omit'},
        },
    },
}
"""The sandbox breaks on purpose, application by application: its circuit opens later than a real lender's."""
