"""What of a conversation with a lender may be shown: an allow-list of names, each with the shape its value must have.

Whatever is not named here is shown as the kind of its value only; names, phones, documents and codes never pass.
"""
from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

_WORD: Final = re.compile(r'[A-Za-z][A-Za-z_]{0,39}')
_ID: Final = re.compile(r'(?=.*[A-Za-z-])[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}')
_MOMENT: Final = re.compile(r'20\d\d-[01]\d-[0-3]\d(T[\d:.]{5,15}(Z|[+-]\d\d:\d\d))?')
_RATE: Final = re.compile(r'\d{1,4}(\.\d{1,4})?')
_HASH: Final = re.compile(r'[0-9a-f]{64}')
_SCAN: Final = re.compile(r'[A-Z][A-Z_0-9]{0,39}')

_NUMBERS: Final = frozenset({
    'amount', 'initial_payment', 'loan_amount', 'term_value', 'life_insurance_sum', 'work_insurance_sum',
    'regular_payment_amount', 'payments_count', 'forms_version', 'version', 'life_insurance', 'work_insurance',
    'is_signed', 'is_confirmed', 'confirm_refused', 'is_cancelled', 'accepted', 'has_payment_page', 'after_signing',
    'size_bytes', 'page', 'pages',
})
_TEXTS: Final[Mapping[str, re.Pattern[str]]] = {
    'kind': _WORD, 'channel': _WORD, 'term_unit': _WORD, 'regular_period_type': _WORD, 'status': _WORD, 'stage': _WORD,
    'outcome': _WORD, 'issue': _WORD, 'payment': _WORD, 'signing_mode': _WORD, 'result': _WORD, 'contract': _WORD,
    'form_guid': _ID, 'lender_id': _ID, 'offer_id': _ID, 'chosen_offer_id': _ID, 'transaction_number': _ID,
    'signed_at': _MOMENT, 'expires_at': _MOMENT, 'paid_at': _MOMENT, 'first_payment_date': _MOMENT,
    'rate': _RATE, 'effective_rate': _RATE, 'type': _SCAN, 'error.code': _WORD,
    'sha256': _HASH,
}
_CONTAINERS: Final = frozenset({
    'decision', 'offers', 'terms', 'wanted_scans', 'documents', 'verdicts', 'payments', 'error', 'files', 'contract',
    'scans_versions', 'documents_sha256',
})
_NAMES: Final = _CONTAINERS | _NUMBERS | frozenset(_TEXTS)
_LONGEST_LIST: Final = 50
_LARGEST: Final = 10**15


def masked(value: Any, name: str = '') -> Any:
    """The value with everything hidden that is not on the allow-list."""
    if isinstance(value, Mapping):
        if name and name not in _CONTAINERS:
            return '{…}'
        if name == 'scans_versions':
            return {key: version for key, version in value.items() if _SCAN.fullmatch(str(key))}
        # A code of an error is a word of the protocol; a code anywhere else is the client's.
        prefix = 'error.' if name == 'error' else ''
        return {key if _WORD.fullmatch(str(key)) or key in _NAMES else '…': masked(inner, f'{prefix}{key}')
                for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner, name) for inner in value[:_LONGEST_LIST]] if name in _CONTAINERS else '[…]'
    if value is None:
        return None
    return _scalar(value, name)


def _scalar(value: Any, name: str) -> Any:
    if isinstance(value, bool | int | float):
        # JSON of the database has no infinity and no NaN, Python's reader has.
        is_shown = math.isfinite(value) and (name in _NUMBERS or name in ('rate', 'effective_rate'))
        return value if is_shown and abs(value) <= _LARGEST else '…'
    text = str(value)
    if name == 'documents_sha256':
        return text if _HASH.fullmatch(text) else '…'
    pattern = _TEXTS.get(name)
    return text if pattern is not None and pattern.fullmatch(text) else '…'
