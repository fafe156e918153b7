"""All row locks of this room, taken in the fixed order: application, (submission, offer,) contract."""
from __future__ import annotations

import hashlib
from typing import NamedTuple

from django.db import connection

from applications.models import Application
from contracts.models import Contract


class Locked(NamedTuple):
    """The rows of one deal, locked until the transaction ends."""

    application: Application
    contract: Contract


def lock_contract(contract: Contract) -> Locked:
    """Lock and re-read an application and its contract."""
    application = lock_application(contract.application_id)
    row = Contract.objects.select_for_update(of=('self',)).select_related('lender', 'submission', 'offer').get(
        pk=contract.pk)
    row.application = application
    return Locked(application, row)


def lock_application(application_id: int) -> Application:
    """Lock an application; every change of a deal begins here."""
    rows = Application.objects.select_for_update(of=('self',)).select_related('partner', 'point')
    return rows.get(pk=application_id)


def lock_phone(phone_index: bytes | memoryview[int]) -> None:
    """Let one transaction at a time count what one phone was sent or tried, over all its forms."""
    number = int.from_bytes(hashlib.sha256(bytes(phone_index)).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute('SELECT pg_advisory_xact_lock(%s)', [number])
