"""Registries on their way: queued once, brought by jobs, never twice under two contents."""
from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from jobs.models import Job
from jobs.testing import run_due, shift_due
from registries import steps_delivery
from registries.delivery import by_email
from registries.models import LedgerLine, RegistryVersion
from registries.models_delivery import Delivery, DeliveryEvent, DeliveryTarget, DownloadLink, DownloadNote, TargetChange
from registries.rules import period_of
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_delivery import CannotSend, queue_deliveries, resend, send_version
from registries.services_targets import BadTarget, save_target
from registries.statuses import LineEvent
from tests.registries.deals import Shop
from tests.registries.receivers import Mailbox, smtp_server
from vault.files import read_file

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PERIOD = period_of(date(2026, 3, 10), date(2026, 3, 10), 'Europe/Moscow')
KINDS = ['registries.deliver']


class Killed(BaseException):
    """What a power cut looks like from inside: nothing is caught and nothing written."""


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server that the settings name."""
    box = Mailbox()
    with smtp_server(box) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = '127.0.0.1', port
        yield box


def version_of(shop: Shop) -> RegistryVersion:
    shop.issue(at=DAY)
    run_due(kinds=['registries.book'])
    return build_registry(
        counterparty=counterparty_of(shop.partner), period=PERIOD, formats=['csv'], made_by='test', wait_seconds=0)


def target_of(shop: Shop, name: str = 'бухгалтерия', **fields: Any) -> DeliveryTarget:
    usual: dict[str, Any] = {
        'counterparty': counterparty_of(shop.partner), 'name': name, 'channel': 'email', 'author': 'test',
        'settings': {'to': ['first@example.ru', 'second@example.ru']}, 'formats': ['csv', 'xlsx']}
    return save_target(**usual | fields)


def queued(shop: Shop | None = None) -> Delivery:
    shop = shop or Shop()
    target_of(shop)
    return send_version(version=version_of(shop), asked_by='test')[0]


def corrected(version: RegistryVersion) -> RegistryVersion:
    """The next version, after a correction written for this registry."""
    line = LedgerLine.objects.get()
    same = ('occurred_at', 'partner', 'lender', 'contract', 'is_sandbox', 'kind', 'form_guid', 'external_id',
            'contract_number', 'lender_deal_id', 'point_code')
    LedgerLine.objects.create(
        key='correction', event=LineEvent.CORRECTED, corrects=line, for_partner=version.registry, amount=-100,
        reason='test', author='a', approver='b', **{name: getattr(line, name) for name in same})
    return build_registry(
        counterparty=version.registry.counterparty, period=PERIOD, formats=['csv'], made_by='test', wait_seconds=0)


def moves(delivery: Delivery) -> list[tuple[str, str]]:
    return list(delivery.events.order_by('id').values_list('moved_from', 'moved_to'))


def job_states() -> list[str]:
    return list(Job.objects.filter(kind='registries.deliver').order_by('id').values_list('state', flat=True))


def command(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command('send_registry', *arguments, '--json', stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_a_letter_tells_everything_and_carries_the_files(mailbox: Mailbox) -> None:
    shop = Shop()
    delivery = queued(shop)
    run_due(kinds=KINDS, raise_errors=True)
    delivery.refresh_from_db()
    version = delivery.version
    version.refresh_from_db()
    assert (delivery.status, delivery.attempts, version.status) == ('SENT', 1, 'SENT')
    assert moves(delivery) == [('', 'QUEUED'), ('QUEUED', 'SENDING'), ('SENDING', 'SENT')]
    [letter] = mailbox.letters
    assert letter['Subject'].strip() == f'Реестр сделок DenimHub: {shop.partner.name}, 10.03.2026, версия 1'
    assert letter['To'] == 'first@example.ru, second@example.ru'
    assert letter['Message-ID'] == delivery.remote_name == f'<registry-{delivery.guid}@localhost>'
    body = letter.get_body()
    assert body is not None
    text = body.get_content()
    for expected in ('Версия 1.', 'Строк: 1', 'Кредит: 45 000,00 руб.', f'SHA-256 строк: {version.sha256}',
                     'support@denumtech.ru', delivery.files[0]['sha256']):
        assert expected in text, expected
    attached = {part.get_filename(): part.get_payload(decode=True) for part in letter.iter_attachments()}
    assert attached == {row.name: read_file(row.file) for row in version.files.all()}
    assert list(attached) == [one['name'] for one in delivery.files]


def test_asking_again_sends_nothing_again(mailbox: Mailbox) -> None:
    delivery = queued()
    for _ in range(2):
        assert [row.pk for row in send_version(version=delivery.version, asked_by='test')] == [delivery.pk]
        run_due(kinds=KINDS)
    assert len(mailbox.letters) == 1
    assert Delivery.objects.count() == 1


def test_drafts_unchecked_and_replaced_versions_are_refused() -> None:
    shop = Shop()
    target_of(shop)
    version = version_of(shop)
    draft = build_registry(counterparty=counterparty_of(shop.partner), period=period_of(
        timezone.localdate(), timezone.localdate(), 'Europe/Moscow'), formats=['csv'], made_by='test', wait_seconds=0)
    with pytest.raises(CannotSend):
        send_version(version=draft, asked_by='test')
    with pytest.raises(CannotSend):
        queue_deliveries(version=version, asked_by='test')
    corrected(version)
    version.refresh_from_db()
    with pytest.raises(CannotSend):
        send_version(version=version, asked_by='test')
    assert not Delivery.objects.exists()
    assert version.status == 'REPLACED'


def test_without_an_address_nothing_changes() -> None:
    version = version_of(Shop())
    with pytest.raises(CannotSend):
        send_version(version=version, asked_by='test')
    version.refresh_from_db()
    assert (version.status, Delivery.objects.count()) == ('BUILT', 0)


def test_a_lost_answer_is_repeated_as_the_same_letter(mailbox: Mailbox) -> None:
    mailbox.troubles = ['drop']
    delivery = queued()
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert delivery.status == 'UNKNOWN'
    shift_due(60)
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ('SENT', 2)
    assert mailbox.raw[0] == mailbox.raw[1]


def test_a_silent_server_is_not_waited_for_without_end(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_email, 'TALK_SECONDS', 0.5)
    mailbox.troubles = ['slow'] * 3
    delivery = queued()
    for _ in range(4):
        run_due(kinds=KINDS)
        shift_due(7200)
    delivery.refresh_from_db()
    # Three letters whose fate nobody knows are enough: a person decides.
    assert (delivery.status, delivery.attempts, len(mailbox.letters)) == ('UNKNOWN', 3, 3)
    assert job_states() == ['PARKED']
    mailbox.troubles = []
    resend(delivery=delivery, reason='позвонили: не пришло', actor='operator')
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert delivery.status == 'SENT'
    assert len({letter['Message-ID'] for letter in mailbox.letters}) == 1


def test_come_again_later_is_heeded(mailbox: Mailbox) -> None:
    mailbox.troubles = ['451 later']
    delivery = queued()
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error, mailbox.letters) == ('QUEUED', 'SMTP 451: later', [])
    shift_due(60)
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error, len(mailbox.letters)) == ('SENT', '', 1)


def test_a_refusal_waits_for_a_person_who_gives_a_reason(mailbox: Mailbox) -> None:
    mailbox.troubles = ['554 not wanted here']
    delivery = queued()
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error, job_states()) == ('FAILED', 'SMTP 554: not wanted here', ['PARKED'])
    assert delivery.version.status == 'CHECKED'
    with pytest.raises(CannotSend):
        resend(delivery=delivery, reason=' ', actor='operator')
    assert job_states() == ['PARKED']
    resend(delivery=delivery, reason='их сервер исправлен', actor='operator anna')
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, len(mailbox.letters)) == ('SENT', 1)
    event = DeliveryEvent.objects.get(moved_from='FAILED')
    assert (event.moved_to, event.actor, event.why) == ('QUEUED', 'operator anna', 'их сервер исправлен')
    with pytest.raises(CannotSend):
        resend(delivery=delivery, reason='ещё раз', actor='operator')
    assert len(mailbox.letters) == 1


def test_an_address_that_is_refused_is_told(mailbox: Mailbox) -> None:
    mailbox.refused_address = 'second@example.ru'
    delivery = queued()
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error) == ('SENT', 'адреса, которые почтовый сервер не принял: 1')


def test_without_a_mail_server_the_delivery_fails_at_once(settings: Any) -> None:
    settings.EMAIL_HOST = ''
    delivery = queued()
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert delivery.status == 'FAILED'
    assert 'EMAIL_URL' in delivery.last_error


@pytest.mark.parametrize('place', ['before the talk', 'after the talk'])
def test_a_kill_is_gone_on_after(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def die(*_: Any) -> None:
        raise Killed

    name = {'before the talk': 'bring', 'after the talk': 'finish_sending'}[place]
    delivery = queued()
    with monkeypatch.context() as patch:
        patch.setattr(steps_delivery, name, die)
        with pytest.raises(Killed):
            run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert delivery.status == 'SENDING'
    shift_due(60)
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ('SENT', 2)
    assert len(set(mailbox.raw)) == 1


def test_a_new_version_says_what_it_replaces_and_the_old_is_not_sent_after_it(mailbox: Mailbox) -> None:
    delivery = queued()
    following = corrected(delivery.version)
    [next_delivery] = send_version(version=following, asked_by='test')
    assert next_delivery.replaces == delivery
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    next_delivery.refresh_from_db()
    assert (delivery.status, next_delivery.status) == ('SKIPPED', 'SENT')
    [letter] = mailbox.letters
    body = letter.get_body()
    assert body is not None
    assert 'Она заменяет версию 1' in body.get_content()


def test_a_letter_of_unknown_fate_is_not_repeated_after_a_newer_one(mailbox: Mailbox) -> None:
    mailbox.troubles = ['drop']
    delivery = queued()
    run_due(kinds=KINDS)
    send_version(version=corrected(delivery.version), asked_by='test')
    run_due(kinds=KINDS)
    shift_due(60)
    run_due(kinds=KINDS)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ('UNKNOWN', 1)
    assert ['версия 1' in letter['Subject'] for letter in mailbox.letters] == [True, False]
    assert job_states() == ['DONE', 'DONE']


@pytest.mark.parametrize('change', [
    {'sha256': '0' * 64}, {'files': []}, {'status': 'SENT', 'sent_at': timezone.now()}])
def test_the_database_keeps_what_was_queued(change: dict[str, Any]) -> None:
    delivery = queued()
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).delete()


# --- large files: a link --------------------------------------------------------------------------------------------

def link_in(letter: Any) -> str:
    assert not list(letter.iter_attachments())
    text: str = (letter.get_body() or letter).get_content()
    return next(word for word in text.split() if '/registries/download/' in word).partition('localhost:8000')[2]


def test_large_files_are_taken_by_a_link_for_two_weeks(mailbox: Mailbox, settings: Any, client: Client) -> None:
    settings.REGISTRY_ATTACHMENT_BYTES = 10
    delivery = queued()
    run_due(kinds=KINDS, raise_errors=True)
    address = link_in(mailbox.letters[0])
    token = address.rpartition('/')[2]
    assert len(token) == 43
    assert token not in str(DownloadLink.objects.values().get())
    page = client.get(address)
    row = delivery.version.files.get(format='csv')
    assert page.status_code == 200
    assert page['Cache-Control'] == 'no-store'
    assert row.name in page.content.decode()
    taken = client.get(f'{address}/{row.guid}')
    assert b''.join(taken) == read_file(row.file)
    assert taken['Content-Disposition'] == f'attachment; filename="{row.name}"'
    assert (taken['Cache-Control'], taken['Content-Length']) == ('no-store', str(row.file.size_bytes))
    note = DownloadNote.objects.get()
    assert (note.name, note.actor, note.ip, note.link) == (row.name, 'link', '127.0.0.1', DownloadLink.objects.get())
    with time_machine.travel(timezone.now() + timedelta(days=14, seconds=1), tick=False):
        assert client.get(address).status_code == 410
        assert client.get(f'{address}/{row.guid}').status_code == 410
    assert client.get(address[:-1] + '!').status_code == 404
    assert DownloadNote.objects.count() == 1


def test_the_token_of_a_link_is_not_logged(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    client.get('/registries/download/secret-token/0b6fa4a2-1f2e-4f5e-9f58-000000000000')
    logged = capfd.readouterr().err
    assert 'secret-token' not in logged
    assert '"/registries/download/…/0b6fa4a2' in logged or '\\u2026' in logged


def test_a_link_opens_files_of_its_delivery_only(mailbox: Mailbox, settings: Any, client: Client) -> None:
    settings.REGISTRY_ATTACHMENT_BYTES = 10
    queued()
    other = version_of(Shop()).files.get(format='csv')
    run_due(kinds=KINDS, raise_errors=True)
    assert client.get(f'{link_in(mailbox.letters[0])}/{other.guid}').status_code == 404
    assert not DownloadNote.objects.exists()


def test_a_repeated_letter_names_the_same_link(mailbox: Mailbox, settings: Any) -> None:
    settings.REGISTRY_ATTACHMENT_BYTES = 10
    mailbox.troubles = ['drop']
    queued()
    run_due(kinds=KINDS)
    shift_due(60)
    run_due(kinds=KINDS)
    assert mailbox.raw[0] == mailbox.raw[1]


# --- addresses ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(('channel', 'settings', 'secrets'), [
    ('pigeon', {}, {}), ('email', {'to': []}, {}), ('email', {'to': ['nobody']}, {}),
    ('email', {'to': ['a@example.ru'], 'cc': []}, {}), ('email', {'to': ['a@example.ru\nBcc: b@example.ru']}, {}),
    ('sftp', {'host': 'h', 'user': 'u', 'host_keys': []}, {'password': 'x'}),
    ('sftp', {'host': 'h', 'user': 'u', 'host_keys': ['ssh-ed25519 AAAA']}, {'password': 'x'}),
    ('s3', {'bucket': 'b/b'}, {'access_key': 'a', 'secret_key': 'b'}),
    ('s3', {'bucket': 'registries'}, {'access_key': 'a', 'secret_key': 'env:SECRET_KEY'}),
])
def test_an_address_that_cannot_be_used_is_refused(channel: str, settings: Any, secrets: Any) -> None:
    with pytest.raises(BadTarget):
        target_of(Shop(), channel=channel, settings=settings, secrets=secrets, formats=[])
    assert not DeliveryTarget.objects.exists()


def test_changes_of_an_address_are_written_down_without_secrets() -> None:
    shop = Shop()
    target = target_of(shop, channel='s3', settings={'bucket': 'registries'}, formats=['csv'],
                       secrets={'access_key': 'a', 'secret_key': 'very secret'})
    save_target(counterparty=target.counterparty, target=target, name=target.name, channel='s3', author='anna',
                settings={'bucket': 'registries'}, formats=['csv'], is_active=False)
    first, second = TargetChange.objects.order_by('id')
    assert first.what['secrets'] == ['access_key', 'secret_key']
    assert 'very secret' not in str(first.what)
    assert (second.author, second.what) == ('anna', {'is_active': [True, False]})
    target.refresh_from_db()
    assert target.secrets == {'access_key': 'a', 'secret_key': 'very secret'}


# --- the command ----------------------------------------------------------------------------------------------------

def test_the_command_tells_each_delivery(mailbox: Mailbox) -> None:
    shop = Shop()
    target_of(shop)
    target_of(shop, 'архив')
    version = version_of(shop)
    dates = ('--from', '2026-03-10', '--to', '2026-03-10')
    told = command('--partner', str(shop.partner.guid), *dates, '--to', 'архив')
    assert (told['registry'], told['version'], told['sha256']) == (
        str(version.registry.guid), 1, version.sha256)
    assert [(one['target'], one['status'], one['replaces']) for one in told['deliveries']] == [
        ('архив', 'QUEUED', None)]
    run_due(kinds=KINDS)
    told = command(str(version.registry.guid))
    assert [(one['target'], one['status']) for one in told['deliveries']] == [
        ('архив', 'SENT'), ('бухгалтерия', 'QUEUED')]
    run_due(kinds=KINDS)
    told = command(str(version.registry.guid), '--wait', '1')
    assert {one['status'] for one in told['deliveries']} == {'SENT'}
    assert len(mailbox.letters) == 2


def test_the_command_says_why_it_refuses() -> None:
    shop = Shop()
    target_of(shop)
    today = str(timezone.localdate())
    call_command('build_registry', '--partner', str(shop.partner.guid), '--from', today, '--to', today,
                 '--out', '/dev/null/x', '--dry-run', stdout=io.StringIO())
    with pytest.raises(CommandError, match='no such registry'):
        command('--partner', str(shop.partner.guid), '--from', today, '--to', today)
    build_registry(counterparty=counterparty_of(shop.partner), period=period_of(
        timezone.localdate(), timezone.localdate(), 'Europe/Moscow'), formats=['csv'], made_by='test', wait_seconds=0)
    with pytest.raises(CommandError, match='drafts are not sent'):
        command('--partner', str(shop.partner.guid), '--from', today, '--to', today)
    version = version_of(shop)
    with pytest.raises(CommandError, match='is called: nowhere'):
        command(str(version.registry.guid), '--to', 'nowhere')
    with pytest.raises(CommandError, match='name the registry'):
        command('--lender', shop.lender.code, '--from', today)
    assert not Delivery.objects.exists()


# --- the workstation ------------------------------------------------------------------------------------------------

def operator(*permissions: str) -> Client:
    user = User.objects.create_user(f'op-{User.objects.count()}', is_staff=True)
    user.user_permissions.set(Permission.objects.filter(
        content_type__app_label='registries', codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_a_file_is_taken_in_the_workstation_and_written_down() -> None:
    row = version_of(Shop()).files.get(format='csv')
    address = f'/admin/registries/delivery/file/{row.guid}/'
    assert operator().get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert not DownloadNote.objects.exists()
    taken = operator('view_registryversion').get(address)
    assert b''.join(taken) == read_file(row.file)
    assert taken['Cache-Control'].startswith('no-store')
    assert DownloadNote.objects.get().name == row.name


def test_failed_deliveries_are_sent_again_by_who_may() -> None:
    delivery = queued()
    run_due(kinds=KINDS)  # there is no mail server
    form = {'action': 'send_again', '_selected_action': [delivery.pk], 'reason': 'настроили почту'}
    operator('view_delivery').post('/admin/registries/delivery/', form)
    delivery.refresh_from_db()
    assert delivery.status == 'FAILED'
    page = operator('view_delivery', 'send_registry').post('/admin/registries/delivery/', form, follow=True)
    delivery.refresh_from_db()
    assert (page.status_code, delivery.status) == (200, 'QUEUED')
    assert operator('view_delivery').get(f'/admin/registries/delivery/{delivery.pk}/change/').status_code == 200


def test_an_address_is_made_in_the_workstation() -> None:
    party = counterparty_of(Shop().partner)
    form = {'counterparty': party.pk, 'name': 'почта', 'channel': 'email', 'settings': '{"to": ["nobody"]}',
            'formats': '[]', 'is_active': 'on', 'changes-TOTAL_FORMS': 0, 'changes-INITIAL_FORMS': 0}
    client = operator('add_deliverytarget', 'view_deliverytarget')
    refused = client.post('/admin/registries/deliverytarget/add/', form)
    assert refused.status_code == 200
    assert not DeliveryTarget.objects.exists()
    made = client.post('/admin/registries/deliverytarget/add/', form | {'settings': '{"to": ["a@example.ru"]}'})
    assert made.status_code == 302
    assert DeliveryTarget.objects.get().changes.get().author.startswith('operator op-')
