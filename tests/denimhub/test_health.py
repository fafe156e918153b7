"""What balancers and people are told about the parts of the system."""
import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from denimhub.health import EXPECTED
from jobs.heartbeat import beat

pytestmark = pytest.mark.django_db


def _all_beat() -> None:
    for part in EXPECTED:
        beat(part)


def test_alive_asks_nothing(client: Client) -> None:
    answer = client.get('/livez')
    assert (answer.status_code, answer.content) == (200, b'ok\n')


def test_ready_needs_the_database_only(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = 'unix:///nowhere/kv.sock'
    assert client.get('/readyz').json() == {'web': 'ok', 'database': 'ok'}


@pytest.mark.parametrize('path', ['/livez', '/readyz', '/healthz'])
def test_balancers_may_ask_by_an_inner_address_over_plain_http(client: Client, settings: Settings, path: str) -> None:
    settings.ALLOWED_HOSTS = ['credit.example.ru']
    settings.SECURE_SSL_REDIRECT = True
    _all_beat()
    assert client.get(path, headers={'Host': '10.0.0.7:8000'}).status_code == 200


def test_healthy_when_every_part_has_beaten(client: Client) -> None:
    _all_beat()
    answer = client.get('/healthz')
    assert answer.status_code == 200
    assert answer.headers['Cache-Control'] == 'max-age=0, no-cache, no-store, must-revalidate, private'
    assert answer.json()['status'] == 'ok'
    assert set(answer.json()['parts']) == {'web', 'database', 'broker', *EXPECTED}


@pytest.mark.parametrize('dead', EXPECTED)
def test_a_part_that_went_silent_is_named(client: Client, dead: str) -> None:
    _all_beat()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_heartbeat SET beaten_at = now() - interval '20 seconds' WHERE part = %s", [dead])
    answer = client.get('/healthz')
    assert answer.status_code == 503
    assert [name for name, part in answer.json()['parts'].items() if part['status'] != 'ok'] == [dead]
    assert answer.json()['parts'][dead]['age_seconds'] >= 20


def test_a_part_that_never_beat_is_silent(client: Client) -> None:
    answer = client.get('/healthz')
    assert answer.status_code == 503
    assert answer.json()['parts']['dispatcher'] == {'status': 'silent', 'age_seconds': None}


def test_a_broker_away_is_told(client: Client, settings: Settings) -> None:
    _all_beat()
    settings.REDIS_URL = 'unix:///nowhere/kv.sock'
    answer = client.get('/healthz')
    assert answer.status_code == 503
    assert answer.json()['parts']['broker'] == {'status': 'silent'}


def test_the_start_page_offers_only_what_exists(client: Client) -> None:
    page = client.get('/').content.decode()
    assert 'href="/admin/"' in page
    assert 'mailto:support@denumtech.ru' in page
    assert 'href="/registration/"' in page
    assert '<script' not in page
