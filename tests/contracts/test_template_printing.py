"""What the client is shown where the lender has templates: its own forms, made once, of what is published."""
from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pikepdf
import pytest
from django.db import transaction
from django.test import Client

from applications.models import Application, Document
from applications.states import advance
from contracts.locks import lock_contract
from contracts.models_templates import TemplateStage, TemplateVersion
from contracts.services import reopen_forms
from contracts.services_templates import retire
from jobs.models import Job
from jobs.services import enqueue
from jobs.testing import run_until_quiet
from lenders.contract import Capabilities, ContractAnswer, ContractStage, DocumentStage, LenderDocument
from lenders.models import Lender
from tests.contracts.fakes import TERMS
from tests.contracts.template_world import a_published, a_waiting, an_operator, html, pdf, published, the_next
from tests.contracts.till import QUIET, Till
from tests.world import a_lender, a_submission, an_application
from vault.files import read_file

pytestmark = pytest.mark.django_db

READY = ContractAnswer(ContractStage.READY, TERMS)


def _documents(application: Application, stage: str = 'contract') -> list[Document]:
    return list(Document.objects.select_related('file').filter(
        application=application, stage=stage, superseded_at__isnull=True).order_by('id'))


def _origins(application: Application, stage: str = 'contract') -> list[tuple[str, str]]:
    return [(row.kind, row.made_from) for row in _documents(application, stage)]


def _named(version: TemplateVersion) -> str:
    return f'template {version.template_id} version {version.number}'


def _bytes(till: Till, file_guid: str) -> bytes:
    response = Client().get('/dp/get_file', {'partner_guid': str(till.partner.guid), 'file_guid': file_guid})
    return b''.join(response)


def _with_fields(lender: Lender, document: str = 'contract', **fields: object) -> TemplateVersion:
    content = pdf('client.full_name', 'contract.number') if document == 'contract' else pdf()
    return a_published(content, lender=lender, document=document, title=document, **fields)


# --- the contract ---------------------------------------------------------------------------------------------------


def test_the_forms_of_a_contract_come_from_the_lenders_templates(till: Till) -> None:
    contract = a_published(html('Договор займа', '<p>{{ contract.number }}</p>'), lender=till.row, position=1)
    rules = _with_fields(till.row, 'rules', file_name='Правила.pdf', position=2)
    till.ready()
    files = till.ok('get_contract')['files']
    assert [file['file_name'] for file in files] == ['Договор № ТБ-123456.pdf', 'Правила.pdf']
    assert _origins(till.application) == [('contract', _named(contract)), ('rules', _named(rules))]


def test_a_form_is_made_once_and_handed_out_again(till: Till) -> None:
    a_published(lender=till.row)
    till.ready()
    guid = till.ok('get_contract')['files'][0]['file_guid']
    stored = read_file(_documents(till.application)[0].file)
    assert stored.startswith(b'%PDF')
    assert [_bytes(till, guid) for _ in range(3)] == [stored] * 3
    published(the_next(TemplateVersion.objects.get().template, html('Другой договор')))
    assert till.ok('get_contract')['files'][0]['file_guid'] == guid
    assert _bytes(till, guid) == stored


def test_a_form_of_ours_stays_where_the_lender_has_only_others(till: Till) -> None:
    insurance = _with_fields(till.row, 'insurance', file_name='Страхование.pdf')
    till.ready()
    assert _origins(till.application) == [
        ('contract', 'built-in form'), ('schedule', 'built-in form'), ('insurance', _named(insurance))]


def test_the_schedule_alone_may_be_the_lenders(till: Till) -> None:
    schedule = _with_fields(till.row, 'schedule', file_name='График.pdf')
    till.ready()
    assert _origins(till.application) == [('contract', 'built-in form'), ('schedule', _named(schedule))]


@pytest.mark.parametrize('change', ['draft', 'other kind', 'other stage', 'other lender', 'retired'])
def test_only_what_is_published_for_this_deal_is_printed(till: Till, change: str) -> None:
    if change == 'draft':
        a_waiting(lender=till.row)
    elif change == 'other kind':
        till.row.kinds = ['pos', 'bnpl']
        till.row.save()
        a_published(lender=till.row, kind='bnpl', file_name='Договор.pdf')
    elif change == 'other stage':
        a_published(lender=till.row, stage=TemplateStage.OFFER, file_name='Договор.pdf')
    elif change == 'other lender':
        a_published(lender=a_lender())
    else:
        retire(version=a_published(lender=till.row), actor=an_operator(), reason='ошибка')
    till.ready()
    assert _origins(till.application) == [('contract', 'built-in form'), ('schedule', 'built-in form')]


def test_bnpl_forms_come_from_templates_too(bnpl: Till) -> None:
    version = a_published(lender=bnpl.row, kind='bnpl', file_name='Договор об оплате частями.pdf')
    bnpl.ready()
    assert _origins(bnpl.application) == [('contract', _named(version))]


def test_documents_of_the_lender_win_over_its_templates(till: Till) -> None:
    a_published(lender=till.row)
    till.lender.capabilities = Capabilities(own_documents=frozenset({DocumentStage.CONTRACT}))
    content = pdf()
    form = LenderDocument(
        'contract', 'Оферта.pdf', 'application/pdf', hashlib.sha256(content).hexdigest(), content=content)
    till.lender.answers['fetch_contract'] = replace(READY, documents=(form,))
    till.ready()
    assert [(row.file_name, row.made_from) for row in _documents(till.application)] == [('Оферта.pdf', 'lender')]


def test_changed_forms_are_printed_with_the_newest_published_version(till: Till) -> None:
    first = a_published(lender=till.row)
    till.signed()
    old = _documents(till.application)[0]
    second = published(the_next(first.template, html('Новая редакция')))
    with transaction.atomic():
        assert reopen_forms(contract=lock_contract(till.contract).contract, forms_version=2, actor='test')
    till.lender.answers['fetch_contract'] = replace(READY, forms_version=2)
    run_until_quiet(600, advance_clock=True, kinds=QUIET)
    assert till.contract.status == 'READY'
    assert _origins(till.application) == [('contract', _named(second))]
    old.refresh_from_db()
    assert (old.made_from, old.superseded_at is not None) == (_named(first), True)


def test_the_printed_form_holds_the_values_of_the_deal(till: Till) -> None:
    _with_fields(till.row)
    till.ready()
    content = read_file(_documents(till.application)[0].file)
    assert content.startswith(b'%PDF')
    with pikepdf.open(io.BytesIO(content)) as printed:
        assert '/AcroForm' not in printed.Root
        assert len(printed.pages) == 1


# --- a template that fails ------------------------------------------------------------------------------------------


def test_a_template_that_fails_ends_the_contract_and_says_why(till: Till) -> None:
    """Four goods and fields for three: nothing may be cut off a contract."""
    fields = [f'goods[{number}].{name}' for number in range(3) for name in ('name', 'price')]
    version = a_published(pdf('client.full_name', *fields), lender=till.row)
    till.offered()
    item = till.application.items[0]
    Application.objects.filter(pk=till.application.pk).update(items=[item] * 4)
    till.ok('confirm_offer')
    run_until_quiet(600, advance_clock=True, kinds=QUIET)
    contract = till.contract
    assert (contract.status, till.fresh().status) == ('FAILED', 'FAILED')
    assert contract.reason.startswith(f'the printed forms cannot be made: {_named(version)}: ')
    job = Job.objects.get(kind='contracts.render')
    assert (job.state, job.attempts) == ('PARKED', 4)
    assert _named(version) in job.last_error
    assert till.ok('get_contract') == {'contract_status': 'error'}
    assert not Document.objects.filter(application=till.application, stage='contract').exists()
    assert ('offers.release', 'READY') in Job.objects.values_list('kind', 'state')


# --- consents -------------------------------------------------------------------------------------------------------


def _consents(till: Till, *lenders: Lender) -> Application:
    application = an_application(till.point)
    for lender in lenders:
        a_submission(application, lender)
    with transaction.atomic():
        advance(application, 'SCORING', actor='test')
        enqueue('contracts.consents', str(application.guid))
    till.work('contracts.consents')
    return application


def _consent(lender: Lender, document: str, **fields: object) -> TemplateVersion:
    return a_published(html('Согласие'), lender=lender, stage=TemplateStage.OFFER, document=document,
                       file_name=f'Согласие {lender.pk} {document}.pdf', **fields)


def test_consents_of_a_lender_with_templates_stand_beside_the_common_ones(till: Till) -> None:
    other = a_lender()
    version = _consent(other, 'personal_data')
    extra = _consent(other, 'biometrics', position=20)
    application = _consents(till, till.row, other)
    rows = _documents(application, 'offers')
    assert [(row.kind, row.lender_code, row.made_from) for row in rows] == [
        ('personal_data', '', 'built-in form'), ('credit_bureau', '', 'built-in form'),
        ('personal_data', other.code, _named(version)), ('biometrics', other.code, _named(extra))]


def test_a_common_consent_without_lenders_is_not_printed_but_the_shops_is(till: Till) -> None:
    personal, bureau = _consent(till.row, 'personal_data'), _consent(till.row, 'credit_bureau')
    application = _consents(till, till.row)
    assert _origins(application, 'offers') == [
        ('personal_data', 'built-in form'), ('personal_data', _named(personal)), ('credit_bureau', _named(bureau))]


def test_consents_are_printed_once(till: Till) -> None:
    _consent(till.row, 'personal_data')
    application = _consents(till, till.row)
    before = _documents(application, 'offers')
    with transaction.atomic():
        enqueue('contracts.consents', str(application.guid))
    till.work('contracts.consents')
    assert _documents(application, 'offers') == before


def test_templates_of_a_lender_that_sends_its_own_consents_are_not_used(till: Till) -> None:
    _consent(till.row, 'personal_data')
    till.lender.capabilities = Capabilities(own_documents=frozenset({DocumentStage.OFFERS}))
    application = _consents(till, till.row)
    assert _origins(application, 'offers') == [
        ('personal_data', 'built-in form'), ('credit_bureau', 'built-in form')]
