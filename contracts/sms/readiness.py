"""What a gateway needs from the environment before it may be used."""
from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

SHORTEST_SECRET = 16
_NEEDED = {'smsc': ('SMSC_URL', 'SMSC_SENDER'), 'smpp': ('SMPP_HOST', 'SMPP_SYSTEM_ID', 'SMPP_PASSWORD', 'SMPP_SENDER')}
LONG_MESSAGES = ('udh', 'sar', 'payload')


def problems(gateway: str) -> list[str]:
    """What is missing or wrong in the settings of a gateway, by their names and without their values."""
    found = [f'{name} is not set' for name in _NEEDED.get(gateway, ()) if not getattr(settings, name)]
    if gateway == 'smsc':
        found += _of_smsc()
    if gateway == 'smpp' and settings.SMPP_LONG_MESSAGES not in LONG_MESSAGES:
        found.append(f'SMPP_LONG_MESSAGES is none of {", ".join(LONG_MESSAGES)}')
    return found


def _of_smsc() -> list[str]:
    found = []
    if not settings.SMSC_API_KEY and not (settings.SMSC_LOGIN and settings.SMSC_PASSWORD):
        found.append('neither SMSC_API_KEY nor SMSC_LOGIN with SMSC_PASSWORD is set')
    if settings.DENIMHUB_ENV == 'production' and urlsplit(settings.SMSC_URL).scheme != 'https':
        found.append('SMSC_URL is not https')
    if settings.SMSC_CALLBACK_SECRET and len(settings.SMSC_CALLBACK_SECRET) < SHORTEST_SECRET:
        found.append(f'SMSC_CALLBACK_SECRET is shorter than {SHORTEST_SECRET} characters')
    return found
