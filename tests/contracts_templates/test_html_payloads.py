"""What templates of ill will come to: refused by line, printed without effect, or stopped; never more."""
from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from contracts.forms.data import FormKind
from contracts.templates.engine import CHECK_SECONDS, TemplateFailed, check_template, pool, render_template
from contracts.templates.findings import Fault, Place, Trouble, at_line
from contracts.templates.messages import told
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage
from tests.contracts_templates.payloads import BOMB, INERT, PAYLOADS, Payload
from vault.limited.pool import Child
from vault.limited.serving import ADDRESS_SPACE_BYTES

ROOT = Path(__file__).parents[2]
GOOD = b'<p>{{ client.full_name }} {{ contract.amount_words }}</p>'
REFUSED = [payload for payload in PAYLOADS if payload.becomes not in {INERT, BOMB}]
HARMLESS = [payload for payload in PAYLOADS if payload.becomes == INERT]
BOMBS = [payload for payload in PAYLOADS if payload.becomes == BOMB]


@pytest.fixture(scope='module', autouse=True)
def _children() -> Iterator[None]:
    yield
    pool().close()


def _faults(payload: Payload) -> list[Fault]:
    head, _rest = pool().ask(b'c', 'html:pos:contract', payload.source, seconds=CHECK_SECONDS)
    return [Fault.from_json(found) for found in head['faults']]


def _child() -> Child:
    """A child that has just worked and lives on."""
    assert check_template('html', GOOD, kind=FormKind.POS, stage=Stage.CONTRACT) == []
    return pool().idle[0]


def test_there_are_more_than_two_hundred_payloads() -> None:
    assert len(PAYLOADS) > 400
    assert len({payload.name for payload in PAYLOADS}) == len(PAYLOADS)


@pytest.mark.parametrize('payload', REFUSED, ids=lambda payload: payload.name)
def test_a_payload_is_refused_with_its_line(payload: Payload) -> None:
    first = _faults(payload)[0]
    assert first.trouble == payload.becomes
    assert first.place == Place.FILE or (first.place, first.at) == (Place.LINE, payload.line)


@pytest.mark.parametrize('payload', HARMLESS, ids=lambda payload: payload.name)
def test_a_payload_is_printed_without_effect(payload: Payload) -> None:
    assert _faults(payload) == []


@pytest.mark.slow
@pytest.mark.parametrize('payload', BOMBS, ids=lambda payload: payload.name)
def test_a_bomb_is_stopped_and_the_pool_lives_on(payload: Payload) -> None:
    found = check_template('html', payload.source, kind=FormKind.POS, stage=Stage.CONTRACT)
    assert len(found) <= 50
    assert all(len(finding.message) < 600 for finding in found)
    status = Path(f'/proc/{_child().process.pid}/status')
    if status.exists():
        peak_kib = int(status.read_text().split('VmPeak:')[1].split()[0])
        assert peak_kib * 1024 <= ADDRESS_SPACE_BYTES


@pytest.mark.slow
def test_a_bomb_at_printing_fails_alone() -> None:
    values = sample_values(FormKind.POS, Stage.CONTRACT)
    for payload in BOMBS[:3]:
        with suppress(TemplateFailed):
            render_template('html', payload.source, values)
    assert render_template('html', GOOD, values).startswith(b'%PDF-')


@pytest.mark.slow
def test_no_payload_touches_a_file_a_socket_or_a_process() -> None:
    run = subprocess.run(
        [sys.executable, '-m', 'tests.contracts_templates.watched'], cwd=ROOT, capture_output=True, check=True,
        timeout=120)
    seen = json.loads(run.stdout)
    assert seen == {'checked': len(REFUSED) + len(HARMLESS), 'touched': []}


@pytest.mark.skipif(not Path('/proc/self/limits').exists(), reason='only Linux shows the limits of a process')
def test_the_child_may_open_nothing_and_holds_nothing() -> None:
    process = Path(f'/proc/{_child().process.pid}')
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (process / 'limits').read_text().splitlines()}
    assert limits['Max open files'] == ['0', '0']
    assert limits['Max address space'] == [str(ADDRESS_SPACE_BYTES)] * 2
    assert limits['Max file size'] == ['0', '0']
    held = {str(found.readlink()).split(':')[0] for found in (process / 'fd').iterdir()}
    # The generator of random numbers is open before the limits are set.
    assert held <= {'socket', '/dev/null', '/dev/urandom'}
    environment = (process / 'environ').read_bytes().split(b'\0')
    assert {line.split(b'=')[0] for line in environment if line} <= {b'PATH', b'LC_ALL'}


@pytest.mark.parametrize('trouble', Trouble)
def test_every_trouble_has_a_russian_text_that_says_what_to_do(trouble: Trouble) -> None:
    finding = told(at_line(7, trouble, name='имя'))
    assert finding.where == 'строка 7'
    assert re.search('[а-я]{3}', finding.message)
    assert not re.search(r'%\(|\b(The|There|file|field)\b', finding.message)
