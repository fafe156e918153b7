"""The benchmark's own parts; no time is asserted anywhere."""
from __future__ import annotations

import itertools
import json
import subprocess
import sys

import pytest

from applications.questionnaire import Profile, read_form
from applications.questionnaire.fields import NAMES
from applications.refusals import ValidationRefused
from denimhub.conf.environment import ROOT
from tests.bench import form, load
from tests.bench.report import Line

FULL = form.full_form('5f0c1d8e-6a52-4c0b-9d53-0a4f3b7e2c11', 'P-1', 'POS-CREDIT')
ONLINE = Profile('pos', 'ONLINE')


def test_the_form_has_every_field_of_the_document_but_scans_and_is_valid() -> None:
    assert NAMES - FULL.keys() == {'scans'}
    assert read_form(form.encoded(FULL), profile=ONLINE).values.keys() == NAMES - {'scans'}


def test_all_five_errors_are_reported() -> None:
    with pytest.raises(ValidationRefused) as refused:
        read_form(form.encoded(form.with_five_errors(FULL)), profile=ONLINE)
    assert refused.value.data.keys() == {'employment', 'birth_date', 'life_insurance', 'term_value', 'passport_number'}


def test_a_large_body_is_20_mb_and_valid() -> None:
    body = form.encoded(form.large_form(FULL))
    assert 18_000_000 < len(body) < 24_000_000
    assert len(read_form(body, profile=ONLINE).scans) == form.SCANS_IN_LARGE_BODY


def test_every_request_brings_a_new_form() -> None:
    request = load.post('create_form', form.encoded(FULL))
    bodies = [
        json.loads(one.partition(b'\r\n\r\n')[2])
        for one in itertools.islice(load.numbered(request, form.EXTERNAL_ID.encode(), 'bench-hub-'), 3)]
    ids = [body['external_id'] for body in bodies]
    assert len(set(ids)) == 3
    assert {len(one) for one in ids} == {len(form.EXTERNAL_ID)}
    assert bodies[0] == FULL | {'external_id': ids[0]}


@pytest.mark.parametrize(('line', 'verdict'), [
    (Line('a', 2.2, most=2.2), 'OK'), (Line('a', 2.3, most=2.2), 'MISS'), (Line('a', 44.9, least=45), 'MISS'),
    (Line('a', 45, least=45), 'OK'), (Line('a', 1), '')])
def test_a_figure_is_judged_by_its_target(line: Line, verdict: str) -> None:
    assert line.verdict == verdict


def test_the_yardsticks_start() -> None:
    """In a process of their own: their settings are not those of the tests."""
    for module in ('tests.bench.usual_wsgi', 'tests.bench.floor'):
        done = subprocess.run(
            [sys.executable, '-c', f'import {module}'], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
