"""The workstation shows contracts and messages, and neither codes nor phones."""
from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from contracts.models import Contract, Message, Payment, Signature
from tests.contracts.till import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser('operator', password='correct horse battery'))
    return client


def test_pages_of_a_signed_deal_open_and_keep_secrets(bnpl: Till, operator: Client) -> None:
    bnpl.signed()
    code = bnpl.newest_code()
    Payment.objects.create(
        contract=bnpl.contract, lender=bnpl.row, transaction_number='T-1', amount=112_500, status='success',
        paid_at=timezone.now())
    for model in (Contract, Message, Payment, Signature):
        row = model.objects.get()
        base = f'/admin/contracts/{model._meta.model_name}/'
        for address in (base, f'{base}{row.pk}/change/', f'{base}?q={bnpl.application.guid}'):
            page = operator.get(address)
            text = page.content.decode()
            assert page.status_code == 200, address
            assert code not in text
            assert '9160000000' not in text
    assert '+7 9** *** ** 00' in operator.get('/admin/contracts/message/').content.decode()


@pytest.mark.parametrize('name', ['contract', 'message', 'payment', 'signature'])
def test_nothing_is_added_by_hand(operator: Client, name: str) -> None:
    assert operator.get(f'/admin/contracts/{name}/add/').status_code == 403


def test_a_contract_is_not_changed_by_hand(till: Till, operator: Client) -> None:
    till.ready()
    answer = operator.post(f'/admin/contracts/contract/{till.contract.pk}/change/', {'status': 'ISSUED'})
    assert answer.status_code == 403
    assert till.contract.status == 'READY'
