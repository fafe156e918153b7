"""Bringing everything stored under the primary keys: encrypted columns, blind indexes, files.

Every part can be stopped at any moment and started again: what is done already is recognised by the key id in the
data itself, or by a mark in the database. Keyed hashes are not touched, they are compared under their own stored key.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction

from vault import files, keys, sealing
from vault.fields import EncryptedField, Sealed
from vault.models import RotationMark, StoredFile

BATCH_ROWS: Final = 200

Indexes = Callable[[Any], dict[str, Any]]

_indexed: dict[type[models.Model], Indexes] = {}
_parts: list[Callable[[], 'Report']] = []


@dataclass(frozen=True)
class Report:
    """What one part of a rotation did. `failed` rows could not be opened: they are left as they are."""

    part: str
    changed: int
    failed: int


def register(model: type[models.Model], indexes: Indexes) -> None:
    """Tell how a model's blind indexes are computed: from an instance to values by name of column.

    Called by a room's AppConfig.ready, once per model.
    """
    _indexed[model] = indexes


def register_part(part: Callable[[], Report]) -> None:
    """Tell of sealed values that lie in no encrypted column of ours, such as a table of a library.

    The part is done once in every rotation; a second run must change nothing.
    """
    if part not in _parts:
        _parts.append(part)


def rotate(batch_rows: int = BATCH_ROWS) -> Iterator[Report]:
    """Do all of it, part by part."""
    for model, fields in encrypted_models().items():
        yield reseal(model, fields, batch_rows)
    for model, indexes in _indexed.items():
        yield reindex(model, indexes, batch_rows)
    for part in _parts:
        yield part()
    yield rewrite_files(batch_rows)


def encrypted_models() -> dict[type[models.Model], list[EncryptedField]]:
    """Every table with encrypted columns, found by looking at the models."""
    found: dict[type[models.Model], list[EncryptedField]] = {}
    for model in apps.get_models():
        fields = [field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedField)]
        if fields and model._meta.managed and not model._meta.proxy:
            found[model] = fields
    return found


def indexed_models() -> list[type[models.Model]]:
    """Every table with blind indexes, found by their names: binary columns called `…_index`."""
    return [
        model for model in apps.get_models() if model._meta.managed and not model._meta.proxy and any(
            isinstance(field, models.BinaryField) and field.name.endswith('_index')
            for field in model._meta.local_concrete_fields)]


def is_registered(model: type[models.Model]) -> bool:
    """Whether the room of this model has told how its blind indexes are computed."""
    return model in _indexed


def reseal(model: type[models.Model], fields: Sequence[EncryptedField], batch_rows: int = BATCH_ROWS) -> Report:
    """Seal the values of one table anew that are not under the primary key."""
    changed = failed = 0
    last: Any = None
    while pks := _stale_pks(model, fields, last, batch_rows):
        last = pks[-1]
        for instance in model._base_manager.filter(pk__in=pks).order_by('pk'):
            done, bad = _reseal_row(instance, fields)
            changed, failed = changed + done, failed + bad
    return Report(model._meta.label, changed, failed)


def reindex(model: type[models.Model], indexes: Indexes, batch_rows: int = BATCH_ROWS) -> Report:
    """Compute the blind indexes of one table anew, from the row after the last one done."""
    key_id = keys.info('INDEX').primary_key_id
    mark, _created = RotationMark.objects.get_or_create(name=model._meta.label, defaults={'key_id': key_id})
    if mark.key_id != key_id:
        mark.key_id, mark.last_pk, mark.is_finished = key_id, '', False
    changed = failed = 0
    while not mark.is_finished:
        with transaction.atomic(), _triggers_at_rest(model):
            rows = model._base_manager.order_by('pk').select_for_update(of=('self',))
            if mark.last_pk:
                rows = rows.filter(pk__gt=mark.last_pk)
            batch = list(rows[:batch_rows])
            for instance in batch:
                done, bad = _reindex_row(instance, indexes)
                changed, failed = changed + done, failed + bad
            if batch:
                mark.last_pk = str(batch[-1].pk)
            mark.is_finished = len(batch) < batch_rows
            mark.save()
    return Report(f'{model._meta.label} (index)', changed, failed)


def rewrite_files(batch_rows: int = BATCH_ROWS) -> Report:
    """Encrypt files anew that are not under the primary key. The old blobs are left to the sweeper: somebody may be
    reading one."""
    changed = failed = 0
    stale = StoredFile.objects.exclude(key_id=keys.info('FILE').primary_key_id).order_by('guid')
    last: Any = None
    while batch := list((stale.filter(guid__gt=last) if last else stale)[:batch_rows]):
        for stored in batch:
            last = stored.guid
            try:
                fresh = StoredFile(guid=stored.guid, kind=stored.kind, context=stored.context)
                files.write_blob(fresh, files.open_file(stored))
            except files.BlobDamaged:
                failed += 1
                continue
            changed += StoredFile.objects.filter(guid=stored.guid, storage_name=stored.storage_name).update(
                storage_name=fresh.storage_name, key_id=fresh.key_id)
    return Report('files', changed, failed)


@contextmanager
def _triggers_at_rest(model: type[models.Model]) -> Iterator[None]:
    """Inside a transaction: let the triggers of this table pass.

    Not pgtrigger.ignore(): it puts two statements into one, which parameters bound by the server forbid.
    """
    table = model._meta.db_table
    triggers = [trigger for held_by, trigger in pgtrigger.registered() if held_by._meta.db_table == table]
    owner: Any = model  # the library's hints say an instance and mean the class
    names = ','.join(trigger.get_pgid(owner) for trigger in triggers)
    _set_ignored('{' + names + '}')
    yield
    _set_ignored('{}')


def _set_ignored(names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [names])


def _stale_pks(
    model: type[models.Model], fields: Sequence[EncryptedField], last: Any, batch_rows: int,
) -> list[Any]:
    quote = connection.ops.quote_name
    pk = model._meta.pk
    stale = ' OR '.join(
        f'substring({quote(field.column_name)} FROM 1 FOR {sealing.PREFIX_BYTES}) <> %s' for field in fields)
    after = '' if last is None else f' AND {quote(str(pk.column))} > %s'
    values: list[Any] = [sealing.primary_prefix()] * len(fields)
    if last is not None:
        values.append(pk.get_db_prep_value(last, connection))
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {quote(str(pk.column))} FROM {quote(model._meta.db_table)} WHERE ({stale}){after}'  # noqa: S608
            f' ORDER BY {quote(str(pk.column))} LIMIT {int(batch_rows)}', values)
        return [pk.to_python(row[0]) for row in cursor.fetchall()]


def _reseal_row(instance: models.Model, fields: Sequence[EncryptedField]) -> tuple[int, int]:
    """Replace each stale value, provided it is still the one that was read."""
    changed = failed = 0
    quote, meta, prefix = connection.ops.quote_name, instance._meta, sealing.primary_prefix()
    pk = meta.pk
    for field in fields:
        stored = instance.__dict__.get(field.attname)
        if not isinstance(stored, Sealed) or stored.data.startswith(prefix):
            continue
        place = {'table': meta.db_table, 'column': field.column_name, 'row': field.row_of(instance)}
        try:
            fresh = sealing.seal(sealing.unseal(stored.data, **place), **place)
        except sealing.CannotUnseal:
            failed += 1
            continue
        # Triggers guard what people and services change; this changes no meaning.
        with transaction.atomic(), _triggers_at_rest(type(instance)), connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE {quote(meta.db_table)} SET {quote(field.column_name)} = %s'  # noqa: S608
                f' WHERE {quote(str(pk.column))} = %s AND {quote(field.column_name)} = %s',
                [fresh, pk.get_db_prep_value(instance.pk, connection), stored.data])
            changed += cursor.rowcount
    return changed, failed


def _reindex_row(instance: models.Model, indexes: Indexes) -> tuple[int, int]:
    try:
        wanted = indexes(instance)
    except sealing.CannotUnseal:
        return 0, 1
    present = {name: getattr(instance, name) for name in wanted}
    differing = {
        name: value for name, value in wanted.items()
        if (bytes(present[name]) if isinstance(present[name], memoryview) else present[name]) != value}
    if differing:
        type(instance)._base_manager.filter(pk=instance.pk).update(**differing)
    return int(bool(differing)), 0
