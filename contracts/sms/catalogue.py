"""Which gateway takes a message. A new gateway is one module and one line here."""
from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from contracts.sms.base import Gateway
from contracts.sms.outbox import Outbox

GATEWAYS: dict[str, Callable[[], Gateway]] = {'outbox': Outbox}
"""`outbox` keeps the messages here, for `sms_outbox` to print: development, stands, sandbox partners."""


def gateway_for(*, is_sandbox: bool) -> Gateway:
    """The gateway of the settings for live messages, never for those of sandbox partners."""
    return Outbox() if is_sandbox else GATEWAYS[settings.SMS_GATEWAY]()
