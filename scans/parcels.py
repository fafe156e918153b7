"""Scans on their way to a lender: made over to what it takes, in portions that one request can carry."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lenders.contract import FormFile
from lenders.scan_style import ScanStyle
from scans.making import Made, Unsendable, make_over
from scans.models import Scan, SentFile
from vault.files import read_file

PARCEL_BYTES = 12 * 1024 * 1024
"""Files of one call to a lender, before Base64; a larger scan goes alone."""


@dataclass(slots=True)
class Parcel:
    """Scans of one call and their files; `unsendable` ones have none and the reason why."""

    scans: list[Scan] = field(default_factory=list)
    files: list[FormFile] = field(default_factory=list)
    unsendable: list[tuple[Scan, Unsendable]] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(len(file.content) for file in self.files)

    def told(self) -> list[SentFile]:
        """Unsaved rows that tell the files as the lender gets them."""
        scans = {(scan.type, scan.version): scan for scan in self.scans}
        return [
            SentFile(
                scan=scans[file.type, file.version], page=file.page, pages=file.pages, content_type=file.content_type,
                size_bytes=len(file.content), sha256=hashlib.sha256(file.content).hexdigest())
            for file in self.files]

    def key(self, subject: str) -> str:
        """The idempotency key: the same for every repeat of the same bytes, another for any other."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f'{file.type}:{file.version}:{file.page}:'.encode() + hashlib.sha256(file.content).digest())
        return f'{subject}:scans:{digest.hexdigest()[:16]}'


def parcels(
    scans: Iterable[Scan], pages: Mapping[int, Sequence[Scan]], style: ScanStyle,
) -> Iterator[Parcel]:
    """Portions one at a time; `pages` are the earlier pages by the scan's id.

    Raises TooSlow when no child was free, BlobDamaged when a file is not what was stored.
    """
    parcel = Parcel()
    for scan in scans:
        try:
            files = _files(scan, pages.get(scan.pk, ()), style)
        except Unsendable as obstacle:
            parcel.unsendable.append((scan, obstacle))
            continue
        if parcel.files and parcel.size_bytes + sum(len(file.content) for file in files) > PARCEL_BYTES:
            yield parcel
            parcel = Parcel()
        parcel.scans.append(scan)
        parcel.files += files
    if parcel.scans or parcel.unsendable:
        yield parcel


def _files(scan: Scan, earlier: Sequence[Scan], style: ScanStyle) -> list[FormFile]:
    """What the lender gets of one scan; several files of it are told apart by `page`."""
    came = [Made(part.file.content_type, read_file(part.file)) for part in (*earlier, scan)]
    made = make_over(came, style)
    return [
        FormFile(
            type=scan.type, content_type=file.content_type, content=file.content, version=scan.version,
            from_form=scan.from_form, page=number, pages=len(made))
        for number, file in enumerate(made, start=1)]
