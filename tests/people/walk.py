"""Every address and every button of the workstation, found by looking at the site itself."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.sessions.models import Session
from django.db import models
from django.urls import URLPattern, URLResolver, reverse

from denimhub.people.matrix import Matrix, matrix, model_permission

NOT_STATE = {Session}
"""A click of a person changes its session and nothing else."""


@dataclass(frozen=True)
class Address:
    """One URL of the site with arguments that fit, and the admin of the model it stands in (None: of the site)."""

    name: str
    path: str
    page: ModelAdmin[Any] | None

    @property
    def kind(self) -> str:
        """changelist, add, change, delete or history for Django's own pages of a model, else ''."""
        if self.page is None:
            return ''
        label = f'{self.page.opts.app_label}_{self.page.opts.model_name}_'
        kind = self.name.removeprefix(label)
        return kind if kind in {'changelist', 'add', 'change', 'delete', 'history'} else ''


def addresses() -> list[Address]:
    """All of them; an address without a name is an error, since the matrix knows pages by their names."""
    found = []
    for model, page in admin.site._registry.items():
        found += [_address(pattern, page, model) for pattern in page.get_urls() if not _is_old_redirect(pattern)]
    registered = {one.name for one in found}
    for pattern in admin.site.get_urls():
        if isinstance(pattern, URLPattern) and pattern.name not in registered and pattern.name != 'login':
            if pattern.name is None:
                continue  # Django's catch-all, which answers 404
            found.append(_address(pattern, None, None))
    return found


def _is_old_redirect(pattern: URLPattern | URLResolver) -> bool:
    """`<id>/` of a model's admin without a name: Django's own redirect to the page of the row."""
    return getattr(pattern, 'name', None) is None and str(pattern.pattern) == '<path:object_id>/'


def _address(pattern: URLPattern | URLResolver, page: ModelAdmin[Any] | None, model: Any) -> Address:
    assert isinstance(pattern, URLPattern)
    assert pattern.name, f'an address of {page} has no name: {pattern.pattern}'
    given = {name: _argument(pattern.name, name, model) for name in _arguments(pattern)}
    return Address(pattern.name, reverse(f'admin:{pattern.name}', kwargs=given), page)


def _arguments(pattern: URLPattern) -> list[str]:
    return list(pattern.pattern.regex.groupindex)


def _argument(url: str, name: str, model: Any) -> Any:
    rule = matrix().pages.get(url)
    if rule is not None and rule.object and rule.by == name:
        return _a_value(apps.get_model(rule.object), rule.field)
    if name in {'pk', 'object_id'} and model is not None:
        return _a_value(model, 'pk')
    if name == 'guid':
        return _a_value(model, 'guid') if any(field.name == 'guid' for field in model._meta.fields) else uuid.uuid4()
    return {'app_label': 'applications', 'content_type_id': '1', 'object_id': '1', 'name': 'csv'}.get(name, 1)


def _a_value(model: Any, field: str) -> Any:
    row = model._default_manager.order_by('pk').first()
    if row is not None:
        return getattr(row, field)
    key = model._meta.pk if field == 'pk' else model._meta.get_field(field)
    return uuid.uuid4() if isinstance(key, models.UUIDField) else 1


def is_open(address: Address, permissions: frozenset[str]) -> bool:
    """What the data file says of somebody with these permissions."""
    rules: Matrix = matrix()
    if address.name in rules.pages:
        page = rules.pages[address.name]
        return page.is_for_everybody or bool(page.permissions & permissions)
    assert address.page is not None
    label = address.page.opts.label_lower
    verbs = {'changelist': ('view', 'change'), 'change': ('view', 'change'), 'history': ('view', 'change')}.get(
        address.kind, (address.kind,))
    return any(model_permission(verb, label) in permissions for verb in verbs)


def buttons() -> Iterator[tuple[ModelAdmin[Any], str]]:
    """Every action of every list."""
    for page in admin.site._registry.values():
        for action in page.actions or ():
            yield page, action if isinstance(action, str) else action.__name__


def state() -> dict[str, Any]:
    """Every row of every table, but sessions."""
    return {model._meta.label: sorted(map(repr, model._default_manager.values_list()))
            for model in apps.get_models() if model._meta.managed and not model._meta.proxy and model not in NOT_STATE}
