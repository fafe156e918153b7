"""Jobs in the workstation: to be looked at, started again or parked."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from jobs import services
from jobs.models import Job


@admin.register(Job)
class JobAdmin(ModelAdmin[Job]):
    """Read-only but for the two actions, which need the permission `jobs.manage_job`."""

    list_display = ('kind', 'subject', 'state', 'due_at', 'attempts', 'last_error', 'created_at')
    list_filter = ('state', 'queue', 'kind')
    search_fields = ('subject',)
    ordering = ('-id',)
    actions = ('retry', 'park')
    show_full_result_count = False

    @admin.action(description=_('Start again now'), permissions=['manage'])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Start the chosen jobs again."""
        count = services.retry(job_ids=queryset.values_list('id', flat=True))
        self.message_user(request, ngettext('%d job started again', '%d jobs started again', count) % count)

    @admin.action(description=_('Park'), permissions=['manage'])
    def park(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Stop the chosen jobs."""
        count = services.park(
            job_ids=queryset.values_list('id', flat=True), reason=f'parked by {request.user.get_username()}')
        self.message_user(request, ngettext('%d job parked', '%d jobs parked', count) % count)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Who may start and park."""
        return request.user.has_perm('jobs.manage_job')

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Never by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Never by hand."""
        return False
