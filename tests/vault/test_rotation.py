"""Rotation: everything under the primary keys, and nothing lost on the way."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from tests.vault.diary import Diary, diary_indexes
from vault import keysets, rotation, sealing
from vault.access import note_access
from vault.blind import blind_index
from vault.files import read_file, store_file
from vault.models import AccessNote, RotationMark, StoredFile
from vault.rotation import Report

Diaries = type[Diary]


def add_keys(settings: Any) -> None:
    settings.VAULT_AEAD_KEYS = keysets.add_key(settings.VAULT_AEAD_KEYS, 'AEAD')
    settings.VAULT_INDEX_KEYS = keysets.add_key(settings.VAULT_INDEX_KEYS, 'INDEX')
    settings.VAULT_FILE_KEYS = keysets.add_key(settings.VAULT_FILE_KEYS, 'FILE')


def only_primaries(settings: Any) -> None:
    for name in ('VAULT_AEAD_KEYS', 'VAULT_INDEX_KEYS', 'VAULT_FILE_KEYS'):
        key_set = getattr(settings, name)
        info = keysets.describe(key_set)
        for key_id in info.key_ids:
            if key_id != info.primary_key_id:
                key_set = keysets.drop_key(key_set, key_id)
        setattr(settings, name, key_set)


def fill(diaries: Diaries, count: int) -> None:
    for number in range(count):
        diary = diaries(page={'n': number} if number % 2 else None, note=f'note {number}')
        diary.note_index = diary_indexes(diary)['note_index']
        diary.save()


def prefixes() -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute('SELECT substring(note FROM 1 FOR 5) FROM vault_diary')
        return {bytes(row[0]) for row in cursor.fetchall()}


def test_all_is_readable_with_the_new_keys_alone(diaries: Diaries, settings: Any) -> None:
    fill(diaries, 7)
    stored = store_file(b'scan', content_type='image/png', kind='scan', context='c')
    add_keys(settings)
    assert list(rotation.rotate(batch_rows=3)) == [
        Report('vault.Diary', 10, 0), Report('vault.Diary (index)', 7, 0), Report('files', 1, 0)]
    only_primaries(settings)
    assert [(diary.page, diary.note) for diary in diaries.objects.order_by('id')] == [
        ({'n': number} if number % 2 else None, f'note {number}') for number in range(7)]
    assert diaries.objects.get(note_index=blind_index('note 3', 'note')).note == 'note 3'
    assert read_file(StoredFile.objects.get(pk=stored.pk)) == b'scan'


def test_a_second_run_changes_nothing(diaries: Diaries, settings: Any) -> None:
    fill(diaries, 3)
    add_keys(settings)
    list(rotation.rotate())
    assert list(rotation.rotate()) == [
        Report('vault.Diary', 0, 0), Report('vault.Diary (index)', 0, 0), Report('files', 0, 0)]


def test_back_to_the_old_key_works_the_same_way(diaries: Diaries, settings: Any) -> None:
    fill(diaries, 3)
    old = keysets.describe(settings.VAULT_AEAD_KEYS).primary_key_id
    add_keys(settings)
    list(rotation.rotate())
    settings.VAULT_AEAD_KEYS = keysets.promote(settings.VAULT_AEAD_KEYS, old)
    assert next(rotation.rotate()) == Report('vault.Diary', 4, 0)
    assert prefixes() == {sealing.prefix_of(old)}


def test_a_stopped_rotation_goes_on_where_it_was(
    diaries: Diaries, settings: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(diaries, 7)
    add_keys(settings)
    seen: list[str] = []

    def failing(diary: Diary) -> dict[str, Any]:
        seen.append(diary.note)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return diary_indexes(diary)

    with pytest.raises(KeyboardInterrupt):
        rotation.reindex(diaries, failing, batch_rows=3)
    assert not RotationMark.objects.get().is_finished
    # The batch that was stopped is done again, the one before is not.
    assert rotation.reindex(diaries, failing, batch_rows=3) == Report('vault.Diary (index)', 4, 0)
    assert seen == ['note 0', 'note 1', 'note 2', 'note 3', 'note 4', 'note 3', 'note 4', 'note 5', 'note 6']
    assert RotationMark.objects.get().is_finished


def test_what_does_not_open_is_counted_and_left(diaries: Diaries, settings: Any, files_dir: Path) -> None:
    fill(diaries, 3)
    stored = store_file(b'scan', content_type='image/png', kind='scan', context='c')
    (files_dir / stored.storage_name).write_bytes(b'damaged')
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_diary SET note = 'damaged' WHERE id = (SELECT min(id) FROM vault_diary)")
    add_keys(settings)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command('rotate_keys', stdout=out)
    assert out.getvalue().splitlines() == [
        'vault.Diary: 3 changed, 1 could not be opened',
        'vault.Diary (index): 2 changed, 1 could not be opened',
        'files: 0 changed, 1 could not be opened',
    ]
    assert prefixes() == {b'damag', sealing.primary_prefix()}


@pytest.mark.django_db
def test_triggers_of_the_table_rest_while_it_is_rotated_and_no_longer() -> None:
    note_access(actor='a', reason='r', subject='s', fields=[], ip=None)
    with transaction.atomic(), rotation._triggers_at_rest(AccessNote):
        AccessNote.objects.update(actor='b')
    assert AccessNote.objects.get().actor == 'b'
    with pytest.raises(ProgrammingError), transaction.atomic():
        AccessNote.objects.update(actor='c')
    with pytest.raises(ProgrammingError), transaction.atomic(), rotation._triggers_at_rest(StoredFile):
        AccessNote.objects.update(actor='c')


def test_every_encrypted_column_of_the_platform_is_found() -> None:
    for model, fields in rotation.encrypted_models().items():
        assert fields
        assert model._meta.managed
