"""Nothing of a client may be seen in the log of calls."""
from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from lenders.catalogue import adapter_for
from lenders.contract import FormFile, LenderTrouble, Ref
from lenders.masking import masked
from lenders.models import Exchange, Lender
from lenders.seed import ensure_sandbox_lenders
from lenders.services import pause
from tests.lenders.forms import CANARIES, lender_form
from tests.sandbox.stand import SCAN_FILES, SECRET, Stand


def shown_columns() -> str:
    with connection.cursor() as cursor:
        cursor.execute('select request::text, response::text, path, trouble, operation from lenders_exchange')
        return json.dumps(cursor.fetchall(), ensure_ascii=False).encode().decode('unicode_escape', 'ignore') + str(
            list(Exchange.objects.values_list('request', 'response', 'trouble', 'path')))


@pytest.mark.django_db
def test_no_canary_of_a_form_is_logged(stand: Stand) -> None:
    for lender in ensure_sandbox_lenders(stand.url, secret=SECRET):
        adapter, form = adapter_for(lender), lender_form()
        ref = Ref(form.form_guid, adapter.submit(form, key=f'{lender.code}-{form.form_guid}').lender_id)
        adapter.fetch_decision(ref)
        adapter.find(form.form_guid)
        adapter.send_scans(ref, [FormFile('CLIENT_PHOTO', *SCAN_FILES[lender.code])], key=f'{ref.lender_id}-s')
        with pytest.raises(LenderTrouble):
            adapter.check_code(ref, 'КАНАРЕЙКА-7654321', key=f'{ref.lender_id}-c')
    shown = shown_columns()
    assert [canary for canary in CANARIES if canary in shown] == []
    assert 'PASSPORT_MAIN' in shown
    assert '5000000' in shown


@pytest.mark.django_db
def test_an_echo_of_the_clients_data_by_the_lender_is_not_logged(lender: Lender, httpserver: HTTPServer) -> None:
    form = lender_form()
    echo = {'error': {'code': 'bad_form', 'message': 'Щукарёва +79167654321'}, 'last_name': 'Щукарёва',
            'status': '+79167654321', 'lender_id': '79167654321', 'reason': '4599 876543', '79167654321': 1}
    httpserver.expect_request(f'/v1/applications/{form.form_guid}').respond_with_json(echo, status=422)
    with pytest.raises(LenderTrouble) as trouble:
        adapter_for(lender).submit(form, key='k')
    shown = shown_columns() + str(trouble.value)
    assert [canary for canary in CANARIES if canary in shown] == []
    assert 'bad_form' in shown


words = st.text(max_size=10) | st.sampled_from(['status', 'type', 'error', 'decision', 'offers', 'code', 'client'])
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=20)


@given(trees)
def test_cyrillic_and_phones_never_pass(tree: Any) -> None:
    poisoned = {'x': tree, 'decision': tree, 'status': '+79161234567', 'reason': 'Иванов', 'offers': [tree, 'Иванов']}
    text = json.dumps(masked(poisoned), ensure_ascii=False, allow_nan=False)
    assert 'Иванов' not in text
    assert '9161234567' not in text


def test_a_code_passes_only_as_the_word_of_an_error() -> None:
    assert masked({'code': 'secret'}) == {'code': '…'}
    assert masked({'error': {'code': 'not_ready'}}) == {'error': {'code': 'not_ready'}}


@pytest.mark.django_db
def test_a_pause_is_written(lender: Lender) -> None:
    until = pause(lender.pk, seconds=60, reason='why')
    lender.refresh_from_db()
    assert (lender.paused_until, lender.pause_reason) == (until, 'why')
