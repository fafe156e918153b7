"""Reports of matchings sent where the counterparty's registries go: queued with the decision, brought by jobs."""
from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jobs.services import enqueue
from registries.models_matching import MatchRun
from registries.models_reports import ReportDelivery
from registries.selectors_delivery import active_targets
from registries.services_reports import report_of
from registries.statuses_delivery import DELIVERY_MOVES, DeliveryStatus

FORMAT = 'xlsx'


def send_report(*, run: MatchRun, asked_by: str) -> list[ReportDelivery]:
    """Queue the report of a run to every address of its counterparty in force; again sends only what has failed,
    or may not have arrived, and waits for a person.

    Empty when the counterparty has no address: the report is then taken from the workstation.
    """
    targets = active_targets(run.counterparty)
    if not targets:
        return []
    report = report_of(run=run, format=FORMAT)
    with transaction.atomic():
        for target in targets:
            row, _is_new = ReportDelivery.objects.select_for_update(of=('self',)).get_or_create(
                report=report, target=target, defaults={'queued_at': timezone.now(), 'asked_by': asked_by[:150]})
            if row.status == DeliveryStatus.FAILED:
                _move(row, DeliveryStatus.QUEUED)
            if row.status in (DeliveryStatus.QUEUED, DeliveryStatus.UNKNOWN):
                enqueue('registries.deliver_report', str(row.guid))
    return list(ReportDelivery.objects.filter(report=report).order_by('pk'))


def start_report(delivery: ReportDelivery) -> bool:
    """Note that an attempt begins; False when nothing is to be sent any more."""
    row = ReportDelivery.objects.select_for_update(of=('self',)).get(pk=delivery.pk)
    if row.status in (DeliveryStatus.QUEUED, DeliveryStatus.UNKNOWN):
        _move(row, DeliveryStatus.SENDING)
    return row.status == DeliveryStatus.SENDING


def end_report(delivery: ReportDelivery, to: DeliveryStatus, *, why: str = '', remote_name: str = '') -> None:
    """How an attempt ended."""
    row = ReportDelivery.objects.select_for_update(of=('self',)).get(pk=delivery.pk)
    if str(to) in DELIVERY_MOVES[row.status]:
        _move(row, to, last_error=why[:500], remote_name=remote_name[:1000],
              sent_at=timezone.now() if to == DeliveryStatus.SENT else None)


def _move(row: ReportDelivery, to: DeliveryStatus, **changes: object) -> None:
    row.status = to
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=['status', *changes])
