"""Database triggers made from the declared tables: the last word on what may change."""
from __future__ import annotations

import pgtrigger

from applications.statuses import MoveTable


def guard_moves(name: str, field: str, moves: MoveTable) -> pgtrigger.Trigger:
    """Refuse in the database any update of `field` that the table does not declare."""
    pairs = ','.join(
        f"('{source}','{target}')" for source, targets in sorted(moves.items()) for target in sorted(targets))
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(field),
        condition=pgtrigger.Condition(f'OLD."{field}" IS DISTINCT FROM NEW."{field}"'),
        func=(
            f'IF (OLD."{field}", NEW."{field}") IN ({pairs}) THEN RETURN NEW; END IF; '
            f"RAISE EXCEPTION 'undeclared move of %: % to %', TG_TABLE_NAME, OLD.\"{field}\", NEW.\"{field}\";"
        ),
    )


def append_only(name: str) -> pgtrigger.Trigger:
    """Refuse in the database to change or delete rows of a journal."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def frozen_column(name: str, *columns: str) -> pgtrigger.Trigger:
    """Refuse in the database to change these columns (`lender_id`, not `lender`) after the row was made."""
    changed = ' OR '.join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns)
    return pgtrigger.Protect(
        name=name, operation=pgtrigger.UpdateOf(*columns), condition=pgtrigger.Condition(changed))


def never_deleted(name: str) -> pgtrigger.Trigger:
    """Refuse in the database to delete a row."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)
