"""Tokens of links in letters: 256 random bits, of which the database knows the hash only."""
from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

_TOKEN: Final = re.compile('[A-Za-z0-9_-]{43}')


def new_token() -> tuple[str, bytes]:
    """A token and what to keep of it."""
    token = secrets.token_urlsafe(32)
    return token, hash_of(token)


def hash_of(token: str) -> bytes:
    """SHA-256: the token is as good as a key, no slow hash is needed. Nonsense hashes to what nobody has."""
    return hashlib.sha256((token if _TOKEN.fullmatch(token) else '').encode()).digest()
