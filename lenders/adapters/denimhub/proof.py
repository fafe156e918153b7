"""How we prove to a lender that it is us: a bearer token, or an HMAC signature of the request."""
from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from lenders.door import Authorize


def authorizer(credentials: Mapping[str, object], *, clock: Callable[[], float] = time.time) -> Authorize:
    """The headers of proof for a lender with these credentials: `auth` is bearer or hmac, `secret` the shared one."""
    secret = str(credentials.get('secret') or '')
    if credentials.get('auth') == 'hmac':
        return lambda method, url, body: _signed(secret, method, url, body, int(clock()))
    return lambda method, url, body: {'Authorization': f'Bearer {secret}'}


def _signed(secret: str, method: str, url: str, body: bytes, timestamp: int) -> dict[str, str]:
    parts = urlsplit(url)
    target = parts.path + (f'?{parts.query}' if parts.query else '')
    text = '\n'.join((method, target, str(timestamp), hashlib.sha256(body).hexdigest()))
    signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
    return {'DenimHub-Timestamp': str(timestamp), 'DenimHub-Signature': f'v1={signature}'}
