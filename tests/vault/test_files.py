"""Encrypted files: whole or not at all, never another one's, never half."""

import errno
import hashlib
import json
import os
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from vault import files, keysets, sweeping
from vault.files import BlobDamaged, StorageFull, open_file, read_file, store_chunks, store_file
from vault.models import StoredFile

pytestmark = pytest.mark.django_db


def blobs(files_dir: Path) -> list[Path]:
    return sorted(path for path in files_dir.rglob('*') if path.is_file())


def blob_of(files_dir: Path, stored: StoredFile) -> Path:
    return files_dir / stored.storage_name


def store(data: bytes, kind: str = 'scan') -> StoredFile:
    return store_file(data, content_type='image/png', kind=kind, context='form-1')


@pytest.mark.parametrize('size', [0, 1, (1 << 20) - 16, 1 << 20, 3_000_001])
def test_content_comes_back(size: int, files_dir: Path) -> None:
    data = os.urandom(size)
    stored = StoredFile.objects.get(pk=store(data).pk)
    assert read_file(stored) == data
    assert (stored.size_bytes, stored.sha256) == (size, hashlib.sha256(data).hexdigest())
    assert (stored.kind, stored.context, stored.content_type) == ('scan', 'form-1', 'image/png')
    if size > 16:
        assert data[:16] not in blob_of(files_dir, stored).read_bytes()


def test_a_file_made_in_pieces_is_the_same_file() -> None:
    stored = store_chunks(iter([b'ab', b'', b'c' * 2_000_000]), content_type='text/csv', kind='registry', context='r')
    assert read_file(stored) == b'ab' + b'c' * 2_000_000
    assert max(len(piece) for piece in open_file(stored)) <= files.CHUNK_BYTES


def test_names_tell_nothing_and_modes_are_private(files_dir: Path) -> None:
    stored = store(b'x')
    assert len(stored.storage_name) == 33
    assert set(stored.storage_name) <= set('0123456789abcdef/')
    assert str(stored.guid).replace('-', '') not in stored.storage_name.replace('/', '')
    assert blob_of(files_dir, stored).parent.stat().st_mode & 0o077 == 0


def test_a_flipped_byte_anywhere_is_refused(files_dir: Path) -> None:
    stored = store(b'0123456789' * 20)
    path = blob_of(files_dir, stored)
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1:])
        with pytest.raises(BlobDamaged):
            read_file(stored)


def test_a_damaged_later_piece_is_refused_after_the_good_ones(files_dir: Path) -> None:
    stored = store(b'x' * 2_500_000)
    path = blob_of(files_dir, stored)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BlobDamaged):
        read_file(stored)


@pytest.mark.parametrize('kept', [0, 10, 1 << 20, 2_000_000])
def test_a_cut_blob_is_refused(files_dir: Path, kept: int) -> None:
    stored = store(b'x' * 2_500_000)
    path = blob_of(files_dir, stored)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BlobDamaged):
        read_file(stored)


def test_swapped_blobs_are_refused(files_dir: Path) -> None:
    one, two = store(b'one'), store(b'two')
    one.storage_name, two.storage_name = two.storage_name, one.storage_name
    for stored in (one, two):
        with pytest.raises(BlobDamaged):
            read_file(stored)


@pytest.mark.parametrize('change', [{'kind': 'photo'}, {'context': 'form-2'}, {'sha256': '0' * 64}, {'size_bytes': 2}])
def test_a_row_that_says_something_else_is_refused(change: dict[str, Any]) -> None:
    stored = store(b'one')
    for name, value in change.items():
        setattr(stored, name, value)
    with pytest.raises(BlobDamaged):
        read_file(stored)


def test_a_foreign_key_set_is_refused(settings: Any) -> None:
    stored = store(b'one')
    settings.VAULT_FILE_KEYS = keysets.new_key_set('FILE')
    with pytest.raises(BlobDamaged):
        read_file(stored)


def test_a_missing_blob_is_told_at_once(files_dir: Path) -> None:
    stored = store(b'one')
    blob_of(files_dir, stored).unlink()
    with pytest.raises(BlobDamaged, match='has no blob'):
        open_file(stored)


@pytest.mark.parametrize('code', [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_neither_row_nor_blob(
    files_dir: Path, monkeypatch: pytest.MonkeyPatch, code: int,
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr('vault.blobs.os.fsync', full)
    with pytest.raises(StorageFull):
        store(b'one')
    assert (StoredFile.objects.count(), blobs(files_dir)) == (0, [])


def test_a_disk_that_fills_up_while_writing_is_told_as_full(files_dir: Path) -> None:
    full = Path('/dev/full')
    if not full.exists():
        pytest.skip('no /dev/full here')
    with full.open('wb', buffering=0) as device:
        sink = files._Sink(device)
        with pytest.raises(OSError, match='No space left'):
            sink.write(b'x')
    assert sink.error is not None
    assert sink.error.errno == errno.ENOSPC


def test_another_trouble_of_the_disk_is_not_called_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, 'input/output error')

    monkeypatch.setattr('vault.blobs.os.fsync', broken)
    with pytest.raises(OSError, match='input/output error'):
        store(b'one')


def test_a_source_that_fails_leaves_nothing(files_dir: Path) -> None:
    def source() -> Iterator[bytes]:
        yield b'x' * 2_000_000
        raise ValueError('source')

    with pytest.raises(ValueError, match='source'):
        store_chunks(source(), content_type='text/csv', kind='registry', context='r')
    assert (StoredFile.objects.count(), blobs(files_dir)) == (0, [])


def test_the_sweeper_takes_only_old_blobs_without_a_row(files_dir: Path) -> None:
    kept, young = store(b'kept'), store(b'young')
    with transaction.atomic():
        orphan = store(b'orphan')
        transaction.set_rollback(True)
    StoredFile.objects.filter(pk=young.pk).delete()
    half = files_dir / '.tmp' / 'half'
    half.write_bytes(b'half')
    old = time.time() - 3700
    for path in (blob_of(files_dir, kept), blob_of(files_dir, orphan), half):
        os.utime(path, (old, old))
    assert sweeping.sweep() == 2
    assert blobs(files_dir) == sorted([blob_of(files_dir, kept), blob_of(files_dir, young)])
    assert read_file(kept) == b'kept'
    assert sweeping.sweep() == 0


def test_the_sweeper_of_an_empty_place_does_nothing() -> None:
    assert sweeping.sweep() == 0


def test_check_files_names_what_is_damaged(files_dir: Path) -> None:
    good, bad, gone = store(b'good'), store(b'bad'), store(b'gone')
    out = StringIO()
    call_command('check_files', '--json', stdout=out)
    assert json.loads(out.getvalue()) == {'files': 3, 'damaged': []}
    blob_of(files_dir, bad).write_bytes(blob_of(files_dir, good).read_bytes())
    blob_of(files_dir, gone).unlink()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command('check_files', '--json', stdout=out)
    assert {row['guid'] for row in json.loads(out.getvalue())['damaged']} == {str(bad.guid), str(gone.guid)}


def test_a_storage_of_django_serves_as_well(settings: Any, tmp_path: Path) -> None:
    settings.VAULT_FILES_STORAGE = json.dumps({
        'BACKEND': 'django.core.files.storage.FileSystemStorage', 'OPTIONS': {'location': str(tmp_path / 'bucket')}})
    stored = store(b'x' * 2_500_000)
    assert read_file(stored) == b'x' * 2_500_000
    assert (tmp_path / 'bucket' / stored.storage_name).is_file()
    stored.delete()
    path = tmp_path / 'bucket' / stored.storage_name
    assert sweeping.sweep() == 0
    os.utime(path, (1, 1))
    assert sweeping.sweep() == 1
    assert not path.exists()
    with pytest.raises(BlobDamaged):
        read_file(stored)
