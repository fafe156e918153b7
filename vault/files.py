"""Encrypted files: streaming AES-256-GCM, bound to their kind, context and guid; the blob is written before the row."""

import errno
import hashlib
import io
import secrets
import uuid
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

import pydantic_core
import tink
from django.utils import timezone

from vault import keys
from vault.blobs import BlobStore, blob_store
from vault.models import StoredFile

CHUNK_BYTES: Final = 1 << 20
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class StorageFull(Exception):
    """There is no room for the file: the web answers 503."""


class BlobDamaged(Exception):
    """The blob of a file is missing, changed, or another one's: nothing of it may be used."""


def store_file(data: bytes, *, content_type: str, kind: str, context: str) -> StoredFile:
    """Encrypt and keep a file: blob first, then its row in the caller's transaction.

    A transaction that rolls back leaves a blob without a row, which `sweep_files` removes after an hour.
    """
    return store_chunks((data,), content_type=content_type, kind=kind, context=context)


def store_chunks(chunks: Iterable[bytes], *, content_type: str, kind: str, context: str) -> StoredFile:
    """The same for a file that is made piece by piece and is never whole in memory."""
    stored = StoredFile(
        guid=uuid.uuid4(), kind=kind, context=context, content_type=content_type, created_at=timezone.now())
    write_blob(stored, chunks)
    stored.save(force_insert=True)
    return stored


def open_file(stored: StoredFile) -> Iterator[bytes]:
    """Decrypt piece by piece: each piece is authenticated before it is given, length and SHA-256 at the end.

    Raises BlobDamaged on any disagreement; the opening itself is checked at once, not at the first piece.
    """
    source = _opened(stored)
    try:
        stream = keys.streaming_primitive().new_decrypting_stream(source, _associated(stored))
        first = _read(stream, stored)
    except BaseException:
        source.close()
        raise
    return _pieces(stored, stream, first)


def open_part(stored: StoredFile, first: int, last: int) -> Iterator[bytes]:
    """Bytes `first` to `last`, both included; all before them is decrypted and authenticated too, but not kept.

    Nothing after the last byte is read: SHA-256 of the whole is checked only when the part reaches to the end. Raises
    BlobDamaged as `open_file` does.
    """
    pieces, at = open_file(stored), 0
    for piece in pieces:
        wanted = piece[max(first - at, 0):last + 1 - at]
        at += len(piece)
        if at > last:
            if at >= stored.size_bytes:
                # The end of the file is where length and hash are checked.
                for _nothing in pieces:
                    pass
            yield wanted
            return
        if wanted:
            yield wanted
    raise BlobDamaged(f'file {stored.guid} is shorter than what was stored')


def read_file(stored: StoredFile) -> bytes:
    """The whole content, verified."""
    return b''.join(open_file(stored))


def write_blob(stored: StoredFile, chunks: Iterable[bytes]) -> None:
    """Write the blob under a fresh name and set name, key, size and hash on the unsaved row."""
    name = secrets.token_hex(16)
    name = f'{name[:2]}/{name[2:]}'
    digest, size_bytes = hashlib.sha256(), 0
    key_id = keys.info('FILE').primary_key_id
    store = blob_store()
    try:
        with store.writing(name) as file:
            sink = _Sink(file)
            stream = keys.streaming_primitive().new_encrypting_stream(sink, _associated(stored))
            try:
                for chunk in chunks:
                    digest.update(chunk)
                    size_bytes += len(chunk)
                    stream.write(chunk)
                stream.close()
            except tink.TinkError as error:
                raise sink.error or error from None
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull('no room for files') from error
        raise
    stored.storage_name, stored.key_id = name, key_id
    stored.sha256, stored.size_bytes = digest.hexdigest(), size_bytes


class _Sink(io.RawIOBase):
    """Passes bytes on, keeps the file open after the cipher has closed its stream, and remembers a write error.

    The library turns any exception of a sink into its own, without the errno.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise


def _opened(stored: StoredFile) -> IO[bytes]:
    store: BlobStore = blob_store()
    try:
        return store.open(stored.storage_name)
    except FileNotFoundError:
        raise BlobDamaged(f'file {stored.guid} has no blob') from None


def _read(stream: Any, stored: StoredFile) -> bytes:
    try:
        piece: bytes = stream.read(CHUNK_BYTES)
    except tink.TinkError:
        raise BlobDamaged(f'file {stored.guid} does not open') from None
    return piece


def _pieces(stored: StoredFile, stream: Any, first: bytes) -> Iterator[bytes]:
    digest, size_bytes = hashlib.sha256(), 0
    with stream:
        piece = first
        while piece:
            digest.update(piece)
            size_bytes += len(piece)
            yield piece
            piece = _read(stream, stored)
    if size_bytes != stored.size_bytes or digest.hexdigest() != stored.sha256:
        raise BlobDamaged(f'file {stored.guid} is not what was stored')


def _associated(stored: StoredFile) -> bytes:
    return pydantic_core.to_json(['file', stored.kind, stored.context, str(stored.guid)])
