"""System checks that look into the database: they run with `check --database default` and with every migration."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError

from registries.selectors_delivery import lacks_mail_server


@register(Tags.database)
def check_mail_server(app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **_: Any,
                      ) -> list[CheckMessage]:
    """`registries.W001`: somebody is to get registries by e-mail, and no mail server is set."""
    if not databases:
        return []
    try:
        if not lacks_mail_server():
            return []
    except DatabaseError:  # before the first migration
        return []
    return [checks.Warning(
        'Registries are to be sent by e-mail, and EMAIL_URL is not set: those deliveries will fail.',
        hint='EMAIL_URL=smtp+tls://user:password@host:587', id='registries.W001')]
