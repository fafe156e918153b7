"""The admin site of the workstation: every page asks the matrix, whatever its own view asks."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin as UnfoldAdmin
from unfold.sites import UnfoldAdminSite

from denimhub.people.access import own_rows
from denimhub.people.fresh import ask_again, is_fresh
from denimhub.people.guard import guarded
from denimhub.people.journals import export_page
from denimhub.people.matrix import Page, matrix
from partners.staff import partner_of

View = Callable[..., HttpResponseBase]
OF_A_MODEL = ('changelist', 'add', 'change', 'delete', 'history')


class GuardedSite(UnfoldAdminSite):
    """Closed by default: what `matrix.toml` does not name opens to a superuser only."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """With the journal of access as a file."""
        return [path('journal-of-access/', self.admin_view(self.export_access), name='people_access_export'),
                *super().get_urls()]

    def export_access(self, request: HttpRequest) -> HttpResponseBase:
        """For the auditor."""
        return export_page(request, self.each_context(request))

    def register(self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any) -> None:
        """Every admin class stands behind the guard."""
        models: Iterable[Any] = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        super().register(models, guarded(admin_class or UnfoldAdmin), **options)

    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        """After the log-in, before the view: the right of the page, and a fresh password where it is asked for."""
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return self._turned_away(request, kwargs) or view(request, *args, **kwargs)

        return super().admin_view(update_wrapper(gated, view), cacheable)

    def _turned_away(self, request: HttpRequest, arguments: dict[str, Any]) -> HttpResponseBase | None:
        match = request.resolver_match
        name = (match.url_name if match else '') or ''
        page = matrix().pages.get(name)
        if page is None:
            self._demand_of_model(request, name)
            return None
        self._demand(request, page, arguments)
        return ask_again(request) if page.is_fresh and not is_fresh(request) else None

    def _demand_of_model(self, request: HttpRequest, name: str) -> None:
        """Before Django looks for the row: it would tell who may not look whether there is one."""
        user: Any = request.user
        for model, page in self._registry.items():
            kind = name.removeprefix(f'{model._meta.app_label}_{model._meta.model_name}_')
            if kind in OF_A_MODEL and kind != name:
                is_known = user.is_superuser or model._meta.label_lower in matrix().models
                if is_known and _may_open(page, kind, request):
                    return
                break
        else:
            if user.is_superuser:
                return
        raise PermissionDenied(_('You are not allowed to do this'))

    def _demand(self, request: HttpRequest, page: Page, arguments: dict[str, Any]) -> None:
        user: Any = request.user
        if user.is_superuser or page.is_for_everybody:
            return
        if not any(user.has_perm(permission) for permission in page.permissions):
            raise PermissionDenied(_('You are not allowed to do this'))
        if page.object and partner_of(user) is not None:
            rows = apps.get_model(page.object)._default_manager.all()
            try:
                own_rows(rows, user).get(**{page.field: arguments[page.by]})
            except (ObjectDoesNotExist, ValueError, ValidationError) as unknown:
                raise Http404 from unknown

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one log-in for everybody, with its second step; a person without a page here is told so."""
        target = request.GET.get('next') or reverse('admin:index', current_app=self.name)
        if request.user.is_authenticated:
            if self.has_permission(request):
                return HttpResponseRedirect(reverse('admin:index', current_app=self.name))
            raise PermissionDenied(_('This account has no access to the workstation'))
        return redirect_to_login(target, reverse('account_login'))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """By POST; back to the log-in."""
        answer: HttpResponse = super().logout(request, extra_context)
        return answer if request.user.is_authenticated else HttpResponseRedirect(reverse('account_login'))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The page of the account, which asks for the present password."""
        return HttpResponseRedirect(reverse('account_change_password'))


def _may_open(page: Any, kind: str, request: HttpRequest) -> bool:
    if kind == 'add':
        return bool(page.has_add_permission(request))
    if kind == 'delete':
        return bool(page.has_delete_permission(request))
    return bool(page.has_view_or_change_permission(request))
