"""Triggers of the ledger: numbers without gaps in the order of commits, and periods that never open again."""
from __future__ import annotations

from typing import Final

import pgtrigger

LEDGER_LOCK: Final = 0x4C656467
"""Advisory lock under which lines are numbered and periods closed; held to the end of the transaction."""


def numbered(name: str) -> pgtrigger.Trigger:
    """Number a new line and date it: never into a period that has been closed, whatever the clock says.

    The lock is held until the transaction ends, so that a lower number is never committed after a higher one.
    """
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.Before, operation=pgtrigger.Insert,
        func=f'PERFORM pg_advisory_xact_lock({LEDGER_LOCK});' + """
            NEW."seq" := COALESCE((SELECT max("seq") FROM "registries_ledgerline"), 0) + 1;
            NEW."booked_at" := clock_timestamp();
            NEW."period_at" := GREATEST(
                LEAST(NEW."occurred_at", NEW."booked_at"), (SELECT max("at") FROM "registries_periodmark"));
            RETURN NEW;
        """)  # noqa: S608 - a trigger, made of constants


def past_only(name: str) -> pgtrigger.Trigger:
    """Close a period only when it is over, under the lock of the ledger."""
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.Before, operation=pgtrigger.Insert,
        func=f'PERFORM pg_advisory_xact_lock({LEDGER_LOCK});' + """
            IF NEW."at" > clock_timestamp() THEN
                RAISE EXCEPTION 'a period that is not over cannot be closed';
            END IF;
            NEW."seq" := COALESCE((SELECT max("seq") FROM "registries_ledgerline"), 0);
            NEW."made_at" := clock_timestamp();
            RETURN NEW;
        """)  # noqa: S608 - a trigger, made of constants


def frozen_but(name: str, *columns: str) -> pgtrigger.Trigger:
    """Refuse in the database to change a row but for these columns."""
    free = ', '.join(f"'{column}'" for column in columns)
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update, condition=pgtrigger.Condition(
        f'to_jsonb(OLD) - ARRAY[{free}] IS DISTINCT FROM to_jsonb(NEW) - ARRAY[{free}]'))


def never_deleted(name: str) -> pgtrigger.Trigger:
    """Refuse in the database to delete a row."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)
