"""Forms of the second step, and the one that asks for the password again."""
from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from denimhub.people import slowdown
from denimhub.people.second_step import check_code, has_second_step
from vault.address import client_ip

_CODE = {'autocomplete': 'one-time-code', 'inputmode': 'numeric', 'autofocus': True}
TOO_MANY = _('Too many tries. Wait for 15 minutes')


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code after the password, counted and never taken twice."""

    code = forms.CharField(label=_('Code'), max_length=16, widget=forms.TextInput(attrs=_CODE))

    def clean_code(self) -> str:
        """A code of the application or a recovery code."""
        code: str = self.cleaned_data['code']
        try:
            self.authenticator = check_code(self.user, code, ip=client_ip(context.request))
        except slowdown.Paused:
            raise forms.ValidationError(TOO_MANY) from None
        if self.authenticator is None:
            raise get_adapter().validation_error('incorrect_code')
        self.authenticator.user = self.user
        return code


class ActivateForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of a new application."""

    code = forms.CharField(label=_('Code from the application'), max_length=16, widget=forms.TextInput(attrs=_CODE))

    def clean_code(self) -> str:
        """It must fit the secret that is on the page."""
        code: str = self.cleaned_data['code'].replace(' ', '')
        try:
            slowdown.take_code_try(self.user.pk, client_ip(context.request))
        except slowdown.Paused:
            raise forms.ValidationError(TOO_MANY) from None
        if not validate_totp_code(self.secret, code):
            raise get_adapter().validation_error('incorrect_code')
        slowdown.forget_codes(self.user.pk, client_ip(context.request))
        return code


class ConfirmForm(forms.Form):
    """The password of who is logged in, and the code when they have set one up."""

    password = forms.CharField(label=_('Password'), strip=False, max_length=128, widget=forms.PasswordInput(
        attrs={'autocomplete': 'current-password', 'autofocus': True}))

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        if has_second_step(request.user):
            self.fields['code'] = forms.CharField(label=_('Code from the application'), max_length=16, widget=(
                forms.TextInput(attrs={**_CODE, 'autofocus': False})))

    def clean(self) -> dict[str, Any]:
        """Both are looked at only when both are there; a try is counted before."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return values
        user: Any = self.request.user
        ip = client_ip(self.request)
        try:
            slowdown.take_password_try(user.get_username(), ip)
            found = authenticate(self.request, username=user.get_username(), password=values['password'])
            is_right = found is not None and found.pk == user.pk
            if is_right:
                slowdown.forget_passwords(user.get_username(), ip)
                is_right = 'code' not in self.fields or check_code(user, values['code'], ip=ip) is not None
        except slowdown.Paused:
            raise forms.ValidationError(TOO_MANY) from None
        if not is_right:
            raise forms.ValidationError(_('The password or the code is wrong'))
        return values
