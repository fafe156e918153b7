"""Every page of the workstation opens, for every model it shows."""
from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from contracts.evidence_chain import append
from contracts.models import Message, Payment, Signature
from contracts.models_evidence import EvidenceKind
from contracts.services import open_contract
from jobs.models import Job
from lenders.models import Exchange
from offers.models import RoutingDecision
from scans.models import Scan
from tests.world import QUESTIONNAIRE, a_deal, a_lender, a_partner, a_point, a_route
from vault.files import store_file

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
OUR_APPS = {
    'vault', 'jobs', 'partners', 'applications', 'lenders', 'offers', 'contracts', 'scans', 'registries', 'denimhub'}
NAMES = {'SHA-256', 'BNPL', 'HTML', 'ONLINE', 'OFFLINE', 'SFTP', 'ID'}
"""Words that are the same in Russian."""
SECRETS = (QUESTIONNAIRE['last_name'], QUESTIONNAIRE['passport_number'], QUESTIONNAIRE['email'], '9160000000')


@pytest.fixture
def operator(db: None) -> Client:
    """A superuser in a browser."""
    user = get_user_model().objects.create_superuser('boss', 'boss@example.com', uuid.uuid4().hex)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def deal(db: None) -> None:
    """At least one row of what operators look at."""
    point, lender = a_point(a_partner()), a_lender()
    a_route(point.partner, lender)
    application, offer = a_deal(point, lender)
    now = timezone.now()
    with transaction.atomic():
        contract = open_contract(application=application, offer=offer)
    RoutingDecision.objects.create(application=application, lender=lender, is_asked=True, reason='asked')
    Exchange.objects.create(lender=lender, form_guid=application.guid, operation='submit', method='PUT', path='/v1')
    Message.objects.create(
        application=application, contract=contract, kind='code', phone=QUESTIONNAIRE['mobile_phone'],
        phone_index=b'0' * 32, text='Код: 123456', is_sandbox=True, created_at=now)
    Payment.objects.create(
        contract=contract, lender=lender, transaction_number='T-1', amount=100, status='success', paid_at=now)
    with transaction.atomic():
        append(Signature.objects.create(
            contract=contract, application=application, forms_version=1, mode='platform', signed_at=now,
        ), EvidenceKind.SIGNATURE, {'client': QUESTIONNAIRE['last_name']})
    stored = store_file(b'picture', content_type='image/png', kind='scan', context='test')
    Scan.objects.create(application=application, type='PASSPORT_MAIN', version=1, file=stored, created_at=now)
    assert Job.objects.exists()


def url(model: type[models.Model], page: str, *arguments: Any) -> str:
    return reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_{page}', args=arguments)


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model._meta.label)
def test_the_list_opens_and_can_be_searched(operator: Client, deal: None, model: type[models.Model]) -> None:
    for query in ({}, {'q': 'nothing'}, {'q': str(uuid.uuid4())}):
        answer = operator.get(url(model, 'changelist'), query)
        assert answer.status_code == 200
        assert [secret for secret in SECRETS if secret in answer.content.decode()] == []


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model._meta.label)
def test_the_page_of_a_row_opens_and_keeps_secrets(operator: Client, deal: None, model: type[models.Model]) -> None:
    for row in model._default_manager.all()[:3]:
        answer = operator.get(url(model, 'change', row.pk))
        assert answer.status_code == 200
        assert [secret for secret in SECRETS if secret in answer.content.decode()] == []


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model._meta.label)
def test_the_page_for_a_new_row_opens_or_is_forbidden(operator: Client, model: type[models.Model]) -> None:
    assert operator.get(url(model, 'add')).status_code in (200, 403)


def _shown_fields() -> list[tuple[str, models.Field[Any, Any]]]:
    """Every field of a model that a list, a filter, a page or a table inside a page names."""
    found = {}
    for page in admin.site._registry.values():
        if page.model._meta.app_label in OUR_APPS:
            for part in (page, *page.inlines):
                names = [*getattr(part, 'list_display', ()), *(part.fields or ()), *getattr(part, 'list_filter', ())]
                for field in part.model._meta.fields:
                    if field.name in names:
                        found[f'{part.model._meta.label}.{field.name}'] = field
    return sorted(found.items())


@pytest.mark.parametrize(('name', 'field'), _shown_fields(), ids=[name for name, _field in _shown_fields()])
def test_what_operators_see_has_a_russian_name(name: str, field: models.Field[Any, Any]) -> None:
    with translation.override('ru'):
        words = [str(field.verbose_name), *(str(label) for value, label in field.flatchoices if value)]
    assert [word for word in words if not re.search('[а-яё]', word, re.IGNORECASE) and word not in NAMES] == []
