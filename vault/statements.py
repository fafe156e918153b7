"""Hot statements: prepared once per connection, asked for by one call of libpq.

A cursor costs four times as much: it looks at the query anew each time, and lets the other threads of the process in at
every step of the conversation instead of once.
"""
from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
_GOOD: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
_NO_SUCH_STATEMENT: Final = b'26000'
_numbers = itertools.count(1)
_prepared: WeakKeyDictionary[psycopg.Connection[Any], dict[Statement, abc.Transformer]] = WeakKeyDictionary()


class Statement:
    """One statement with `%s` for its parameters, and nothing else that begins with a percent sign."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._name = f'statement_{next(_numbers)}'.encode()

    def first_row(self, parameters: Sequence[Any]) -> Row | None:
        """The first row as Python values, None without rows; a transaction of its own when none is open.

        Inside a transaction, and while Django counts queries, it is an ordinary query of an ordinary cursor. Faults are
        those of a cursor too.
        """
        database = connections[DEFAULT_DB_ALIAS]
        database.close_if_health_check_failed()
        database.ensure_connection()
        if not database.autocommit or database.queries_logged or database.execute_wrappers:
            with database.cursor() as cursor:
                cursor.execute(self.sql, parameters)
                return cast('Row | None', cursor.fetchone())
        with database.wrap_database_errors:
            return self._ask(cast('psycopg.Connection[Any]', database.connection), parameters)

    def _ask(self, connection: psycopg.Connection[Any], parameters: Sequence[Any]) -> Row | None:
        mine = _prepared.setdefault(connection, {})
        values = mine.get(self) or self._prepare(connection, mine)
        # Text, whose type the server takes from the place of the parameter, but for bytes, which would double.
        formats = [PyFormat.BINARY if type(value) is bytes else PyFormat.TEXT for value in parameters]
        sent: Any = values.dump_sequence(parameters, formats)
        result = connection.pgconn.exec_prepared(self._name, sent, values.formats, Format.BINARY)
        if _is_forgotten(result):
            # After a ROLLBACK psycopg drops every prepared statement of the connection, those of others too. Nothing
            # was performed, so that it may be asked again.
            values = self._prepare(connection, mine)
            sent = values.dump_sequence(parameters, formats)
            result = connection.pgconn.exec_prepared(self._name, sent, values.formats, Format.BINARY)
        _check(result, connection)
        values.set_pgresult(result, format=Format.BINARY)
        return values.load_row(0, tuple) if result.ntuples else None

    def _prepare(self, connection: psycopg.Connection[Any], mine: dict[Statement, abc.Transformer]) -> abc.Transformer:
        pieces = self.sql.split('%s')
        numbered = ''.join(f'{piece}${number}' for number, piece in enumerate(pieces[:-1], 1)) + pieces[-1]
        _check(connection.pgconn.prepare(self._name, numbered.encode()), connection)
        values = mine[self] = Transformer(connection)
        return values


def _is_forgotten(result: PGresult) -> bool:
    return result.error_field(DiagnosticField.SQLSTATE) == _NO_SUCH_STATEMENT


def _check(result: PGresult, connection: psycopg.Connection[Any]) -> None:
    if result.status in _GOOD:
        return
    # Without an SQLSTATE it is libpq's word that the conversation broke off; the state of the connection does not
    # always show that yet.
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        raise psycopg.OperationalError('the connection is lost')
    raise psycopg.errors.error_from_result(result, encoding=connection.info.encoding)
