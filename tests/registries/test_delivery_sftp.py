"""Registries over SFTP: exactly one whole file, on the server whose key we know, over nobody else's file."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from jobs.models import Job
from jobs.testing import run_due, shift_due
from registries.models_delivery import Delivery
from registries.rules import period_of
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_delivery import resend, send_version
from registries.services_targets import save_target
from tests.registries.deals import Shop
from tests.registries.receivers import SftpServer, sftp_server
from vault.files import read_file

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PERIOD = period_of(date(2026, 3, 10), date(2026, 3, 10), 'Europe/Moscow')
KINDS = ['registries.deliver']


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    """A server with one folder, `in`."""
    (tmp_path / 'in').mkdir()
    with sftp_server(tmp_path) as one:
        yield one


def queued(server: SftpServer, secrets: dict[str, str] | None = None, **settings: Any) -> Delivery:
    shop = Shop()
    shop.issue(at=DAY)
    run_due(kinds=['registries.book'])
    party = counterparty_of(shop.partner)
    version = build_registry(counterparty=party, period=PERIOD, formats=['csv'], made_by='test', wait_seconds=0)
    save_target(
        counterparty=party, name='сервер', channel='sftp', author='test', formats=['csv'],
        secrets=secrets or {'password': 'secret'},
        settings={'host': '127.0.0.1', 'port': server.port, 'user': 'denimhub', 'folder': '/in',
                  'host_keys': [server.host_key]} | settings)
    return send_version(version=version, asked_by='test')[0]


def perform(delivery: Delivery) -> Delivery:
    run_due(kinds=KINDS)
    shift_due(3600)
    delivery.refresh_from_db()
    return delivery


def there(server: SftpServer) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (server.root / 'in').iterdir()}


def wanted(delivery: Delivery) -> dict[str, bytes]:
    row = delivery.version.files.get(format='csv')
    return {row.name: read_file(row.file)}


def test_the_file_arrives_whole_under_its_name(server: SftpServer) -> None:
    delivery = perform(queued(server))
    assert (delivery.status, delivery.last_error, there(server)) == ('SENT', '', wanted(delivery))
    assert delivery.remote_name == f'/in/{delivery.files[0]["name"]}'


def test_the_file_is_on_the_disk_before_it_gets_its_name(server: SftpServer) -> None:
    delivery = perform(queued(server))
    assert (delivery.status, server.done) == ('SENT', ['fsync', 'rename'])


def test_a_server_that_knows_no_fsync_gets_the_file_all_the_same(server: SftpServer) -> None:
    server.fsync_fails_with = asyncssh.SFTPOpUnsupported('no such extension')
    delivery = perform(queued(server))
    assert (delivery.status, server.done, there(server)) == ('SENT', ['rename'], wanted(delivery))


def test_a_disk_that_does_not_take_the_file_gives_it_no_name(server: SftpServer) -> None:
    server.fsync_fails_with = asyncssh.SFTPFailure('I/O error')
    delivery = perform(queued(server))
    assert (delivery.status, server.done, there(server)) == ('QUEUED', [], {})


def test_a_private_key_opens_too(server: SftpServer) -> None:
    key = server.user_key.export_private_key(passphrase='pass').decode()
    delivery = perform(queued(server, secrets={'private_key': key, 'passphrase': 'pass'}))
    assert (delivery.status, there(server)) == ('SENT', wanted(delivery))


def test_a_secret_may_stand_in_the_environment(server: SftpServer, settings: Any) -> None:
    delivery = perform(queued(server, secrets={'password': 'env:REGISTRY_SECRET_SHOP'}))
    assert (delivery.status, there(server)) == ('FAILED', {})
    assert 'REGISTRY_SECRET_SHOP' in delivery.last_error
    settings.REGISTRY_SECRETS = {'REGISTRY_SECRET_SHOP': 'secret'}
    resend(delivery=delivery, reason='задали', actor='operator')
    assert perform(delivery).status == 'SENT'


def test_a_wrong_password_is_not_tried_again(server: SftpServer) -> None:
    delivery = perform(queued(server, secrets={'password': 'wrong'}))
    assert (delivery.status, delivery.attempts, there(server)) == ('FAILED', 1, {})
    assert Job.objects.get(kind='registries.deliver').state == 'PARKED'


def test_a_server_with_another_key_gets_nothing(server: SftpServer) -> None:
    delivery = queued(server)
    server.change_key()
    perform(delivery)
    assert (delivery.status, there(server)) == ('FAILED', {})
    assert server.key.get_fingerprint() in delivery.last_error


def test_a_second_pinned_key_bridges_a_change(server: SftpServer) -> None:
    old = server.host_key
    server.change_key()
    assert perform(queued(server, host_keys=[old, server.host_key])).status == 'SENT'


@pytest.mark.parametrize('trouble', ['cut', 'full'])
def test_trouble_in_the_middle_ends_with_one_whole_file(server: SftpServer, trouble: str) -> None:
    delivery = queued(server)
    if trouble == 'cut':
        server.cut_after_bytes = 10
    else:
        server.is_full = True
    perform(delivery)
    assert delivery.status == 'QUEUED'
    assert delivery.files[0]['name'] not in there(server)
    server.cut_after_bytes, server.is_full = None, False
    perform(delivery)
    assert (delivery.status, delivery.attempts, there(server)) == ('SENT', 2, wanted(delivery))


def test_a_cut_after_the_rename_is_found_out_by_reading(server: SftpServer) -> None:
    delivery = queued(server)
    server.cut_after_rename = True
    perform(delivery)
    assert (delivery.status, there(server)) == ('QUEUED', wanted(delivery))
    server.cut_after_rename = False
    perform(delivery)
    assert (delivery.status, there(server)) == ('SENT', wanted(delivery))


def test_another_file_of_that_name_is_left_alone(server: SftpServer) -> None:
    delivery = queued(server)
    [(name, content)] = wanted(delivery).items()
    foreign = b'x' * len(content)
    (server.root / 'in' / name).write_bytes(foreign)
    perform(delivery)
    assert (delivery.status, there(server)) == ('FAILED', {name: foreign})
    assert name in delivery.last_error


def test_a_folder_that_is_not_there_waits_for_a_person(server: SftpServer) -> None:
    delivery = perform(queued(server, folder='/nowhere'))
    assert delivery.status == 'FAILED'
    assert '/nowhere' in delivery.last_error


def test_nobody_listens(server: SftpServer) -> None:
    delivery = queued(server)
    server._run(server._close())
    assert perform(delivery).status == 'QUEUED'
    server._run(server._listen())
    assert perform(delivery).status == 'SENT'
