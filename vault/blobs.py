"""Where encrypted blobs lie: a local folder, or any storage of Django (S3 through django-storages)."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final, Protocol, cast

import pydantic_core
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.utils import timezone
from django.utils.module_loading import import_string

_TEMPORARY: Final = '.tmp'
_FOLDER_MODE: Final = 0o700


class BlobStore(Protocol):
    """A flat store of named blobs; a name has one slash: two hex digits, then the rest."""

    def writing(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file to write to; the blob exists, whole and durable, once the block ends without an error."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """The blob for reading; FileNotFoundError when there is none."""
        ...

    def delete(self, name: str) -> None:
        """Remove a blob; a missing one is no error."""
        ...

    def names_older_than(self, age_seconds: float) -> Iterator[str]:
        """Names of the blobs, half-written ones among them, that are older than this."""
        ...


class LocalBlobs:
    """Blobs in a folder: written beside, synced to disk, then renamed into place."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Temporary file, fsync, rename, fsync of the folder."""
        target = self.root / name
        temporary = self.root / _TEMPORARY / target.name
        for folder in (temporary.parent, target.parent):
            folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        try:
            with temporary.open('xb') as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def open(self, name: str) -> IO[bytes]:
        """The file itself."""
        return (self.root / name).open('rb')

    def delete(self, name: str) -> None:
        """Remove the file."""
        (self.root / name).unlink(missing_ok=True)

    def names_older_than(self, age_seconds: float) -> Iterator[str]:
        """By the time of the last write."""
        before = time.time() - age_seconds
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            for file in folder.iterdir() if folder.is_dir() else ():
                # Another sweeper, or a writer's rename, may take the file away meanwhile.
                with suppress(FileNotFoundError):
                    if file.stat().st_mtime < before:
                        yield f'{folder.name}/{file.name}'


class StorageBlobs:
    """Blobs in a storage of Django, which itself shows an object only when it is whole."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Gathered in an unnamed temporary file (ciphertext only), then sent."""
        with TemporaryFile() as file:
            yield file
            file.seek(0)
            saved = self.storage.save(name, File(file))
        if saved != name:
            self.storage.delete(saved)
            raise FileExistsError(name)

    def open(self, name: str) -> IO[bytes]:
        """The object for reading."""
        return cast(IO[bytes], self.storage.open(name, 'rb'))

    def delete(self, name: str) -> None:
        """Remove the object."""
        self.storage.delete(name)

    def names_older_than(self, age_seconds: float) -> Iterator[str]:
        """By the storage's own clock of changes."""
        before = timezone.now() - timedelta(seconds=age_seconds)
        folders, _files = self.storage.listdir('')
        for folder in folders:
            for file in self.storage.listdir(folder)[1]:
                name = f'{folder}/{file}'
                with suppress(FileNotFoundError):
                    if self.storage.get_modified_time(name) < before:
                        yield name


def blob_store() -> BlobStore:
    """The store of the settings: VAULT_FILES_STORAGE ({"BACKEND": ..., "OPTIONS": ...}), else VAULT_FILES_DIR."""
    configured = settings.VAULT_FILES_STORAGE
    if not configured:
        return LocalBlobs(Path(settings.VAULT_FILES_DIR))
    text = configured if isinstance(configured, str) else pydantic_core.to_json(configured).decode()
    return _storage_blobs(text)


@lru_cache(maxsize=8)
def _storage_blobs(text: str) -> StorageBlobs:
    described: Mapping[str, Any] = pydantic_core.from_json(text)
    return StorageBlobs(import_string(described['BACKEND'])(**described.get('OPTIONS', {})))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
