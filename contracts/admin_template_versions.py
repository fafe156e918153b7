"""Versions of lenders' templates in the workstation: preview, compare, and the decision of a second person."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin, TabularInline

from contracts.differences import TooLongToCompare, side_by_side
from contracts.downloads import file_response
from contracts.models_templates import TemplateEvent, TemplateFormat, TemplateVersion
from contracts.printing_templates import FormNotPrinted, preview
from contracts.selectors_templates import content_of, version_before
from contracts.services_templates import TemplateRefused, publish, reject, retire, submit
from contracts.statuses import TemplateStatus
from vault.admin_pages import ReadOnly

REVIEW = 'contracts.review_template'
UPLOAD = 'contracts.add_templateversion'
View = Callable[..., HttpResponseBase]


def operator_of(request: HttpRequest) -> User:
    """Who is logged in; every page here is behind the log-in of the workstation."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def demand(request: HttpRequest, permission: str) -> User:
    """Who is logged in, if they may do this; else 403."""
    user = operator_of(request)
    if not user.has_perm(permission):
        raise PermissionDenied
    return user


def page_of(version: TemplateVersion) -> str:
    """The address of the page of a version."""
    return reverse('admin:contracts_templateversion_change', args=[version.pk])


class EventInline(ReadOnly, TabularInline[TemplateEvent, Model]):
    model = TemplateEvent
    extra = 0
    fields = ('at', 'version_number', 'was', 'became', 'actor', 'why')
    readonly_fields = ('version_number', 'was', 'became')
    ordering = ('id',)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateEvent]:
        return super().get_queryset(request).select_related('version')

    @admin.display(description=_('version'))
    def version_number(self, obj: TemplateEvent) -> str:
        """The version that was moved; none where the template itself was renamed."""
        return '' if obj.version is None else str(obj.version.number)

    @admin.display(description=_('from'))
    def was(self, obj: TemplateEvent) -> str:
        """The former status for people."""
        return str(TemplateStatus(obj.moved_from).label) if obj.moved_from else ''

    @admin.display(description=_('to'))
    def became(self, obj: TemplateEvent) -> str:
        """The new status for people."""
        return str(TemplateStatus(obj.moved_to).label) if obj.moved_to else ''


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnly, ModelAdmin[TemplateVersion]):
    """Versions: to look at, to compare, and to decide on by named actions; nothing here is edited."""

    list_display = ('template', 'number', 'format', 'status', 'status_at', 'author', 'reviewer')
    list_filter = ('status', 'format', 'template__lender')
    list_select_related = ('template__lender', 'author', 'reviewer')
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('template__title', 'template__lender__name', '=sha256')
    fields = (
        'template', 'number', 'format', 'status', 'status_at', 'author', 'created_at', 'reviewer', 'reason', 'comment',
        'source_name', 'sha256')
    inlines = (EventInline,)
    actions = None

    def get_urls(self) -> list[URLPattern]:
        """Preview, source and differences by GET; moves by POST only."""
        pages: dict[str, View] = {
            'preview': self.show_preview, 'source': self.source, 'diff': self.diff, 'submit': self.submit,
            'publish': self.publish, 'reject': self.reject, 'retire': self.retire}
        return [
            *(path(f'<int:pk>/{name}/', self.admin_site.admin_view(view), name=f'contracts_templateversion_{name}')
              for name, view in pages.items()),
            *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = '', extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a version, with what this operator may do about it."""
        version = self.get_object(request, object_id)
        more = {**(extra_context or {}), 'title': str(version), 'subtitle': None, **_possible(request, version)}
        return super().change_view(request, object_id, form_url, extra_context=more)

    def _version(self, request: HttpRequest, pk: int) -> TemplateVersion:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(TemplateVersion.objects.select_related('template__lender', 'file'), pk=pk)

    def show_preview(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The printed form with invented people."""
        version = self._version(request, pk)
        try:
            content = preview(version)
        except FormNotPrinted as failed:
            self.message_user(request, str(failed), messages.ERROR)
            return HttpResponseRedirect(page_of(version))
        return file_response(content, 'application/pdf', version.template.file_name, inline=True)

    def source(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file as it was uploaded."""
        version = self._version(request, pk)
        return file_response(content_of(version), version.file.content_type, version.source_name, inline=False)

    def diff(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """An HTML version beside the one it would replace."""
        version = self._version(request, pk)
        before = version_before(version)
        context = {
            **self.admin_site.each_context(request), 'title': gettext('Differences: %(version)s') % {
                'version': version}, 'opts': self.opts, 'version': version, 'before': before}
        if before is not None and version.format == before.format == TemplateFormat.HTML:
            try:
                context['rows'] = side_by_side(_text(before), _text(version))
            except TooLongToCompare:
                context['too_long'] = True
        return TemplateResponse(request, 'admin/contracts/templateversion/diff.html', context)

    def submit(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Draft → waiting."""
        return self._act(request, pk, UPLOAD, lambda version, user: submit(version=version, actor=user))

    def publish(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Waiting → published, by a second person."""
        return self._act(request, pk, REVIEW, lambda version, user: publish(version=version, reviewer=user))

    def reject(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Waiting → rejected, with a reason."""
        why = request.POST.get('reason', '')
        return self._act(request, pk, REVIEW, lambda version, user: reject(version=version, reviewer=user, reason=why))

    def retire(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Published → retired, with a reason."""
        why = request.POST.get('reason', '')
        return self._act(request, pk, REVIEW, lambda version, user: retire(version=version, actor=user, reason=why))

    def _act(
        self, request: HttpRequest, pk: int, permission: str, verb: Callable[[TemplateVersion, User], None],
    ) -> HttpResponseBase:
        version = self._version(request, pk)
        user = demand(request, permission)

        def move(_request: HttpRequest) -> HttpResponseBase:
            try:
                verb(version, user)
            except TemplateRefused as refused:
                for text in refused.messages:
                    self.message_user(request, text, messages.ERROR)
            else:
                version.refresh_from_db()
                self.message_user(
                    request, gettext('The version is now %(status)s') % {'status': version.get_status_display()},
                    messages.SUCCESS)
            return HttpResponseRedirect(page_of(version))

        return require_POST(move)(request)


def _text(version: TemplateVersion) -> str:
    return content_of(version).decode('utf-8-sig', errors='replace')


def _possible(request: HttpRequest, version: TemplateVersion | None) -> dict[str, Any]:
    """What the page offers: only what the service would let this operator do."""
    if version is None:
        return {}
    may_review = request.user.has_perm(REVIEW)
    is_waiting = version.status == TemplateStatus.WAITING
    before = version_before(version)
    return {
        'version': version,
        'can_submit': version.status == TemplateStatus.DRAFT and request.user.has_perm(UPLOAD),
        'can_decide': is_waiting and may_review and version.author_id != request.user.pk,
        'is_own': is_waiting and may_review and version.author_id == request.user.pk,
        'can_retire': version.status == TemplateStatus.PUBLISHED and may_review,
        'can_compare': before is not None and version.format == before.format == TemplateFormat.HTML,
        'before': before,
    }
