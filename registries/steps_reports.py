"""Bringing reports of matchings to counterparties, each as a job: read, talk, write."""
from __future__ import annotations

from functools import partial

from django.conf import settings
from django.template.loader import render_to_string

from jobs.registry import LeaseLost, Run, job
from registries.delivery.base import MayBeTaken, NotTaken, Parcel, Piece, Refused
from registries.delivery.catalogue import MOST_UNKNOWN, bring
from registries.models_reports import ReportDelivery
from registries.selectors_matching import report_delivery_by
from registries.services_report_delivery import end_report, start_report
from registries.statuses_delivery import DELIVERY_ENDS, DeliveryStatus
from registries.statuses_matching import OutcomeName
from vault.files import BlobDamaged, open_file


def settle_parked(run: Run) -> None:
    """No attempt is left: a person has to look."""
    end_report(report_delivery_by(run.subject), DeliveryStatus.FAILED, why='every attempt failed')


@job('registries.deliver_report', queue='lenders', max_attempts=12, backoff_seconds=(5, 60, 300, 900, 3600),
     on_park=settle_parked, max_seconds=600)
def deliver_report(run: Run) -> None:
    """Bring one report to one address; the subject is the delivery. Attempts carry the same guid and content."""
    delivery = report_delivery_by(run.subject)
    if delivery.status in DELIVERY_ENDS:
        return
    with run.note():
        is_wanted = start_report(delivery)
    if not is_wanted:
        return
    try:
        receipt = bring(_parcel(delivery), delivery.target)
    except (Refused, BlobDamaged) as refused:
        _give_up(run, delivery, DeliveryStatus.FAILED, str(refused))
    except NotTaken as trouble:
        with run.note():
            end_report(delivery, DeliveryStatus.QUEUED, why=str(trouble))
        raise
    except LeaseLost:
        raise
    except Exception as trouble:
        # MayBeTaken, or a mistake that nobody foresaw: it may have come after the receiver had everything.
        why = str(trouble) if isinstance(trouble, MayBeTaken) else type(trouble).__name__
        if run.attempt >= MOST_UNKNOWN:
            _give_up(run, delivery, DeliveryStatus.UNKNOWN, why)
            return
        with run.note():
            end_report(delivery, DeliveryStatus.UNKNOWN, why=why)
        raise
    else:
        with run.finish():
            end_report(delivery, DeliveryStatus.SENT, why=receipt.note, remote_name=receipt.remote_name)


def _give_up(run: Run, delivery: ReportDelivery, to: DeliveryStatus, why: str) -> None:
    with run.finish():
        end_report(delivery, to, why=why)
        run.park(why)


def _parcel(delivery: ReportDelivery) -> Parcel:
    run, report = delivery.report.run, delivery.report
    dates = f'{run.date_from:%d.%m.%Y}–{run.date_to:%d.%m.%Y}'
    subject = f'Сверка DenimHub: {run.counterparty.name}, {dates}, версия {run.number}'
    body = render_to_string('registries/report_letter.txt', {
        'run': run, 'dates': dates, 'report': report, 'support_email': settings.SUPPORT_EMAIL,
        'counts': [(one.label, run.counts.get(one.value, 0)) for one in OutcomeName]})
    piece = Piece(
        name=report.name, sha256=report.file.sha256, size_bytes=report.file.size_bytes,
        content_type=report.file.content_type, read=partial(open_file, report.file))
    return Parcel(guid=str(delivery.guid), at=delivery.queued_at, subject=' '.join(subject.split()), body=body,
                  pieces=(piece,), link=_no_link)


def _no_link() -> str:
    raise Refused('the report is too large for a letter: take it from the workstation')
