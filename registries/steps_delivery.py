"""Bringing registries to counterparties, each delivery as a job: read, talk, write."""
from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from jobs.registry import Again, LeaseLost, Run, job
from registries.delivery.base import MayBeTaken, NotTaken, Parcel, Piece, Refused
from registries.delivery.catalogue import MOST_UNKNOWN, bring
from registries.letters import body_of, subject_of
from registries.models import RegistryFile
from registries.models_delivery import Delivery
from registries.selectors_delivery import delivery_by_guid, files_of, unknown_in_a_row
from registries.services_delivery import finish_sending, start_sending, stop_sending
from registries.services_links import address_for
from registries.statuses_delivery import DELIVERY_ENDS, DeliveryStatus
from vault.files import BlobDamaged, open_file

_EARLIER_PAUSE_SECONDS = 10


def settle_parked(run: Run) -> None:
    """No attempt is left: a delivery that is surely not there has failed, one that may be there stays unknown."""
    delivery = delivery_by_guid(run.subject)
    stop_sending(delivery, DeliveryStatus.FAILED, delivery.last_error or 'every attempt ended with its worker')


@job('registries.deliver', queue='lenders', max_attempts=20, backoff_seconds=(5, 15, 60, 300, 900, 3600),
     on_park=settle_parked, max_seconds=1200)
def deliver(run: Run) -> None:
    """Bring one version to one target; the subject is the delivery."""
    delivery = delivery_by_guid(run.subject)
    if delivery.status in DELIVERY_ENDS:
        return
    if delivery.replaces is not None and delivery.replaces.status == DeliveryStatus.SENDING:
        raise Again(_EARLIER_PAUSE_SECONDS)
    with run.note():
        is_wanted = start_sending(delivery)
    if not is_wanted:
        return
    try:
        receipt = bring(_parcel(delivery), delivery.target)
    except (Refused, BlobDamaged) as refused:
        _give_up(run, delivery, DeliveryStatus.FAILED, str(refused))
    except MayBeTaken as unknown:
        if unknown_in_a_row(delivery) + 1 >= MOST_UNKNOWN:
            _give_up(run, delivery, DeliveryStatus.UNKNOWN, str(unknown))
            return
        _note(run, delivery, DeliveryStatus.UNKNOWN, str(unknown))
        raise
    except NotTaken as trouble:
        _note(run, delivery, DeliveryStatus.QUEUED, str(trouble))
        raise
    except LeaseLost:
        raise
    except Exception as mistake:
        # Nobody foresaw it: it may have come after the receiver had everything.
        _note(run, delivery, DeliveryStatus.UNKNOWN, type(mistake).__name__)
        raise
    else:
        with run.finish():
            finish_sending(delivery, receipt.remote_name, receipt.note)


def _note(run: Run, delivery: Delivery, to: DeliveryStatus, why: str) -> None:
    with run.note():
        stop_sending(delivery, to, why)


def _give_up(run: Run, delivery: Delivery, to: DeliveryStatus, why: str) -> None:
    with run.finish():
        stop_sending(delivery, to, why)
        run.park(why)


def _parcel(delivery: Delivery) -> Parcel:
    """The files as they were when the delivery was queued. Raises Refused when they are not the same any more."""
    wanted = {one['format']: one for one in delivery.files}
    rows = files_of(delivery.version, list(wanted))
    if [(row.format, row.file.sha256) for row in rows] != [(name, one['sha256']) for name, one in wanted.items()]:
        raise Refused('the files of the version are not those that were queued')
    return Parcel(
        guid=str(delivery.guid), at=delivery.queued_at, subject=subject_of(delivery), body=body_of(delivery),
        pieces=tuple(_piece(row, wanted[row.format]) for row in rows), link=partial(address_for, delivery))


def _piece(row: RegistryFile, one: Mapping[str, object]) -> Piece:
    return Piece(
        name=str(one['name']), sha256=row.file.sha256, size_bytes=row.file.size_bytes,
        content_type=row.file.content_type, read=partial(open_file, row.file))
