"""What a gateway promises: plain values in and out, trouble split by what may be done next."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class GatewayTrouble(Exception):
    """A message was not handed over. `reason` holds no phone, no text, no secret."""

    def __init__(self, reason: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class GatewayUnavailable(GatewayTrouble):
    """Surely not taken: try again later."""


class GatewayUnclear(GatewayTrouble):
    """Perhaps taken: ask by our id if the gateway knows it, then send again. Twice is better than never."""


class GatewayRefused(GatewayTrouble):
    """The gateway will never send this message: wrong number, forbidden text."""


class GatewayClosed(GatewayTrouble):
    """Our account, not the message: credentials, money, a blocked address. Messages wait, somebody has to look."""


class DeliveryState(StrEnum):
    """What became of a message, or of one part of it, on its way to the phone; UNKNOWN is not the last word."""

    UNKNOWN = 'unknown'
    DELIVERED = 'delivered'
    EXPIRED = 'expired'
    """The phone was not to be reached while the message lived."""
    FAILED = 'failed'


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One SMS. `message_id` is ours and the same for every attempt; the phone is E.164.

    After `expires_at` the gateway should not try to deliver it any more.
    """

    message_id: str
    phone: str
    text: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has the message: its ids (one, or one for each part), how many parts, what it costs in kopecks."""

    gateway_ids: tuple[str, ...] = ()
    parts: int | None = None
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that the gateway has, as it is asked about."""

    message_id: str
    phone: str
    gateway_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway's word on one of its ids; `reason` is its own code for a failure."""

    gateway_id: str
    state: DeliveryState
    at: datetime | None = None
    reason: str = ''


class Gateway(Protocol):
    """One way to bring an SMS to a phone. `name` is stored with the message; empty means that nobody sent it.

    Every method raises GatewayTrouble only, and neither logs nor raises a phone or a text.
    """

    name: str
    tells_delivery: bool

    def send(self, message: Outgoing) -> Accepted:
        """Hand the message over."""
        ...

    def find(self, message: Outgoing) -> Accepted | None:
        """What an earlier attempt has left at the gateway under our id; None when nothing, or when it cannot tell."""
        ...

    def status(self, sent: Sent) -> Sequence[Receipt]:
        """What is known of a message by now; nothing for ids that the gateway does not know."""
        ...


Listener = Callable[[str, Receipt], None]
"""Takes the name of a gateway and a receipt that came by itself. Raises when it could not be written down."""
