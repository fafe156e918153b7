"""A worker that dies between the gateway's answer and our own write: at most two SMS, and one valid code.

The worker is a process of its own, the gates are too, and so are their journals.
"""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings

from contracts.models import Message, SigningCode
from jobs.testing import shift_due
from tests.contracts.fakes import FakeLender
from tests.contracts.gates import smsc_gate
from tests.contracts.gates.running import RunningGate
from tests.contracts.till import Till

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TREE = Path(__file__).resolve().parents[2]
WORK = """
import django
django.setup()
from jobs.testing import run_due
run_due(kinds=['contracts.send_message'])
"""


@pytest.fixture
def gates(tmp_path: Path, settings: Settings) -> Iterator[dict[str, RunningGate]]:
    found = {kind: RunningGate(kind, tmp_path) for kind in ('smsc', 'smpp')}
    for gate in found.values():
        gate.start()
    settings.SMS_GATEWAY = 'outbox'
    yield found
    for gate in found.values():
        gate.stop()


def work(gates: dict[str, RunningGate], kind: str, failpoint: str = '') -> int:
    """One worker performs what is due, in a process of its own; its exit status."""
    url = urlsplit(os.environ['DATABASE_URL'])
    name = django_settings.DATABASES['default']['NAME']
    environment = os.environ | {
        'DATABASE_URL': urlunsplit(url._replace(path=f'/{name}')), 'DENIMHUB_FAILPOINT': failpoint,
        'SMS_GATEWAY': kind, 'SMSC_URL': f'http://127.0.0.1:{gates["smsc"].port}/sys',
        'SMSC_API_KEY': smsc_gate.KEY, 'SMSC_SENDER': 'DenimHub', 'SMPP_HOST': '127.0.0.1',
        'SMPP_PORT': str(gates['smpp'].port), 'SMPP_TLS': '0', 'SMPP_SYSTEM_ID': 'denimhub',
        'SMPP_PASSWORD': 'secret', 'SMPP_SENDER': 'DenimHub'}
    return subprocess.run([sys.executable, '-c', WORK], cwd=TREE, env=environment, check=False, timeout=60).returncode


@pytest.mark.parametrize('point', ['before_write', 'written'])
@pytest.mark.parametrize(('kind', 'most'), [('smsc', 1), ('smpp', 2)])
def test_one_valid_code_whenever_the_worker_dies(
    lender: FakeLender, gates: dict[str, RunningGate], kind: str, most: int, point: str,
) -> None:
    till = Till(lender, is_sandbox=False).preparing()
    till.work('contracts.prepare', 'contracts.render')
    assert till.contract.status == 'READY'
    assert work(gates, kind, f'contracts.send_message.{point}') == 137
    shift_due(30)
    assert work(gates, kind) == 0
    row = Message.objects.get()
    assert (row.status, row.gateway) == ('sent', kind)
    texts = [line['text'] for line in gates[kind].seen('accepted')]
    whole = texts if kind == 'smsc' else [''.join(texts[at:at + 2]) for at in range(0, len(texts), 2)]
    assert set(whole) == {row.text}
    assert len(whole) == (most if point == 'before_write' else 1)
    valid = SigningCode.objects.filter(
        contract=till.contract, expired_at__isnull=True, accepted_at__isnull=True, expires_at__gt=timezone.now())
    assert valid.count() == 1
    till.ok('check_sms_code', code=till.newest_code())
    assert not valid.exists()
