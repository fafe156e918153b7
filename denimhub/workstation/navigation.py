"""The sidebar, the badge of the environment and the quick search of the workstation."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from unfold.dataclasses import SearchResult

from applications.models import Application
from partners.guids import parse_guid
from partners.staff import only_own, partner_of


@dataclass(frozen=True, slots=True)
class ListOf:
    """The list of a model (`app.Model`), for those who may view it; its own name unless a title is given."""

    model: str
    icon: str
    title: str = ''


@dataclass(frozen=True, slots=True)
class Place:
    """Any other page, by the name of its address and the permission that opens it (empty: all staff)."""

    address: str
    icon: str
    title: str
    permission: str = ''
    is_for_partners: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the sidebar. Models of `apps` that no group names stand at its end."""

    title: str
    items: tuple[ListOf | Place, ...]
    apps: tuple[str, ...] = ()
    is_folded: bool = False


GROUPS: tuple[Group, ...] = (
    Group('Работа', (
        Place('admin:index', 'monitoring', 'Сводка'),
        Place('partner_page', 'storefront', 'Страница партнёра', is_for_partners=True),
        ListOf('applications.Application', 'assignment'),
        ListOf('contracts.Assignment', 'assignment_ind'),
        ListOf('contracts.OutcomeRequest', 'help_center'),
    ), ('applications',)),
    Group('Сделки', (
        ListOf('offers.Offer', 'local_offer'),
        ListOf('offers.Submission', 'outgoing_mail'),
        ListOf('contracts.Contract', 'contract'),
        ListOf('contracts.Signature', 'signature'),
        ListOf('contracts.Payment', 'payments'),
        ListOf('contracts.Message', 'sms', 'СМС'),
    ), ('offers', 'contracts')),
    Group('Документы', (
        ListOf('scans.Scan', 'document_scanner'),
        ListOf('contracts.PrintTemplate', 'print'),
        ListOf('contracts.TemplateVersion', 'history_edu'),
        ListOf('vault.StoredFile', 'folder'),
    ), ('scans',)),
    Group('Кредиторы', (
        ListOf('lenders.Lender', 'account_balance'),
        ListOf('offers.Route', 'alt_route'),
        ListOf('offers.RoutingDecision', 'rule'),
        ListOf('lenders.Exchange', 'swap_horiz'),
        ListOf('lenders.LenderCallback', 'notifications'),
    ), ('lenders',)),
    Group('Партнёры', (
        ListOf('partners.Partner', 'storefront'),
        ListOf('partners.Company', 'domain'),
        ListOf('partners.PartnerStaff', 'badge'),
        ListOf('partners.PartnerCall', 'call_received'),
        ListOf('partners.PartnerChange', 'manage_history'),
    ), ('partners',)),
    Group('Реестры и сверка', (
        ListOf('registries.Registry', 'table_view'),
        ListOf('registries.RegistryVersion', 'layers'),
        ListOf('registries.LedgerLine', 'menu_book'),
        ListOf('registries.CorrectionRequest', 'edit_note'),
        ListOf('registries.Delivery', 'local_shipping'),
        ListOf('registries.TakenFile', 'upload_file'),
        ListOf('registries.MatchRun', 'compare_arrows'),
        ListOf('registries.MatchLine', 'reorder'),
        Place('admin:registries_three_way', 'view_column', 'Партнёр × журнал × кредитор', 'registries.view_matchrun'),
        ListOf('registries.ForcedMatch', 'join_inner'),
        ListOf('registries.Drift', 'difference'),
    )),
    Group('Настройка реестров', (
        ListOf('registries.Counterparty', 'handshake'),
        ListOf('registries.Tariff', 'percent'),
        ListOf('registries.Schedule', 'schedule'),
        ListOf('registries.DeliveryTarget', 'alternate_email'),
        ListOf('registries.FileSource', 'input'),
        ListOf('registries.ColumnMapping', 'view_week'),
        ListOf('registries.SettingsChange', 'manage_history'),
        ListOf('registries.DownloadNote', 'download'),
    ), ('registries',), is_folded=True),
    Group('Очередь задач', (
        ListOf('jobs.Job', 'task_alt'),
    ), ('jobs',)),
    Group('Безопасность', (
        ListOf('vault.AccessNote', 'shield_person', 'Журнал доступа'),
        ListOf('auth.User', 'person'),
        ListOf('auth.Group', 'group'),
        ListOf('admin.LogEntry', 'history', 'Журнал правок'),
    ), ('vault', 'auth', 'admin', 'people', 'account', 'mfa')),
)
OTHER_ICON = 'table_rows'
_NAMED = {item.model for group in GROUPS for item in group.items if isinstance(item, ListOf)}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """What this person may open, as unfold draws it; a group with nothing to open is left out."""
    shown = []
    for group in GROUPS:
        items = [entry for entry in map(_drawn(request), _all_items(group)) if entry is not None]
        if items:
            shown.append({'title': group.title, 'items': items, 'collapsible': group.is_folded})
    return shown


def _all_items(group: Group) -> Iterator[ListOf | Place]:
    yield from group.items
    for label in sorted(model._meta.label for model in admin.site._registry if model._meta.app_label in group.apps):
        if label not in _NAMED:
            yield ListOf(label, OTHER_ICON)


def _drawn(request: HttpRequest) -> Callable[[ListOf | Place], dict[str, Any] | None]:
    def draw(item: ListOf | Place) -> dict[str, Any] | None:
        if isinstance(item, Place):
            if item.permission and not request.user.has_perm(item.permission):
                return None
            if item.is_for_partners and partner_of(request.user) is None:
                return None
            return _entry(item.title, item.icon, item.address)
        model = apps.get_model(item.model)
        page = admin.site._registry.get(model)
        if page is None or not page.has_view_or_change_permission(request):
            return None
        return _entry(item.title or capfirst(str(model._meta.verbose_name_plural)), item.icon,
                      f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')

    return draw


def _entry(title: str, icon: str, address: str) -> dict[str, Any] | None:
    try:
        link = reverse(address)
    except NoReverseMatch:
        return None
    return {'title': title, 'icon': icon, 'link': link}


def environment(_request: HttpRequest) -> list[str] | None:
    """The badge in the header: everything but production says what it is."""
    names = {'development': ['Разработка', 'warning'], 'test': ['Тест', 'info']}
    return names.get(settings.DENIMHUB_ENV)


def no_inline_colours(_request: HttpRequest) -> dict[str, dict[str, str]]:
    """None: the palette is in denimhub.css."""
    return {}


def found_by_guid(request: HttpRequest, term: str) -> list[Any]:
    """The application of a form guid typed into the quick search, if this person may see it."""
    guid = parse_guid(term.strip())
    page = admin.site._registry.get(Application)
    if guid is None or page is None or not page.has_view_permission(request):
        return []
    rows = only_own(Application.objects.filter(guid=guid), request.user, 'partner').only('pk', 'guid')[:1]
    return [SearchResult(
        title=str(row.guid), description='Заявка', icon='assignment',
        link=reverse('admin:applications_application_change', args=[row.pk])) for row in rows]
