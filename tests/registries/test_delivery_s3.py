"""Registries in an object store: put once, compared afterwards, never overwritten."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest
import urllib3
from moto.server import ThreadedMotoServer

from jobs.testing import run_due, shift_due
from registries import steps_delivery
from registries.delivery.base import Piece
from registries.delivery.by_s3 import _Rewindable
from registries.models_delivery import Delivery
from registries.rules import period_of
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_delivery import send_version
from registries.services_targets import save_target
from tests.registries.deals import Shop
from tests.registries.receivers import free_port
from tests.registries.test_delivery import Killed
from vault.files import read_file

DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PERIOD = period_of(date(2026, 3, 10), date(2026, 3, 10), 'Europe/Moscow')
KINDS = ['registries.deliver']


@pytest.fixture
def store() -> Iterator[tuple[Any, str]]:
    """A client of an object store with the bucket `registries`, and its address."""
    server = ThreadedMotoServer(ip_address='127.0.0.1', port=free_port(), verbose=False)
    server.start()
    urllib3.request('POST', 'http://{}:{}/moto-api/reset'.format(*server.get_host_and_port()))
    host, port = server.get_host_and_port()
    address = f'http://{host}:{port}'
    client = boto3.client('s3', endpoint_url=address, region_name='us-east-1', aws_access_key_id='a',
                          aws_secret_access_key='b')
    client.create_bucket(Bucket='registries')
    yield client, address
    server.stop()


def queued(address: str, bucket: str = 'registries') -> Delivery:
    shop = Shop()
    shop.issue(at=DAY)
    run_due(kinds=['registries.book'])
    party = counterparty_of(shop.partner)
    version = build_registry(counterparty=party, period=PERIOD, formats=['csv'], made_by='test', wait_seconds=0)
    save_target(
        counterparty=party, name='хранилище', channel='s3', author='test', formats=['csv', 'xlsx'],
        secrets={'access_key': 'a', 'secret_key': 'b'},
        settings={'bucket': bucket, 'prefix': 'shop/', 'endpoint_url': address, 'region': 'us-east-1'})
    return send_version(version=version, asked_by='test')[0]


def perform(delivery: Delivery) -> Delivery:
    run_due(kinds=KINDS)
    shift_due(3600)
    delivery.refresh_from_db()
    return delivery


def there(client: Any) -> dict[str, bytes]:
    found = client.list_objects_v2(Bucket='registries').get('Contents', [])
    return {one['Key']: client.get_object(Bucket='registries', Key=one['Key'])['Body'].read() for one in found}


def wanted(delivery: Delivery) -> dict[str, bytes]:
    return {f'shop/{row.name}': read_file(row.file) for row in delivery.version.files.all()}


@pytest.mark.django_db(transaction=True)
def test_objects_arrive_whole(store: tuple[Any, str]) -> None:
    client, address = store
    delivery = perform(queued(address))
    assert (delivery.status, delivery.last_error, there(client)) == ('SENT', '', wanted(delivery))


@pytest.mark.django_db(transaction=True)
def test_a_kill_after_the_talk_ends_with_the_same_objects(
    store: tuple[Any, str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_: Any) -> None:
        raise Killed

    client, address = store
    delivery = queued(address)
    with monkeypatch.context() as patch:
        patch.setattr(steps_delivery, 'finish_sending', die)
        with pytest.raises(Killed):
            run_due(kinds=KINDS)
    shift_due(3600)
    perform(delivery)
    assert (delivery.status, delivery.attempts, there(client)) == ('SENT', 2, wanted(delivery))


@pytest.mark.django_db(transaction=True)
def test_another_object_of_that_name_is_left_alone(store: tuple[Any, str]) -> None:
    client, address = store
    delivery = queued(address)
    name = f'shop/{delivery.files[0]["name"]}'
    client.put_object(Bucket='registries', Key=name, Body=b'foreign')
    perform(delivery)
    assert (delivery.status, there(client)[name]) == ('FAILED', b'foreign')


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_is_not_there_waits_for_a_person(store: tuple[Any, str]) -> None:
    delivery = perform(queued(store[1], bucket='elsewhere'))
    assert delivery.status == 'FAILED'
    assert 'NoSuchBucket' in delivery.last_error


def test_a_file_is_read_again_from_its_start() -> None:
    chunks = [b'abc', b'defg', b'h']
    body = _Rewindable(Piece('x', '', 8, 'text/plain', lambda: iter(chunks)))
    assert (body.read(2), body.tell(), body.read(), body.read()) == (b'ab', 2, b'cdefgh', b'')
    assert body.seek(0, 2) == 8
    assert (body.read(), body.seek(0), body.read(5)) == (b'', 0, b'abcde')
    assert (body.seek(3), body.read(), body.seek(-1, 1), body.read()) == (3, b'defgh', 7, b'h')
