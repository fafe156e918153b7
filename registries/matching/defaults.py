"""Mappings for files whose counterparty has none: our own registry, and the file that lenders are asked for."""
from __future__ import annotations

from typing import Final

from django.utils.translation import override

from registries.matching.mapping import FIELDS, Mapping
from registries.rules import BY_KEY

_OF_REGISTRY: Final = {
    'contract_number': 'contract_number', 'lender_deal_id': 'lender_deal_id', 'form_guid': 'form_guid',
    'external_id': 'external_id', 'line_id': 'seq', 'status': 'event', 'amount': 'amount', 'at': 'occurred_at'}
_OPTIONAL: Final = [name for name in FIELDS if name != 'amount']


def default_mappings() -> list[Mapping]:
    """Tried in this order: titles of our registry in Russian or English, or the keys of its columns, sums in rubles;
    then `our_id,lender_id,contract_number,status,amount_kopecks,at`, sums in kopecks.
    """
    return [
        Mapping(columns={field: _names(key) for field, key in _OF_REGISTRY.items()}, decimal='.', optional=_OPTIONAL),
        Mapping(unit='kopecks', optional=_OPTIONAL, columns={
            'contract_number': ['contract_number'], 'lender_deal_id': ['lender_id', 'lender_deal_id'],
            'form_guid': ['our_id', 'form_guid'], 'external_id': ['external_id'], 'line_id': ['line_id'],
            'status': ['status', 'event'], 'amount': ['amount_kopecks'], 'at': ['at', 'occurred_at']}),
    ]


def _names(key: str) -> list[str]:
    title = BY_KEY[key].title
    names = [key]
    for language in ('ru', 'en'):
        with override(language):
            names.append(str(title))
    extra = {'event': ['status'], 'occurred_at': ['at'], 'form_guid': ['our_id'], 'lender_deal_id': ['lender_id']}
    return [*names, *extra.get(key, [])]
