"""Addresses of delivery: only such as their channel understands, each change with its author."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from registries.delivery.catalogue import CHANNELS, problem_of
from registries.formats.catalogue import FORMATS
from registries.models import Counterparty
from registries.models_delivery import DeliveryTarget, TargetChange

_FIELDS = ('name', 'channel', 'settings', 'formats', 'is_active')


class BadTarget(ValueError):
    """An address that cannot be used as described."""


def save_target(
    *, counterparty: Counterparty, name: str, channel: str, settings: Mapping[str, Any], author: str,
    secrets: Mapping[str, str] | None = None, formats: Sequence[str] = (), is_active: bool = True,
    target: DeliveryTarget | None = None,
) -> DeliveryTarget:
    """Make an address or change one; `secrets` of None stay as they are. Raises BadTarget."""
    with transaction.atomic():
        row = DeliveryTarget(counterparty=counterparty)
        if target is not None:
            row = DeliveryTarget.objects.select_for_update().get(pk=target.pk)
        held = dict(row.secrets or {}) if secrets is None else dict(secrets)
        problem = target_problem(channel=channel, settings=settings, secrets=held, formats=formats)
        if problem:
            raise BadTarget(problem)
        before = {key: getattr(row, key) for key in _FIELDS} if row.pk else {}
        row.name, row.channel, row.formats, row.is_active = name, channel, list(formats), is_active
        row.settings = CHANNELS[channel].settings.model_validate(settings).model_dump()
        if secrets is not None:
            row.secrets = held
        row.save()
        what: dict[str, Any] = {
            key: [before.get(key), getattr(row, key)] for key in _FIELDS if before.get(key) != getattr(row, key)}
        if secrets is not None:
            what['secrets'] = sorted(held)
        if what:
            TargetChange.objects.create(target=row, author=author, what=what)
    return row


def target_problem(*, channel: str, settings: Any, secrets: Any, formats: Sequence[str]) -> str:
    """Why an address cannot be used, empty when it can."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        return _('unknown formats: %(names)s') % {'names': ', '.join(unknown)}
    return problem_of(channel, settings, secrets)
