"""The report of a matching goes where the counterparty's registries go, once."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from jobs.testing import open_jobs, run_due, run_until_quiet
from registries.models_matching import MatchRun
from registries.models_reports import ReportDelivery
from registries.services_report_delivery import send_report
from registries.services_reports import report_of
from registries.services_targets import save_target
from tests.registries.books import Bank
from tests.registries.people import a_person, browser_of
from tests.registries.receivers import Mailbox, smtp_server
from vault.files import read_file

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ['registries.deliver_report']


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server that the settings name."""
    box = Mailbox()
    with smtp_server(box) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = '127.0.0.1', port
        yield box


def a_run(*, has_address: bool = True) -> MatchRun:
    bank = Bank()
    bank.issue(100_00)
    if has_address:
        save_target(counterparty=bank.party, name='сверка', channel='email', settings={'to': ['bank@example.ru']},
                    author='test')
    return bank.match([])


def test_the_report_is_sent_once_with_its_counts(mailbox: Mailbox) -> None:
    run = a_run()
    for _ in range(2):
        send_report(run=run, asked_by='anna')
        run_due(kinds=KINDS)
    row, letter = ReportDelivery.objects.get(), mailbox.letters[0]
    assert (len(mailbox.letters), row.status, row.asked_by) == (1, 'SENT', 'anna')
    assert 'нет в файле: 1' in letter.get_body().get_content()  # type: ignore[union-attr]
    attached = next(iter(letter.iter_attachments()))
    assert attached.get_filename() == report_of(run=run, format='xlsx').name
    assert attached.get_payload(decode=True) == read_file(report_of(run=run, format='xlsx').file)


def test_a_report_that_was_not_taken_is_sent_again(mailbox: Mailbox) -> None:
    mailbox.troubles = ['450 later', 'drop']
    send_report(run=a_run(), asked_by='anna')
    run_due(kinds=KINDS)
    assert ReportDelivery.objects.get().status == 'QUEUED'
    run_until_quiet(600, advance_clock=True, kinds=KINDS)
    assert ReportDelivery.objects.get().status == 'SENT'
    assert len({letter['Message-ID'] for letter in mailbox.letters}) == 1


def test_a_report_that_was_refused_waits_for_a_person(mailbox: Mailbox) -> None:
    mailbox.troubles = ['550 no']
    run = a_run()
    send_report(run=run, asked_by='anna')
    run_due(kinds=KINDS)
    assert ReportDelivery.objects.get().status == 'FAILED'
    assert mailbox.letters == []
    send_report(run=run, asked_by='boris')
    run_due(kinds=KINDS)
    assert (ReportDelivery.objects.get().status, len(mailbox.letters)) == ('SENT', 1)


def test_a_report_whose_answer_is_lost_comes_three_times_at_most_then_a_person_decides(mailbox: Mailbox) -> None:
    mailbox.troubles = ['drop'] * 5
    run = a_run()
    send_report(run=run, asked_by='anna')
    run_until_quiet(100_000, advance_clock=True, kinds=KINDS)
    assert (ReportDelivery.objects.get().status, len(mailbox.letters)) == ('UNKNOWN', 3)
    assert open_jobs() == [('registries.deliver_report', str(ReportDelivery.objects.get().guid))]
    mailbox.troubles = []
    send_report(run=run, asked_by='boris')
    run_due(kinds=KINDS)
    assert (ReportDelivery.objects.get().status, len(mailbox.letters)) == ('SENT', 4)
    assert len({letter['Message-ID'] for letter in mailbox.letters}) == 1


def test_without_an_address_the_report_is_taken_from_the_workstation() -> None:
    run = a_run(has_address=False)
    page = reverse('admin:registries_report_send', args=[run.pk])
    assert browser_of(a_person('anna', 'view', 'take_files')).post(page).status_code == 409
    assert browser_of(a_person('looker', 'view')).post(page).status_code == 403
    assert not ReportDelivery.objects.exists()
