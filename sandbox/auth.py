"""How a sandbox lender knows that the platform calls: a bearer token or an HMAC signature."""
from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from email.message import Message

from sandbox.profiles import Profile, api_secret

WINDOW_SECONDS = 300


def signature(secret: str, method: str, target: str, timestamp: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over method, path with query, timestamp and the hex SHA-256 of the body, by lines."""
    text = '\n'.join((method, target, timestamp, hashlib.sha256(body).hexdigest()))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def is_allowed(
    profile: Profile, secret: str, headers: Message[str, str], method: str, target: str, body: bytes, now: float,
) -> bool:
    """Whether the request carries this lender's proof."""
    own = api_secret(secret, profile.code)
    if profile.auth == 'bearer':
        given = headers.get('Authorization') or ''
        return hmac.compare_digest(given.encode(), f'Bearer {own}'.encode())
    timestamp = headers.get('DenimHub-Timestamp') or ''
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > WINDOW_SECONDS:
        return False
    wanted = signature(own, method, target, timestamp, body)
    scheme, _, given = (headers.get('DenimHub-Signature') or '').partition('=')
    try:
        base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme == 'v1' and hmac.compare_digest(given.encode(), wanted.encode())
