"""What the pages of partners share: buttons, and a form that asks before something is done."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from partners.refusals import NotPossible


class NewestThousand(Paginator[Any]):
    """Counts no further than a thousand rows: the log of calls is long, and nobody leafs through it."""

    most = 1000

    @cached_property
    def count(self) -> int:
        """At most `most`."""
        rows: Any = self.object_list
        return int(rows[:self.most].count())


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_('Reason'), max_length=500, widget=forms.Textarea(attrs={'rows': 3, 'cols': 60}))


class NothingForm(forms.Form):
    """Only the question whether."""


def sent(request: HttpRequest) -> Any:
    """What a form was sent with, None for a page that is only looked at."""
    return request.POST if request.method == 'POST' else None


def buttons(links: Sequence[tuple[str, str | Promise]]) -> SafeString:
    """Links that look as what they are: something is about to be done."""
    return format_html_join(' ', '{}', (
        (format_html('<a class="button" href="{}">{}</a>', url, text),) for url, text in links))


def demand(request: HttpRequest, permission: str) -> None:
    """Raises PermissionDenied, which is 403."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def ask_and_do(
    request: HttpRequest, *, page: Any, title: str | Promise, form: forms.Form, submit: str | Promise,
    act: Callable[[dict[str, Any]], str | Promise], back: str, lines: Sequence[tuple[str | Promise, Any]] = (),
) -> HttpResponseBase:
    """Show a form; on POST do what it asks for and go back, or tell in red why it was refused. `page`: a ModelAdmin."""
    status = 200
    if request.method == 'POST' and form.is_valid():
        try:
            done = act(form.cleaned_data)
        except NotPossible as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            messages.success(request, str(done))
            return HttpResponseRedirect(back)
    site: admin.AdminSite = page.admin_site
    answer: HttpResponse = TemplateResponse(request, 'admin/partners/ask.html', {
        **site.each_context(request), 'title': title, 'opts': page.opts, 'form': form, 'submit': submit, 'back': back,
        'lines': lines}, status=status)
    return answer
