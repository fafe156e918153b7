"""What the pages of registries share: sums for people, a form that asks before something is done."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from registries.services_corrections import CorrectionRefused
from registries.services_drift import DriftRefused
from registries.services_resolution import ResolutionRefused
from registries.services_settings import SettingsRefused
from registries.services_status import VersionRefused

REFUSALS = (CorrectionRefused, DriftRefused, ResolutionRefused, SettingsRefused, VersionRefused)


class NothingForm(forms.Form):
    """Only the question whether."""


class ReasonForm(forms.Form):
    """Why something is done."""

    why = forms.CharField(label=_('Reason'), max_length=500, widget=forms.Textarea(attrs={'rows': 3, 'cols': 60}))


class RemarkForm(forms.Form):
    """A remark, if there is one."""

    why = forms.CharField(
        label=_('Remark'), max_length=500, required=False, widget=forms.Textarea(attrs={'rows': 3, 'cols': 60}))


def spaced(kopecks: int) -> str:
    """A signed sum in rubles with its thousands apart, for people: `−1 234,50`."""
    whole, rest = divmod(abs(kopecks), 100)
    return ('−' if kopecks < 0 else '') + f'{whole:,}'.replace(',', '\u00a0') + f',{rest:02}'


BREAK = mark_safe('<br>')


def sent(request: HttpRequest) -> Any:
    """What a form was sent with, None for a page that is only looked at."""
    return request.POST if request.method == 'POST' else None


def button(url: str, text: str | Promise) -> SafeString:
    """A link that looks as what it is: something is about to be done."""
    return format_html('<a class="button" href="{}">{}</a>', url, text)


def require(request: HttpRequest, *permissions: str) -> None:
    """Raises PermissionDenied, which is 403, unless the user has them all."""
    if not all(request.user.has_perm(permission) for permission in permissions):
        raise PermissionDenied


def ask_and_do(
    request: HttpRequest, *, site: admin.AdminSite, title: str | Promise, form: forms.Form, submit: str | Promise,
    act: Callable[[dict[str, Any]], str | Promise], back: str, lines: list[tuple[str | Promise, Any]] | None = None,
) -> HttpResponseBase:
    """Show a form; on POST do what it asks for and go back, or tell in red why it was refused."""
    status = 200
    if request.method == 'POST' and form.is_valid():
        try:
            done = act(form.cleaned_data)
        except REFUSALS as refused:
            form.add_error(None, str(refused.message))
            status = 409
        else:
            messages.success(request, str(done))
            return HttpResponseRedirect(back)
    context = {
        **site.each_context(request), 'title': title, 'form': form, 'submit': submit, 'back': back,
        'lines': lines or []}
    answer: HttpResponse = TemplateResponse(request, 'admin/registries/ask.html', context, status=status)
    return answer
