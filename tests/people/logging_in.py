"""A person at the log-in page."""
from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.test import Client

from denimhub.people.adapters import sealed_for
from tests.people.people import PASSWORD

SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
LOGIN, SECOND = '/accounts/login/', '/accounts/2fa/authenticate/'


def log_in(client: Client, name: str, password: str = PASSWORD, **headers: Any) -> Any:
    """The first step."""
    return client.post(LOGIN, {'login': name, 'password': password}, **headers)


def set_up(user: User) -> None:
    """The second step with SECRET."""
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={'secret': sealed_for(user.pk, SECRET.encode())})


def code(steps: int = 0, secret: str = SECRET) -> str:
    """What the application shows, now or so many half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def is_in(client: Client) -> bool:
    """Whether the workstation opens."""
    return client.get('/admin/').status_code == 200
