"""A row for every list of the workstation, made through services where there are any."""
from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from applications.models import Application
from contracts.evidence_chain import append
from contracts.models import Contract, Message, Payment, Signature
from contracts.models_evidence import EvidenceKind
from contracts.services import open_contract
from jobs.models import Job
from lenders.models import Exchange, LenderCallback
from offers.models import RoutingDecision
from registries.models import LedgerLine, Tariff
from registries.models_delivery import Delivery, DeliveryTarget, DownloadNote, Schedule
from registries.models_drift import Drift
from registries.models_journal import SettingsChange
from registries.models_matching import ColumnMapping, FileSource, MatchLine
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_corrections import request_correction
from registries.services_resolution import ask_forced
from registries.statuses import DriftKind
from scans.models import Scan
from tests.contracts.template_world import a_draft, a_published, html
from tests.registries.books import NOON, Bank
from tests.registries.people import a_person
from tests.registries.test_building import march
from tests.world import QUESTIONNAIRE, a_deal, a_lender, a_partner, a_point, a_route
from vault.access import note_access
from vault.files import store_file

BOSS = 'boss'


def fill_workstation() -> User:
    """Rows in every list; returns the superuser who may open all of them."""
    boss = User.objects.create_superuser(BOSS, 'boss@example.com')
    Group.objects.get_or_create(name='Операторы')
    _deal()
    _registries()
    note_access(actor=boss.username, reason='обращение клиента № 14', subject='application 1', fields=['phone'],
                ip='203.0.113.7')
    return boss


def _deal() -> None:
    partner = a_partner()
    point, lender = a_point(partner), a_lender()
    a_route(partner, lender)
    application, offer = a_deal(point, lender)
    with transaction.atomic():
        contract = open_contract(application=application, offer=offer)
    RoutingDecision.objects.create(application=application, lender=lender, is_asked=True, reason='asked')
    Exchange.objects.create(
        lender=lender, form_guid=application.guid, operation='submit', method='PUT', path='/v1/applications',
        status=200, request={'surname': '***', 'amount': 4_500_000}, response={'status': 'approved'})
    LenderCallback.objects.create(lender=lender, event='decision', form_guid=application.guid, event_id='1')
    _papers(application, contract)
    Job.objects.filter(pk=Job.objects.latest('pk').pk).update(
        last_error='lender 42: 503 Service Unavailable, tried 7 times, next try in 3600 seconds')
    a_published(html('Договор потребительского кредита'))
    a_draft(html('Согласие'))


def _papers(application: Application, contract: Contract) -> None:
    now = timezone.now()
    Message.objects.create(
        application=application, contract=contract, kind='code', phone=QUESTIONNAIRE['mobile_phone'],
        phone_index=b'0' * 32, text='Код: 123456', is_sandbox=True, created_at=now)
    Payment.objects.create(
        contract=contract, lender=contract.lender, transaction_number='T-1', amount=1_234_567, status='success',
        paid_at=now)
    with transaction.atomic():
        append(Signature.objects.create(
            contract=contract, application=application, forms_version=1, mode='platform', signed_at=now,
        ), EvidenceKind.SIGNATURE, {'client': 'x'})
    stored = store_file(b'picture', content_type='image/png', kind='scan', context='test')
    Scan.objects.create(application=application, type='PASSPORT_MAIN', version=1, file=stored, created_at=now)


def _registries() -> None:
    bank, now = Bank(), timezone.now()
    dear, _lacking = bank.issue(100_00, 200_00)
    bank.match([bank.line(dear, amount_kopecks=90_00)])
    ask_forced(line=MatchLine.objects.get(outcome='AMOUNT_MISMATCH'), reason='округление',
               by=a_person('asker', 'resolve_lines'))
    ColumnMapping.objects.create(
        counterparty=bank.party, name='Банк', version=1, settings={}, author='a', made_at=NOON)
    FileSource.objects.create(counterparty=bank.party, name='Почта', channel='imap', settings={}, is_active=False)
    party = counterparty_of(bank.shop.partner)
    version = build_registry(
        counterparty=party, period=march(10), formats=['csv', 'xlsx'], made_by='test', wait_seconds=0)
    line = LedgerLine.objects.order_by('seq')[0]
    request_correction(line=line, by=a_person('clerk', 'ask_correction'), reason='опечатка', sums={'amount': -1})
    Drift.objects.create(
        contract=line.contract, kind=DriftKind.SUM_DIFFERS, ours='ISSUED', theirs='issued', our_amount=4_500_000,
        their_amount=4_400_000, found_at=now, seen_at=now)
    Tariff.objects.create(
        partner=bank.shop.partner, kind='pos', valid_from=now.date(), partner_percent=1, lender_percent=1)
    SettingsChange.objects.create(at=now, subject='Тариф', author='boss', before=None, after={'partner_percent': '1'})
    Schedule.objects.create(counterparty=party, starts_on=now.date() - timedelta(days=1))
    target = DeliveryTarget.objects.create(
        counterparty=party, name='Бухгалтерия', channel='email', settings={'to': ['a@example.com']})
    Delivery.objects.create(
        version=version, target=target, status_at=now, queued_at=now, files=[], sha256='0' * 64, asked_by='boss')
    file = version.files.all()[0]
    DownloadNote.objects.create(file_guid=file.guid, name=file.name, actor='boss', ip='203.0.113.7')
