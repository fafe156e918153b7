"""Russian, unless the caller prefers English and its partner's setting allows it."""
from __future__ import annotations

from django.utils.translation.trans_real import parse_accept_lang_header

from denimhub.dp.limits import terms_of

RUSSIAN = 'ru'
ENGLISH = 'en'


def prefers_english(accept_language: str) -> bool:
    """Whether `Accept-Language` puts any English before any Russian, by weight and then by order."""
    for tag, weight in parse_accept_lang_header(accept_language.lower()[:500]):
        primary = tag.partition('-')[0]
        if primary in {RUSSIAN, ENGLISH} and weight > 0:
            return primary == ENGLISH
    return False


def language_for(accept_language: str, partner_guid: object) -> str:
    """Language of an answer; a web-view till that happens to prefer English is answered in Russian."""
    if accept_language and prefers_english(accept_language) and terms_of(partner_guid).allows_english:
        return ENGLISH
    return RUSSIAN
