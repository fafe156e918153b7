"""Applications in the workstation: the list; the page of one of them is `card`."""
from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from applications.models import Application
from applications.statuses import ApplicationStatus as S
from denimhub.workstation.actions import BulkActionsMixin
from denimhub.workstation.ages import age, moscow
from denimhub.workstation.applications_list import PAGE_ROWS, ApplicationList
from denimhub.workstation.card import CardMixin
from denimhub.workstation.lender_marks import marks
from denimhub.workstation.masks import masked_mobile, masked_name
from denimhub.workstation.words import rubles
from partners.staff import partner_of
from vault.admin_pages import ReadOnly

STATUS_LOOKS: Final = {
    S.NEW: 'wait', S.SCORING: 'wait', S.OFFERED: 'main', S.DEAL: 'main', S.ISSUED: 'good', S.DECLINED: 'warn',
    S.FAILED: 'bad', S.CANCELED: 'off', S.EXPIRED: 'off'}
"""Classes that colour the badges."""


@admin.register(Application)
class ApplicationAdmin(BulkActionsMixin, CardMixin, ReadOnly, ModelAdmin[Application]):
    list_display = ('created', 'state', 'shop', 'point_of_sale', 'credit', 'client', 'lenders')
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ('created',)
    ordering = ('-created_at', '-id')
    list_per_page = PAGE_ROWS
    list_filter_submit = True
    list_fullwidth = True
    list_disable_select_all = True
    list_before_template = 'workstation/applications_notes.html'
    show_full_result_count = False
    search_fields = ('guid',)
    search_help_text = 'Номер, телефон, паспорт, фамилия'

    class Media:
        css = {'all': ('workstation/applications.css',)}

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[ApplicationList]:
        """The list with its own filters, search and pages."""
        return ApplicationList

    def get_list_display(self, request: HttpRequest) -> Any:
        """Staff of a partner see neither which lenders were asked nor what waits for the back office."""
        hidden = {'shop' if partner_of(request.user) is not None else 'point_of_sale'}
        if not request.user.has_perm('offers.view_submission'):
            hidden.add('lenders')
        return [name for name in self.list_display if name not in hidden]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = '', extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The card, with the way back to the list as it was left: its filters, search and page."""
        left = request.GET.get('_changelist_filters', '')
        back = reverse('admin:applications_application_changelist') + (f'?{left}' if left else '')
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), 'back_to_list': back})

    def response_action(self, request: HttpRequest, *arguments: Any, **named: Any) -> Any:
        """An action takes the rows that were ticked, never everything a filter finds."""
        posted: Any = request
        posted.POST = request.POST.copy()
        posted.POST['select_across'] = '0'
        return super().response_action(request, *arguments, **named)

    @display(description='Время', ordering='created_at')
    def created(self, row: Application) -> SafeString:
        """When it came, in Moscow."""
        return format_html('<time datetime="{}">{}</time>', row.created_at.isoformat(),
                           moscow(row.created_at, timezone.now()))

    @display(description='Статус')
    def state(self, row: Application) -> SafeString:
        """The status in its colour, whether a person is needed and why, and for how long it has been so."""
        now = timezone.now()
        reasons = ', '.join(getattr(row, 'attention', ()))
        mark = format_html('<span class="wants" role="img" title="{}" aria-label="Требует внимания: {}">!</span>',
                           reasons, reasons) if reasons else ''
        return format_html(
            '<span class="cell"><span class="together"><span class="badge badge-{}">{}</span>{}</span>'
            '<span class="line age" title="с {}">{}</span></span>',
            STATUS_LOOKS[S(row.status)], S(row.status).label, mark, moscow(row.status_at, now), age(row.status_at, now))

    @display(description='Партнёр и точка')
    def shop(self, row: Application) -> SafeString:
        """The partner, whether it only tries, and the point of sale."""
        return format_html(
            '<span class="cell">{}{}<span class="line" title="{}">{}</span></span>', row.partner.name,
            SafeString(' <span class="sandbox">тест</span>') if row.is_sandbox else '', row.point.name, row.point.code)

    @display(description='Точка')
    def point_of_sale(self, row: Application) -> SafeString:
        """For people of the partner, who know who they are."""
        return format_html('<span class="cell">{}<span class="line">{}</span></span>', row.point.name, row.point.code)

    @display(description='Сумма и вид')
    def credit(self, row: Application) -> SafeString:
        """The price of the goods, the kind of credit, the channel."""
        return format_html(
            '<span class="cell"><span class="sum">{}</span><span class="line">{}, {}</span></span>', rubles(row.amount),
            row.get_kind_display(), row.get_channel_display())

    @display(description='Клиент')
    def client(self, row: Application) -> SafeString:
        """Masked for everybody."""
        return format_html('<span class="cell">{}<span class="line">{}</span></span>',
                           masked_name(row.questionnaire), masked_mobile(row.questionnaire))

    @display(description='Кредиторы')
    def lenders(self, row: Application) -> SafeString:
        """What each lender has answered."""
        return marks(row.submissions.all(), row.scoring_deadline_at, timezone.now())
