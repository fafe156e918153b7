"""Encrypted model fields: nothing readable in the table, nothing openable in another row."""

import uuid
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, transaction

from tests.vault.diary import Diary
from vault import sealing
from vault.fields import EncryptedTextField, Sealed
from vault.sealing import CannotUnseal

Diaries = type[Diary]
PAGE = {'имя': 'Ёлкин', 'sum': 12_345_678_901_234, 'flags': [True, None, 1.5]}


def raw(diary: Diary, column: str = 'page') -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {column} FROM vault_diary WHERE id = %s', [diary.pk])
        return bytes(cursor.fetchone()[0])


def put_raw(diary: Diary, data: bytes, column: str = 'page') -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE vault_diary SET {column} = %s WHERE id = %s', [data, diary.pk])


def test_values_come_back_and_the_table_holds_none_of_them(diaries: Diaries) -> None:
    diary = diaries.objects.create(page=PAGE, note='секрет')
    loaded = diaries.objects.get(pk=diary.pk)
    assert (loaded.page, loaded.note) == (PAGE, 'секрет')
    assert 'секрет'.encode() not in raw(diary, 'note')
    assert 'Ёлкин'.encode() not in raw(diary)


def test_a_value_is_opened_only_when_asked_for(diaries: Diaries) -> None:
    diary = diaries.objects.create(page=PAGE, note='секрет')
    put_raw(diary, b'damaged')
    loaded = diaries.objects.get(pk=diary.pk)
    assert loaded.note == 'секрет'
    with pytest.raises(CannotUnseal):
        _ = loaded.page


def test_saving_what_nobody_opened_keeps_the_bytes(diaries: Diaries) -> None:
    diary = diaries.objects.create(page=PAGE, note='секрет')
    before = raw(diary)
    loaded = diaries.objects.get(pk=diary.pk)
    loaded.title = 'new'
    loaded.save()
    assert raw(diary) == before
    assert diaries.objects.get(pk=diary.pk).title == 'new'


def test_a_change_inside_the_value_is_saved(diaries: Diaries) -> None:
    diary = diaries.objects.create(page={'a': 1}, note='')
    loaded = diaries.objects.get(pk=diary.pk)
    loaded.page['a'] = 2
    loaded.save(update_fields=['page'])
    assert diaries.objects.get(pk=diary.pk).page == {'a': 2}


def test_deferred_and_refreshed_values_open(diaries: Diaries) -> None:
    diary = diaries.objects.create(page=PAGE, note='секрет')
    deferred = diaries.objects.only('title').get(pk=diary.pk)
    assert deferred.page == PAGE
    diary.note = 'other'
    diary.refresh_from_db()
    assert diary.note == 'секрет'


@pytest.mark.parametrize('guid', ['5F0F1BBD-5BB6-4A36-A0A5-9D9C8A4A3A11', '5f0f1bbd5bb64a36a0a59d9c8a4a3a11'])
def test_the_context_is_the_same_before_the_first_save_and_after_a_load(diaries: Diaries, guid: str) -> None:
    diary = diaries.objects.create(guid=guid, page=PAGE, note='')
    assert diaries.objects.get(pk=diary.pk).page == PAGE


def test_bytes_of_another_row_or_column_do_not_open(diaries: Diaries) -> None:
    mine = diaries.objects.create(page={'who': 'me'}, note='"x"')
    other = diaries.objects.create(page={'who': 'other'}, note='"y"')
    put_raw(mine, raw(other))
    with pytest.raises(CannotUnseal):
        _ = diaries.objects.get(pk=mine.pk).page
    put_raw(mine, raw(mine, 'note'))
    with pytest.raises(CannotUnseal):
        _ = diaries.objects.get(pk=mine.pk).page


def test_a_copy_under_a_new_guid_never_saves_bytes_of_the_old_row(diaries: Diaries) -> None:
    diary = diaries.objects.create(page=PAGE, note='')
    copy = diaries.objects.get(pk=diary.pk)
    copy.pk, copy.guid = None, uuid.uuid4()
    copy._state.adding = True
    with pytest.raises(CannotUnseal), transaction.atomic():
        copy.save()
    assert diaries.objects.count() == 1


def test_values_sealed_by_hand_are_those_of_the_field(diaries: Diaries) -> None:
    diary = diaries.objects.create(note='')
    sealed = sealing.seal(b'{"raw":1}', table='vault_diary', column='page', row=str(diary.guid))
    diaries.objects.filter(pk=diary.pk).update(page=Sealed(sealed))
    assert diaries.objects.get(pk=diary.pk).page == {'raw': 1}
    assert sealing.unseal(raw(diary, 'note'), table='vault_diary', column='note', row=str(diary.guid)) == b''


def test_bulk_create_seals_each_row_for_itself(diaries: Diaries) -> None:
    diaries.objects.bulk_create([diaries(page={'n': n}, note=str(n)) for n in range(3)])
    assert [diary.page for diary in diaries.objects.order_by('id')] == [{'n': 0}, {'n': 1}, {'n': 2}]


def test_plain_values_cannot_be_written_past_the_row(diaries: Diaries) -> None:
    diary = diaries.objects.create(page=PAGE, note='секрет')
    with pytest.raises(TypeError), transaction.atomic():
        diaries.objects.update(page={'plain': 1})
    diary.page = {'plain': 1}
    with pytest.raises(TypeError), transaction.atomic():
        diaries.objects.bulk_update([diary], ['page'])
    assert diaries.objects.get().page == PAGE


def test_only_emptiness_can_be_asked_of_the_column(diaries: Diaries) -> None:
    diaries.objects.create(note='секрет')
    assert diaries.objects.filter(page__isnull=True).count() == 1
    for lookup in ('note', 'note__contains', 'note__in', 'page__name'):
        with pytest.raises((FieldError, TypeError)):
            diaries.objects.filter(**{lookup: 'x'}).exists()


def test_fixtures_do_not_hold_the_secret(diaries: Diaries) -> None:
    diary = diaries.objects.create(page=PAGE, note='секрет')
    with pytest.raises(TypeError, match='is not dumped'):
        serializers.serialize('json', [diary])


@pytest.mark.parametrize('wrong', [5, b'bytes', ['x']])
def test_a_text_field_takes_text_only(diaries: Diaries, wrong: Any) -> None:
    with pytest.raises(TypeError), transaction.atomic():
        diaries.objects.create(note=wrong)
    assert diaries.objects.count() == 0


def test_an_indexed_encrypted_column_is_a_fault_of_the_model() -> None:
    field = EncryptedTextField(db_index=True)
    field.set_attributes_from_name('note')
    field.model = Diary
    assert [error.id for error in field.check()] == ['vault.E001']
