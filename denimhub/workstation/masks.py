"""How clients are shown to people who need not know them."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.texts import masked_phone


def masked_name(questionnaire: Mapping[str, Any]) -> str:
    """`И*** И. И.`: of the last name its first letter, of the others the initials."""
    last_name, *others = (str(questionnaire.get(name) or '').strip() for name in (
        'last_name', 'first_name', 'middle_name'))
    initials = [f'{name[0].upper()}.' for name in others if name]
    return ' '.join([*([f'{last_name[0].upper()}***'] if last_name else []), *initials])


def masked_mobile(questionnaire: Mapping[str, Any]) -> str:
    """`+7 9** *** ** 12`, empty without a phone."""
    phone = str(questionnaire.get('mobile_phone') or '')
    return masked_phone(phone) if phone else ''
