"""Sources of files: kept as described, and what they bring taken in."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.services import enqueue
from registries.models import Counterparty
from registries.models_journal import SettingsChange
from registries.models_matching import FileSource
from registries.pickup.base import Parcel
from registries.pickup.catalogue import place_problem
from registries.services_matching import take_in
from registries.statuses_matching import Channel


class BadSource(ValueError):
    """A source that cannot be used as described."""


def save_source(
    *, counterparty: Counterparty, name: str, channel: str, settings: Mapping[str, Any], author: str,
    secret: str | None = None, mapping_name: str = '', is_active: bool = True, source: FileSource | None = None,
) -> FileSource:
    """Make a source or change one; a `secret` of None stays as it is. Journalled. Raises BadSource."""
    with transaction.atomic():
        row = FileSource(counterparty=counterparty)
        if source is not None:
            row = FileSource.objects.select_for_update().get(pk=source.pk)
        held = row.secret if secret is None else secret
        problem = place_problem(channel, settings, has_secret=bool(held))
        if problem:
            raise BadSource(problem)
        before = _told(row) if row.pk else None
        row.name, row.channel, row.settings = name, channel, dict(settings)
        row.secret, row.mapping_name, row.is_active = held, mapping_name, is_active
        row.save()
        SettingsChange.objects.create(
            at=timezone.now(), subject=f'file source {row.guid}', author=author, before=before,
            after={**_told(row), 'secret_changed': secret is not None})
    return row


def take_parcel(*, source: FileSource, parcel: Parcel) -> int:
    """Keep the files of a parcel and ask for their matching; returns how many were new. In the caller's transaction."""
    new = 0
    for name, content in parcel.files:
        taken, is_new = take_in(
            counterparty=source.counterparty, name=name, content=content, channel=Channel(source.channel),
            taken_by=f'source {source.name}')
        if is_new:
            new += 1
            enqueue('registries.match', str(taken.guid), data={
                'mapping': source.mapping_name, 'by': f'source {source.name}'})
    return new


def note_look(*, source: FileSource, seen: dict[str, list[int]], error: str) -> None:
    """What was seen at a look, and what went wrong."""
    FileSource.objects.filter(pk=source.pk).update(seen=seen, looked_at=timezone.now(), last_error=error[:500])


def _told(row: FileSource) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ('name', 'channel', 'settings', 'mapping_name', 'is_active')}
