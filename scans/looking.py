"""A scan looked at by limited children: copies for people, measures, what is wrong. Reads and writes blobs, no rows."""
from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone

from scans.models import Scan
from scans.quality import SAME_LIKENESS, are_same, judge
from scans.reasons import SAME_PICTURE, UNREADABLE, reason_of_flaw, russian
from scans.selectors import looks_of
from vault.files import read_file, write_blob
from vault.inspection.pool import CannotConvert, likeness, page_view
from vault.inspection.verdicts import MAX_PAGES, Look, PageView
from vault.models import StoredFile

MOST_SECONDS: Final = 60.0
"""Pages of a scan that are not reached in this time are not judged: the job itself may run 100 s."""


@dataclass(slots=True)
class PartSeen:
    """One file of a scan: its copies, their blobs written and their rows not saved; its pages' measures."""

    part: Scan
    display: StoredFile | None = None
    thumbnail: StoredFile | None = None
    looks: list[Look] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """All files of a scan and the Russian reason why it comes back, empty when it is good."""

    parts: list[PartSeen]
    first_thumbnail: bytes = b''
    reason: str = ''
    compared: set[int] = field(default_factory=set)
    """Scans of the form with which this one was compared."""

    @property
    def looks(self) -> list[Look]:
        """Measures of all pages, in order."""
        return [look for part in self.parts for look in part.looks]

    def not_compared(self, others: Sequence[Scan]) -> list[Scan]:
        """Those of `others` that were not compared yet."""
        return [other for other in others if other.pk not in self.compared]


def look_at_scan(scan: Scan, earlier: Sequence[Scan]) -> Seen:
    """Look at every page within bounds. Raises TooSlow, ChildDied and BlobDamaged."""
    deadline = time.monotonic() + MOST_SECONDS
    seen = Seen([])
    for part in (*earlier, scan):
        views = _views(read_file(part.file), deadline)
        if views is None:
            return Seen([], reason=russian(UNREADABLE))
        seen.parts.append(_part(part, views))
        seen.first_thumbnail = seen.first_thumbnail or (views[0].thumbnail if views else b'')
    verdict = judge(scan.type, seen.looks)
    seen.reason = reason_of_flaw(verdict) if verdict is not None else ''
    return seen


def twin_of(seen: Seen, others: Sequence[Scan]) -> str:
    """The reason when one of `others` shows the very same picture, else an empty one. Raises as `look_at_scan`."""
    for other in others:
        seen.compared.add(other.pk)
        if are_same(seen.looks, looks_of(other)) or _looks_alike(seen, other):
            return russian(SAME_PICTURE, type=other.type)
    return ''


def _looks_alike(seen: Seen, other: Scan) -> bool:
    if other.thumbnail_file is None or not seen.first_thumbnail:
        return False
    try:
        return likeness(seen.first_thumbnail, read_file(other.thumbnail_file)) >= SAME_LIKENESS
    except CannotConvert:
        return False


def _views(content: bytes, deadline: float) -> list[PageView] | None:
    first = page_view(content)
    if first is None:
        return None
    views = [first]
    for page in range(1, min(first.pages, MAX_PAGES)):
        view = page_view(content, page) if time.monotonic() < deadline else None
        if view is None:
            break
        views.append(view)
    return views


def _part(part: Scan, views: Sequence[PageView]) -> PartSeen:
    """A file looked at before keeps the copies it has."""
    made = PartSeen(part, looks=[view.look for view in views])
    if part.display_file_id is None:
        made.display = _stored(part, 'scan-display', views[0].display)
    if part.thumbnail_file_id is None:
        made.thumbnail = _stored(part, 'scan-thumbnail', views[0].thumbnail)
    return made


def _stored(part: Scan, kind: str, content: bytes) -> StoredFile:
    stored = StoredFile(
        guid=uuid.uuid4(), kind=kind, context=part.file.context, content_type='image/jpeg', created_at=timezone.now())
    write_blob(stored, (content,))
    return stored
