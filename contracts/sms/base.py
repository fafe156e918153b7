"""What a gateway promises: plain values in, the gateway's own id out, trouble split by what may be done next."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class GatewayUnavailable(Exception):
    """The message may not have been taken: try again later. Twice to the phone is better than never."""


class GatewayRefused(Exception):
    """The gateway will never send this message: wrong number, no contract, forbidden text."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One SMS. `message_id` is ours and the same for every attempt; the phone is E.164."""

    message_id: str
    phone: str
    text: str


class Gateway(Protocol):
    """One way to bring an SMS to a phone. `name` is stored with the message; empty means that nobody sent it."""

    name: str

    def send(self, message: Outgoing) -> str:
        """Hand the message over and return the gateway's id for it.

        Raises GatewayUnavailable or GatewayRefused; never logs the phone or the text.
        """
        ...
