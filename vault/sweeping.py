"""Keeping rows and blobs of files in agreement."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from vault.blobs import blob_store
from vault.files import BlobDamaged, open_file
from vault.models import StoredFile

# Longer than any transaction may last: a blob is written before its row is committed.
ORPHAN_SECONDS: Final = 3600.0
_BATCH: Final = 500


@dataclass(frozen=True)
class Damage:
    """A row whose blob does not fit it."""

    guid: str
    reason: str


def sweep(older_than_seconds: float = ORPHAN_SECONDS) -> int:
    """Delete blobs, half-written ones included, that no row names and that are older than this; returns how many."""
    store = blob_store()
    names = store.names_older_than(older_than_seconds)
    removed = 0
    while batch := list(islice(names, _BATCH)):
        kept = set(StoredFile.objects.filter(storage_name__in=batch).values_list('storage_name', flat=True))
        for name in batch:
            if name not in kept:
                store.delete(name)
                removed += 1
    return removed


def damaged_files() -> Iterator[Damage]:
    """Read every file to its end and yield those that are missing, changed or swapped."""
    for stored in StoredFile.objects.order_by('created_at', 'guid').iterator(chunk_size=_BATCH):
        try:
            for _piece in open_file(stored):
                pass
        except BlobDamaged as error:
            yield Damage(str(stored.guid), str(error))
