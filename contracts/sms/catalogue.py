"""Which gateway takes a message. A new one is one module and one line here, its settings a line in `readiness`."""
from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from contracts.sms import readiness
from contracts.sms.base import Gateway
from contracts.sms.console import Console
from contracts.sms.outbox import Outbox
from contracts.sms.smpp import Smpp
from contracts.sms.smsc import Smsc

GATEWAYS: dict[str, Callable[[], Gateway]] = {'outbox': Outbox, 'console': Console, 'smsc': Smsc, 'smpp': Smpp}
"""`outbox` keeps the messages here, for `sms_outbox` to print: development, stands, sandbox partners. `console` tells
them in the log too."""


def gateway_for(*, is_sandbox: bool) -> Gateway:
    """The gateway of the settings for live messages, never for those of sandbox partners."""
    return Outbox() if is_sandbox else GATEWAYS[settings.SMS_GATEWAY]()


def gateway_of(name: str) -> Gateway | None:
    """The gateway that once took a message, to be asked about it; None when it is not set up any more."""
    make = GATEWAYS.get(name)
    return None if make is None or readiness.problems(name) else make()
