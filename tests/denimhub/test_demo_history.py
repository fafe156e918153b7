"""The demo history: every state has its story, a second run adds nothing, and what it writes holds together."""
from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db.models import Choices, Model
from django.utils import timezone

from applications.models import Application, Event
from applications.statuses import ApplicationStatus
from contracts.evidence_check import walk
from contracts.models import Contract, Message, MessageStatus
from contracts.models_evidence import EvidenceKind, EvidenceRecord
from contracts.models_messages import DeliveryStatus as SmsDelivery
from contracts.models_operators import OutcomeRequest
from contracts.statuses import PAYMENT_STATES, ContractStatus, ScansState
from denimhub.demo.history import fill_demo
from denimhub.demo.history_world import LENDER_CODES, SHOPS
from denimhub.demo.seed import ADMIN_PASSWORD, PARTNER_GUID, seed_demo
from jobs.models import Job
from lenders.models import Exchange, Lender
from offers.models import Offer, Submission
from offers.statuses import OfferStatus, SubmissionStatus
from partners.models import Partner
from partners.models_company import Company
from registries.models import LedgerLine, RegistryVersion
from registries.models_corrections import CorrectionRequest
from registries.models_delivery import Delivery
from registries.models_matching import MatchLine
from registries.statuses import CorrectionStatus, LineEvent, VersionStatus
from registries.statuses_delivery import DeliveryStatus
from registries.statuses_matching import OutcomeName
from scans.models import Scan, ScanState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

STATES: list[tuple[type[Model], str, type[Choices] | list[str]]] = [
    (Application, 'status', ApplicationStatus), (Submission, 'status', SubmissionStatus),
    (Offer, 'status', OfferStatus), (Contract, 'status', ContractStatus), (Contract, 'scans_state', ScansState),
    (Contract, 'payment_status', [value for value, _label in PAYMENT_STATES]), (Scan, 'state', ScanState),
    (Message, 'status', MessageStatus), (Message, 'delivery_status', SmsDelivery), (Job, 'state', Job.State),
    (EvidenceRecord, 'kind', EvidenceKind), (RegistryVersion, 'status', VersionStatus),
    (Delivery, 'status', DeliveryStatus), (CorrectionRequest, 'status', CorrectionStatus),
    (LedgerLine, 'event', LineEvent), (MatchLine, 'outcome', OutcomeName),
]


def test_every_state_has_a_story_once_and_everything_holds_together(settings: Any) -> None:
    """One fill takes many seconds, so that all is looked at on one."""
    settings.DENIMHUB_ENV = 'development'
    filled = fill_demo()
    assert (filled.applications, filled.known) == (60, 0)
    missing = {
        f'{model.__name__}.{field} {word}'
        for model, field, words in STATES
        for word in (words if isinstance(words, list) else words.values)
        if not model._default_manager.filter(**{field: word}).exists()}
    assert missing == set()
    _unknown_outcomes_are_there()
    _nothing_is_due_at_once()
    _nothing_lies_in_the_future()
    _the_chain_and_the_ledger_hold()
    _the_worlds_are_apart()
    _decisions_wait_for_a_second_person()
    _a_second_run_adds_nothing_and_puts_the_people_back()
    _the_partner_of_the_demo_purchases_stays_clean()


def _decisions_wait_for_a_second_person() -> None:
    asked = OutcomeRequest.objects.get()
    assert (asked.status, asked.author, asked.outcome) == ('ASKED', 'operator', 'issued')
    company = Company.objects.get()
    assert (company.live_status, company.live, company.sandbox.is_sandbox) == ('pending', None, True)


def _a_second_run_adds_nothing_and_puts_the_people_back() -> None:
    before = _counts()
    operator = get_user_model().objects.get(username='operator')
    operator.set_password('changed by somebody')
    operator.save()
    again = fill_demo()
    assert (again.applications, again.known) == (0, 60)
    assert _counts() == before
    operator.refresh_from_db()
    assert operator.check_password(ADMIN_PASSWORD)
    people = get_user_model().objects.filter(username__in=again.people)
    assert {(one.username, one.groups.get().name, one.is_superuser) for one in people} == {
        ('operator', 'operator', False), ('supervisor', 'supervisor', False), ('supervisor2', 'supervisor', False),
        ('auditor', 'auditor', False), ('security', 'security', False), ('partner', 'partner', False)}
    assert people.get(username='partner').partner_staff.partner.name == SHOPS[-1].name


def _the_partner_of_the_demo_purchases_stays_clean() -> None:
    seed_demo()
    demo = Partner.objects.get(guid=PARTNER_GUID)
    assert not Application.objects.filter(partner=demo).exists()
    assert not demo.routes.filter(lender__code__in=LENDER_CODES).exists()
    assert not Lender.objects.filter(code__in=LENDER_CODES, is_active=True).exists()


def test_it_is_refused_in_production_and_nothing_is_written(settings: Any) -> None:
    settings.DENIMHUB_ENV = 'production'
    with pytest.raises(CommandError, match='refused in production'):
        call_command('fill_demo')
    assert not Application.objects.exists()
    assert not Partner.objects.exists()
    assert not get_user_model().objects.exists()


def _unknown_outcomes_are_there() -> None:
    assert Submission.objects.filter(status='SENDING', outcome_unknown_since__isnull=False).exists()
    assert Contract.objects.filter(status='ISSUING', outcome_unknown_since__isnull=False).exists()
    assert Exchange.objects.exclude(trouble='').exists()


def _nothing_is_due_at_once() -> None:
    """The workers find nothing of a story to do: what waits, waits. A correction asks for its registry anew."""
    due = Job.objects.filter(state=Job.State.READY, due_at__lte=timezone.now())
    assert set(due.values_list('kind', flat=True)) <= {'registries.build'}


def _nothing_lies_in_the_future() -> None:
    now = timezone.now()
    assert not Application.objects.filter(created_at__gt=now).exists()
    assert not Event.objects.filter(at__gt=now).exists()
    assert (now - Application.objects.earliest('created_at').created_at).days in range(15, 31)


def _the_chain_and_the_ledger_hold() -> None:
    assert walk().last == EvidenceRecord.objects.count()
    for contract in Contract.objects.filter(status=ContractStatus.ISSUED):
        line = LedgerLine.objects.get(contract=contract, event=LineEvent.ISSUED)
        assert (line.amount, line.occurred_at) == (contract.amount, contract.issued_at)
    assert LedgerLine.objects.filter(event=LineEvent.ISSUED).count() == Application.objects.filter(
        status=ApplicationStatus.ISSUED).count()
    assert LedgerLine.objects.filter(event=LineEvent.CANCELLED).count() == Contract.objects.filter(
        status=ContractStatus.CANCELED).count()


def _the_worlds_are_apart() -> None:
    assert not Submission.objects.exclude(is_sandbox=True, lender__is_sandbox=True, application__is_sandbox=True
                                          ).exclude(is_sandbox=False, lender__is_sandbox=False,
                                                    application__is_sandbox=False).exists()
    assert not Message.objects.filter(is_sandbox=True).exclude(gateway='').exists()


def _counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model, _field, _words in STATES}
