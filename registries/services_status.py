"""The one place that moves a version of a registry: built, checked, sent, replaced; each move is journalled."""
from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registries.models import RegistryVersion
from registries.models_journal import VersionEvent
from registries.selectors import has_corrections_after
from registries.statuses import VersionStatus


class VersionRefused(Exception):
    """The version may not be moved so now; the text is for people."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def check_version(*, version: RegistryVersion, actor: str, why: str = '') -> RegistryVersion:
    """Say that a version is right: from then on it may be sent. Again is success, also once it is sent.

    Raises VersionRefused for a draft, a replaced version, and one that corrections have made out of date.
    """
    with transaction.atomic():
        row = _locked(version)
        if row.status in (VersionStatus.CHECKED, VersionStatus.SENT):
            return row
        if row.status == VersionStatus.DRAFT:
            raise VersionRefused(_('The period is not over: a draft is not checked'))
        if row.status == VersionStatus.REPLACED:
            raise VersionRefused(_('The version was replaced by a newer one'))
        if has_corrections_after(row.registry, row.through_seq):
            raise VersionRefused(_('Corrections have come since: make the next version first'))
        _move(row, VersionStatus.CHECKED, actor=actor, why=why)
    return row


def mark_sent(*, version: RegistryVersion, actor: str, why: str = '') -> bool:
    """Say that a version has gone to everybody it goes to; False when it was sent or replaced before.

    Raises VersionRefused for one that nobody has checked.
    """
    with transaction.atomic():
        row = _locked(version)
        if row.status in (VersionStatus.SENT, VersionStatus.REPLACED):
            return False
        if row.status != VersionStatus.CHECKED:
            raise VersionRefused(_('Only a checked registry is sent'))
        _move(row, VersionStatus.SENT, actor=actor, why=why)
    return True


def note_made(*, version: RegistryVersion) -> None:
    """Begin the journal of a new version and end its predecessor; in the transaction that makes it."""
    if version.replaces is not None:
        _move(_locked(version.replaces), VersionStatus.REPLACED, actor=version.made_by,
              why=f'version {version.number}')
    _record(version, moved_from='', actor=version.made_by)


def _locked(version: RegistryVersion) -> RegistryVersion:
    return RegistryVersion.objects.select_for_update(of=('self',)).select_related('registry__counterparty').get(
        pk=version.pk)


def _move(row: RegistryVersion, to: VersionStatus, *, actor: str, why: str = '') -> None:
    moved_from, row.status, row.status_at = row.status, to.value, timezone.now()
    row.save(update_fields=['status', 'status_at'])
    _record(row, moved_from=moved_from, actor=actor, why=why)


def _record(row: RegistryVersion, *, moved_from: str, actor: str, why: str = '') -> None:
    VersionEvent.objects.create(
        version=row, at=timezone.now(), moved_from=moved_from, moved_to=row.status, actor=actor[:150], why=why[:500])
