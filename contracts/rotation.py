"""How the blind index of a message is computed anew when its keys rotate."""
from __future__ import annotations

from typing import Any

from contracts.models import Message
from vault.blind import blind_index
from vault.rotation import register


def _indexes(message: Message) -> dict[str, Any]:
    return {'phone_index': blind_index(message.phone, 'phone')}


register(Message, _indexes)
