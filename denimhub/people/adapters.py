"""How allauth logs people in here: no sign-up of its own, counters in the database, secrets sealed by the vault."""
from __future__ import annotations

import base64
from typing import Any, Final

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from denimhub.people import slowdown
from partners.staff import partner_of
from vault.access import note_access
from vault.address import client_ip
from vault.sealing import CannotUnseal, seal, unseal

log = structlog.get_logger(__name__)
TABLE: Final = 'mfa_authenticator'


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The log-in of everybody: back office and staff of partners."""

    # The same words for an unknown name and a wrong password.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        'username_password_mismatch': _('The user name or the password is wrong'),
        'invalid_login': _('The user name or the password is wrong'),
        'too_many_login_attempts': _('Too many tries. Wait for 15 minutes'),
        'incorrect_code': _('The code is wrong or was used already'),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by invitation or registration, not here."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Our own page asks for the password, before allauth's views are reached."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind the trusted proxy only."""
        return client_ip(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The workstation for the back office, their own page for staff of partners."""
        if partner_of(request.user) is not None:
            return reverse('partner_page')
        return reverse('admin:index') if getattr(request.user, 'is_staff', False) else '/'

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Back to the log-in."""
        return reverse('account_login')

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The try is counted before the password is compared."""
        login, ip = str(credentials.get('username') or ''), client_ip(request)
        try:
            slowdown.take_password_try(login, ip)
        except slowdown.Paused:
            raise self.validation_error('too_many_login_attempts') from None
        user = authenticate(request, **credentials)
        if user is not None:
            slowdown.forget_passwords(login, ip)
        return user

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """A person who has logged in sees it."""

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponseBase:
        """The superuser is for breaking the glass: every such log-in is written down and loud."""
        if user.is_superuser:
            log.warning('people.superuser_logged_in', user=user.pk)
            note_access(actor=f'operator {user.get_username()}', reason='superuser logged in',
                        subject='workstation', fields=[], ip=client_ip(request) or None)
        else:
            log.info('people.logged_in', user=user.pk)
        answer: HttpResponseBase = super().post_login(request, user, **kwargs)
        return answer


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of the second step lie sealed, each bound to its owner."""

    error_messages = {
        **DefaultMFAAdapter.error_messages, 'incorrect_code': _('The code is wrong or was used already')}

    def build_totp_svg(self, url: str) -> str:
        """To stand in a page: without the declaration of an XML file."""
        svg: str = super().build_totp_svg(url)
        return svg.partition('?>')[2] if svg.startswith('<?xml') else svg

    def encrypt(self, text: str) -> str:
        """Sealed for who is logged in now: `<id of the user>:<base64>`."""
        return sealed_for(context.request.user.pk, text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        """Opens what `encrypt` gave."""
        return opened(encrypted_text).decode()


def sealed_for(user_id: int, plain: bytes) -> str:
    """A secret of this user, as it lies in the table."""
    value = seal(plain, table=TABLE, column='data', row=str(user_id))
    return f'{user_id}:{base64.b64encode(value).decode()}'


def owner_of(sealed: str) -> int:
    """Whose secret it is; a row that holds another's was tampered with."""
    return int(sealed.partition(':')[0])


def raw_of(sealed: str) -> bytes:
    """The sealed bytes themselves; raises CannotUnseal when they are none."""
    owner, _colon, value = sealed.partition(':')
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise CannotUnseal(f'{TABLE}.data of {owner} is no sealed value') from None


def opened(sealed: str) -> bytes:
    """Raises CannotUnseal when it was changed or carries another's name."""
    return unseal(raw_of(sealed), table=TABLE, column='data', row=sealed.partition(':')[0])
