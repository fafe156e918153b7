"""However codes are asked for and guessed, no counter is reset and at most one code is valid."""
from __future__ import annotations

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contracts.models import SigningCode
from tests.contracts.till import Till, later, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ACTIONS = st.lists(st.sampled_from(['wrong', 'old', 'resend', 'wait 10 s', 'wait 31 s', 'wait 301 s']), max_size=24)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
@example(actions=['wrong'] * 5 + ['wait 31 s', 'resend'] + ['wrong'] * 6 + ['wait 31 s', 'resend', 'wrong'])
@example(actions=['wait 31 s', 'resend'] * 5)
def test_counters_only_grow(fresh: Till, actions: list[str]) -> None:
    with undone():
        waited, compared, sent, first = 0, 0, 1, fresh.newest_code()
        for action in actions:
            if action.startswith('wait'):
                waited += int(action.split()[1])
                continue
            with time_machine.travel(later(seconds=waited), tick=False):
                if action == 'resend':
                    before = SigningCode.objects.count()
                    code = fresh.code('resend_sms_code')
                    assert code in (None, 7001)
                    sent += SigningCode.objects.count() - before
                else:
                    wrong = fresh.wrong_code() if action == 'wrong' or first == fresh.newest_code() else first
                    answer = fresh.code('check_sms_code', code=wrong)
                    assert answer in (7000, 7002)
                    compared += answer == 7000
            rows = list(SigningCode.objects.all())
            row = fresh.contract
            assert (row.wrong_codes, sum(code.tries for code in rows)) == (compared, compared)
            assert compared <= 10
            assert all(code.tries <= 5 for code in rows)
            assert sent == len(rows) == row.codes_resent + 1 <= 4
            assert sum(code.expired_at is None for code in rows) <= 1
            assert row.status == 'READY'


@pytest.fixture
def fresh(till: Till) -> Till:
    """A contract ready to sign."""
    return till.ready()
