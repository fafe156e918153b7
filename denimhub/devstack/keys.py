"""Development keys: made once, kept in `var/`, tied to the database that was written with them."""
import secrets
from collections.abc import Mapping
from pathlib import Path

import psycopg

from denimhub.conf.environment import read_environment_file, write_environment_file
from vault import keysets

# Begins every SECRET_KEY made here; production refuses it (the vault's key sets carry a mark of their own).
DEVELOPMENT_MARK = 'development:'
VAULT_NAMES = {f'VAULT_{purpose}_KEYS': purpose for purpose in keysets.PURPOSES}
# What a database cannot be read without; the keys that sign packages of evidence bind nothing in it.
_BINDING_NAMES = tuple(name for name, purpose in VAULT_NAMES.items() if purpose != 'SIGN')


class ForeignDatabase(RuntimeError):
    """The database was written with keys that are not here."""


def new_vault_keys() -> dict[str, str]:
    """Fresh key sets by environment name, marked as development ones."""
    return {name: keysets.new_key_set(purpose, development=True) for name, purpose in VAULT_NAMES.items()}


def kept_keys(file: Path) -> dict[str, str]:
    """The keys of this tree, made at the first start; a key set that an older release did not know is added."""
    kept = read_environment_file(file) if file.exists() else {}
    if missing := VAULT_NAMES.keys() - kept.keys():
        secret = {} if kept else {'SECRET_KEY': DEVELOPMENT_MARK + secrets.token_urlsafe(64)}
        fresh = {name: value for name, value in new_vault_keys().items() if name in missing}
        write_environment_file(file, kept | secret | fresh)
    return read_environment_file(file)


def key_ids(environment: Mapping[str, str]) -> set[str]:
    """Ids of the vault keys that a database is written with, as `name:id`."""
    return {f'{name}:{key_id}' for name in _BINDING_NAMES for key_id in keysets.describe(environment[name]).key_ids}


def claim_database(database_url: str, ids: set[str]) -> None:
    """Tie an empty database to our keys, or make sure that it is tied to them already.

    A database with tables but without the mark, or with a mark of keys we lack, cannot be read by us and must not be
    written: then ForeignDatabase is raised and nothing has changed.
    """
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        connection.execute('SELECT pg_advisory_xact_lock(20260718)')
        marked = connection.execute("SELECT to_regclass('development_keys') IS NOT NULL").fetchone() == (True,)
        used = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone() == (True,)
        known = {str(row[0]) for row in connection.execute('SELECT key_id FROM development_keys')} if marked else set()
        missing = {name for name in _BINDING_NAMES if not any(key.startswith(f'{name}:') for key in known & ids)}
        if (used or known) and missing:
            raise ForeignDatabase(
                'This database was written with other keys (' + (', '.join(sorted(known - ids)) or 'of unknown ids')
                + f'); here are {", ".join(sorted(ids))}. Nothing was changed in it. Bring the keys it was written '
                'with, or give an empty database.')
        connection.execute('CREATE TABLE IF NOT EXISTS development_keys (key_id text PRIMARY KEY)')
        for key in sorted(ids - known):
            connection.execute('INSERT INTO development_keys VALUES (%s) ON CONFLICT DO NOTHING', [key])
