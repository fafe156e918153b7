"""Lenders' templates in the workstation: which forms there are, upload, and the list of variables."""
from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from contracts.admin_template_versions import UPLOAD, EventInline, demand, operator_of, page_of
from contracts.forms_templates import DescriptionForm, NewTemplateForm, VersionForm
from contracts.models_templates import PrintTemplate, TemplateVersion
from contracts.services_templates import describe_template
from contracts.statuses import TemplateStatus
from contracts.template_guide import guide
from vault.admin_pages import ReadOnly


class VersionInline(ReadOnly, TabularInline[TemplateVersion, PrintTemplate]):
    model = TemplateVersion
    extra = 0
    fields = ('opened', 'format', 'status', 'status_at', 'author', 'reviewer', 'comment')
    readonly_fields = ('opened',)
    ordering = ('-number',)

    @admin.display(description=_('version'))
    def opened(self, obj: TemplateVersion) -> SafeString:
        """The number, leading to the page of the version."""
        return format_html('<a href="{}">{}</a>', page_of(obj), obj.number)


@admin.register(PrintTemplate)
class PrintTemplateAdmin(ModelAdmin[PrintTemplate]):
    """Forms of lenders. A new one comes with its first file; later only its names and its place change."""

    form = DescriptionForm
    list_display = ('title', 'published', 'lender', 'kind', 'stage', 'document')
    list_filter = ('kind', 'stage', 'lender')
    list_select_related = ('lender',)
    ordering = ('lender__name', 'kind', 'stage', 'position')
    show_full_result_count = False
    search_fields = ('title', 'document', 'lender__name')
    fields = ('lender', 'kind', 'stage', 'document', 'title', 'file_name', 'position')
    readonly_fields = ('lender', 'kind', 'stage', 'document')
    inlines = (VersionInline, EventInline)
    add_form_template = 'admin/contracts/printtemplate/upload.html'
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintTemplate]:
        newest = TemplateVersion.objects.filter(template=OuterRef('pk'), status=TemplateStatus.PUBLISHED)
        return super().get_queryset(request).annotate(published_number=Subquery(newest.values('number')[:1]))

    @admin.display(description=_('published version'), empty_value='—')
    def published(self, obj: Any) -> int | None:
        """What is printed now; a dash means the platform's own form."""
        number: int | None = obj.published_number
        return number

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who uploads versions may bring a new form."""
        return request.user.has_perm(UPLOAD)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Printed documents point at it for ever."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Pages beside those of every model."""
        wrap = self.admin_site.admin_view
        return [
            path('variables/', wrap(self.variables), name='contracts_printtemplate_variables'),
            path('<int:pk>/upload/', wrap(self.upload), name='contracts_printtemplate_upload'),
            *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: PrintTemplate, form: Any, change: bool) -> None:
        """Names and place only, through the service, which journals them."""
        values = form.cleaned_data
        describe_template(
            template=obj, title=values['title'], file_name=values['file_name'], position=values['position'],
            actor=operator_of(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Under the name of what is listed: Django's own title leaves no room for the buttons."""
        return super().changelist_view(
            request, {**(extra_context or {}), 'title': str(self.opts.verbose_name_plural).capitalize()})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = '', extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Without the button that would begin another template."""
        more = {**(extra_context or {}), 'show_save_and_add_another': False}
        return super().change_view(request, object_id, form_url, extra_context=more)

    def add_view(self, request: HttpRequest, form_url: str = '', extra_context: Any = None) -> HttpResponse:
        """A new form of a lender with its first file."""
        author = demand(request, UPLOAD)
        form = NewTemplateForm(request.POST or None, request.FILES or None, author=author)
        return self._uploading(request, form, gettext('New template'))

    def upload(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new version."""
        author = demand(request, UPLOAD)
        template = get_object_or_404(PrintTemplate.objects.select_related('lender'), pk=pk)
        form = VersionForm(request.POST or None, request.FILES or None, author=author, template=template)
        return self._uploading(request, form, gettext('New version: %(template)s') % {'template': template})

    def _uploading(self, request: HttpRequest, form: VersionForm, title: str) -> HttpResponse:
        if request.method == 'POST' and form.is_valid() and form.save():
            self.message_user(
                request, gettext('Uploaded. Look at the preview, then give the version to review.'), messages.SUCCESS)
            return HttpResponseRedirect(page_of(form.uploaded))
        context = {**self.admin_site.each_context(request), 'title': title, 'form': form, 'opts': self.opts}
        return TemplateResponse(request, 'admin/contracts/printtemplate/upload.html', context)

    def variables(self, request: HttpRequest) -> HttpResponse:
        """What a template may print, with examples."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        chosen = guide(request.GET.get('kind', 'pos'), request.GET.get('stage', 'contract'))
        context = {
            **self.admin_site.each_context(request), 'title': gettext('Variables of templates'), 'opts': self.opts,
            'guide': chosen}
        return TemplateResponse(request, 'admin/contracts/printtemplate/variables.html', context)
