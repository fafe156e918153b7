"""The client's telephone: SMS read where the running system stores them, which is quicker than a command."""
from __future__ import annotations

from tests.flows.backlog import connect
from tests.harness.system import RunningSystem
from vault.sealing import unseal

TABLE = 'contracts_message'


def texts_to(system: RunningSystem, phone: str) -> list[str]:
    """Texts of the SMS to a phone (E.164) that no gateway was given, oldest first."""
    with connect(system) as connection:
        rows = connection.execute(
            "SELECT guid::text, phone, text FROM contracts_message WHERE status = 'outbox' ORDER BY sent_at, id"
        ).fetchall()
    return [
        _open(text, 'text', guid) for guid, sealed_phone, text in rows if _open(sealed_phone, 'phone', guid) == phone]


def _open(sealed: bytes, column: str, guid: str) -> str:
    return unseal(sealed, table=TABLE, column=column, row=guid).decode()
