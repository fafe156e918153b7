"""Settings of counterparties and tariffs: who changed what, journalled in the transaction of the change."""
from __future__ import annotations

from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jobs.services import enqueue
from registries.models import Counterparty, Tariff
from registries.models_journal import SettingsChange
from registries.rules import period_of
from registries.selectors_build import subject_of_build
from registries.selectors_settings import has_made_registries


class SettingsRefused(Exception):
    """The settings cannot be changed so; the text is for people."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def save_settings(*, row: Counterparty | Tariff, author: str) -> None:
    """Save a tariff or a counterparty with a line of the journal; without a change nothing is written.

    Raises SettingsRefused for another zone once registries were made: days of two zones overlap, and a line would stand
    in two registries or in none.
    """
    model = type(row)
    with transaction.atomic():
        before = model._default_manager.select_for_update().filter(pk=row.pk).first() if row.pk else None
        old = _shown(before) if before is not None else None
        if isinstance(row, Counterparty) and isinstance(before, Counterparty) and row.zone != before.zone \
                and has_made_registries(before):
            raise SettingsRefused(_('The zone stays as it is once registries were made in it'))
        if old == _shown(row):
            return
        row.save()
        SettingsChange.objects.create(
            at=timezone.now(), subject=f'{model._meta.model_name} {row.pk}: {row}'[:200], author=author[:150],
            before=old, after=_shown(row))


def ask_for_build(*, counterparty: Counterparty, date_from: Any, date_to: Any, by: str) -> None:
    """Have a job make a registry. Raises SettingsRefused for dates the wrong way round."""
    try:
        period_of(date_from, date_to, counterparty.zone)
    except ValueError as problem:
        raise SettingsRefused(_('The period ends before it begins')) from problem
    with transaction.atomic():
        enqueue('registries.build', subject_of_build(counterparty, date_from, date_to), data={'by': by})


def _shown(row: Counterparty | Tariff) -> dict[str, Any]:
    """Plain values by the name of the field."""
    return {name: value if isinstance(value, bool | int | str | list | None) else str(value)
            for name, value in model_to_dict(row).items()}
