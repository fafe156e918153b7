"""What operators do to several applications at once: the list sends the chosen rows to a page that asks why."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseRedirect
from django.urls import reverse

from denimhub.people.access import may
from denimhub.workstation.actions_verbs import VERBS
from denimhub.workstation.card_pages import MOST_AT_ONCE

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin

    from applications.models import Application
    _Base = ModelAdmin[Application]
else:
    _Base = object


class BulkActionsMixin(_Base):
    """For the admin class of applications: actions over the chosen rows, with one reason for all."""

    actions = ('ask_again_many', 'retry_jobs_many', 'note_many')

    def has_ask_again_permission(self, request: HttpRequest) -> bool:
        """Who may have lenders asked."""
        return may(request.user, 'applications.ask_again')

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may start jobs."""
        return may(request.user, 'jobs.retry')

    def has_note_permission(self, request: HttpRequest) -> bool:
        """Who may write into the journal."""
        return may(request.user, 'applications.note')

    @admin.action(description='Спросить кредиторов ещё раз', permissions=['ask_again'])
    def ask_again_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseRedirect:
        """Asks why, then does it for each."""
        return _asking('ask-again', queryset)

    @admin.action(description='Запустить отложенные задания', permissions=['retry'])
    def retry_jobs_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseRedirect:
        """Asks why, then does it for each."""
        return _asking('retry-jobs', queryset)

    @admin.action(description='Записать в журнал', permissions=['note'])
    def note_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseRedirect:
        """Asks for the text, then writes it to each."""
        return _asking('note', queryset)


def _asking(verb: str, rows: QuerySet[Any]) -> HttpResponseRedirect:
    ids = ','.join(str(pk) for pk in rows.values_list('pk', flat=True)[:MOST_AT_ONCE])
    where = reverse('admin:applications_application_bulk', args=[VERBS[verb].name])
    return HttpResponseRedirect(f'{where}?ids={ids}')
