"""What is laid around every page of a model: the matrix decides on buttons, a partner's staff see own rows only."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from denimhub.people.access import may, own_rows
from denimhub.people.matrix import matrix
from partners.staff import partner_of

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    _Base = ModelAdmin[Model]
else:
    _Base = object


def guarded(admin_class: type[Any]) -> type[Any]:
    """The same admin class behind the guard."""
    if issubclass(admin_class, Guard):
        return admin_class
    return type(admin_class.__name__, (Guard, admin_class), {
        '__module__': admin_class.__module__, '__doc__': admin_class.__doc__})


class Guard(_Base):
    """Asks the matrix before Django's own questions; never gives more than the class it stands around."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists, pages, histories, searches and autocompletes all begin here."""
        return own_rows(super().get_queryset(request), request.user)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Buttons that the matrix gives to this person; unnamed ones are the superuser's."""
        found: dict[str, Any] = super().get_actions(request)
        user: Any = request.user
        if user.is_superuser:
            return found
        names = matrix().buttons
        label = self.opts.label_lower
        return {name: action for name, action in found.items()
                if name == 'delete_selected' or (
                    f'{label}.{name}' in names and may(user, names[f'{label}.{name}']))}

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Staff of a partner are offered no filter that would list what others have."""
        found = super().get_list_filter(request)
        if partner_of(request.user) is None:
            return found
        return [one for one in found if self._keeps_to_own(one)]

    def _keeps_to_own(self, one: Any) -> bool:
        if isinstance(one, (list, tuple)):
            one = one[0]
        if isinstance(one, type):
            return issubclass(one, SimpleListFilter) and bool(getattr(one, 'is_for_partners', False))
        try:
            field: Any = self.opts.get_field(one)
        except FieldDoesNotExist:
            return False
        return not field.is_relation and (bool(field.choices) or field.get_internal_type() in {
            'BooleanField', 'DateTimeField', 'DateField'})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A form offers own rows only."""
        return super().formfield_for_foreignkey(db_field, request, **self._own_choices(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A form offers own rows only."""
        return super().formfield_for_manytomany(db_field, request, **self._own_choices(db_field, request, kwargs))

    def _own_choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        if partner_of(request.user) is None:
            return kwargs
        rows = kwargs.get('queryset')
        if rows is None:
            rows = db_field.remote_field.model._default_manager.all()
        return {**kwargs, 'queryset': own_rows(rows, request.user)}
