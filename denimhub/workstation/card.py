"""The card: one page that tells the whole story of an application."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from applications.models import Application
from denimhub.people.access import may
from denimhub.workstation import bundle, card_pages, reveal
from denimhub.workstation.actions_verbs import VERBS, offered
from denimhub.workstation.card_context import card_context
from denimhub.workstation.card_rows import card_rows, find_application

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin
    _Base = ModelAdmin[Application]
else:
    _Base = object

NAME = 'applications_application_'


class CardMixin(_Base):
    """For the admin class of applications: its page of a row is the card."""

    def get_urls(self) -> list[URLPattern]:
        """The pages of the model, and those of the card before them."""
        return [*self._card_urls(), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = '', extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The card, by number or by guid; nothing is changed here."""
        if not self.has_view_permission(request) or request.method not in {'GET', 'HEAD'}:
            raise PermissionDenied
        application = find_application(self.get_queryset(request), object_id)
        if application is None:
            raise Http404
        if object_id != str(application.pk):
            return HttpResponseRedirect(card_pages.card_url(application.pk))
        return self._card(request, application, extra_context or {})

    def _card(self, request: HttpRequest, application: Application, extra: dict[str, Any]) -> HttpResponse:
        now, user = timezone.now(), request.user
        rows = card_rows(application, user)
        may_reveal = reveal.may_reveal(user, rows.holder)
        answer: HttpResponse = TemplateResponse(request, 'workstation/card/card.html', {
            **self.admin_site.each_context(request), 'opts': self.opts, 'original': application,
            'title': f'Заявка {application.external_id}'[:80], IS_POPUP_VAR: False,
            **card_context(rows, user, now), 'verbs': list(offered(rows, user, now)), 'may_reveal': may_reveal,
            'may_bundle': may(user, 'applications.bundle'), 'may_ask_reveal': may(user, 'applications.reveal'),
            'opened': reveal.pass_of(request, application) if may_reveal else None, **extra})
        answer['Cache-Control'] = 'no-store, private, max-age=0'
        return answer

    def _card_urls(self) -> list[URLPattern]:
        """Every address has a name that the matrix of rights knows."""
        def page(view: Callable[..., HttpResponseBase], **more: Any) -> Any:
            def shown(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
                return view(self, request, **arguments, **more)
            return self.admin_site.admin_view(shown)

        verbs = [path(f'<int:pk>/do/{verb.name}/', page(card_pages.verb_page, verb=verb),
                      name=f'{NAME}{verb.name.replace("-", "_")}') for verb in VERBS.values()]
        return [
            *verbs,
            path('<int:pk>/jobs/<int:job>/retry/', page(card_pages.job_page, is_parking=False),
                 name=f'{NAME}retry_job'),
            path('<int:pk>/jobs/<int:job>/park/', page(card_pages.job_page, is_parking=True), name=f'{NAME}park_job'),
            path('<int:pk>/outcome/<int:submission>/', page(card_pages.propose_page), name=f'{NAME}propose'),
            path('<int:pk>/outcome/<int:outcome>/decide/', page(card_pages.decide_page), name=f'{NAME}decide'),
            path('<int:pk>/reveal/', page(reveal.reveal_page), name=f'{NAME}reveal'),
            path('<int:pk>/scans/<int:scan>/<slug:copy>/', page(reveal.scan_view), name=f'{NAME}scan'),
            path('<int:pk>/documents/<uuid:guid>/', page(reveal.document_view), name=f'{NAME}document'),
            path('<int:pk>/bundle/', page(bundle.bundle_view), name=f'{NAME}bundle'),
            path('bulk/<slug:verb>/', page(card_pages.bulk_page), name=f'{NAME}bulk'),
        ]


