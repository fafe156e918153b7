"""The log of calls: a row before the call, its end after; only masked values and the encrypted rest."""
from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from lenders.models import Exchange

RAW_CHARACTERS = 64 * 1024


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a call before it is made; `request` is masked."""

    lender_id: int
    form_guid: str
    operation: str
    key: str
    method: str
    path: str
    request: Any


def begin(opening: Opening) -> Exchange:
    """The row of a call that is about to be made."""
    return Exchange.objects.create(
        lender_id=opening.lender_id, form_guid=_guid(opening.form_guid), operation=opening.operation,
        idempotency_key=opening.key, method=opening.method, path=opening.path[:500], request=opening.request)


def end(exchange: Exchange, *, status: int | None, response: Any, trouble: str = '', raw: bytes = b'') -> None:
    """How the call ended; `response` is masked, `raw` is the beginning of an answer nobody understood."""
    exchange.status, exchange.response, exchange.trouble = status, response, trouble[:200]
    exchange.finished_at = timezone.now()
    changed = ['status', 'response', 'trouble', 'finished_at']
    if raw:
        exchange.raw = raw[:RAW_CHARACTERS].decode('utf-8', 'backslashreplace').replace('\x00', '\\x00')
        changed.append('raw')
    exchange.save(update_fields=changed)


def _guid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
