"""Words of matching for people and for the database."""
from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.statuses import MoveTable


class OutcomeName(models.TextChoices):
    """Names of `matching.words.Outcome`."""

    MATCHED = 'MATCHED', _('matched')
    AMOUNT_MISMATCH = 'AMOUNT_MISMATCH', _('sums differ')
    STATUS_MISMATCH = 'STATUS_MISMATCH', _('statuses differ')
    MISSING_HERE = 'MISSING_HERE', _('not with us')
    MISSING_THERE = 'MISSING_THERE', _('not in the file')
    DUPLICATE = 'DUPLICATE', _('stands there twice')
    LATE = 'LATE', _('in another period')


class ResolutionKind(models.TextChoices):
    """What was decided on a line that differs. WILL_COME leaves it open; the last two come from the system."""

    ACCEPT_THEIRS = 'ACCEPT_THEIRS', _('theirs is right, the ledger is corrected')
    ACCEPT_OURS = 'ACCEPT_OURS', _('ours is right')
    WILL_COME = 'WILL_COME', _('will come later')
    FORCED = 'FORCED', _('matched by force')
    CAME_LATER = 'CAME_LATER', _('came in another period')


class ForcedStatus(models.TextChoices):
    """Where a wish to match by force stands."""

    ASKED = 'ASKED', _('waits for the second person')
    APPROVED = 'APPROVED', _('approved by two')
    REFUSED = 'REFUSED', _('declined by a person')


class Channel(models.TextChoices):
    """How a file came or is fetched."""

    UPLOAD = 'upload', _('uploaded')
    COMMAND = 'command', _('command')
    SFTP = 'sftp', _('SFTP')
    IMAP = 'imap', _('mailbox')
    DIRECTORY = 'directory', _('directory')
    MAILDIR = 'maildir', _('Maildir folder')


F = ForcedStatus

FORCED_MOVES: MoveTable = {
    F.ASKED: frozenset({F.APPROVED, F.REFUSED}), F.APPROVED: frozenset(), F.REFUSED: frozenset(),
}

FINAL: tuple[str, ...] = tuple(kind.value for kind in ResolutionKind if kind != ResolutionKind.WILL_COME)
"""Decisions after which a line is closed."""
