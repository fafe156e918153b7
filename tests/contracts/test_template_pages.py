"""The pages of templates in the workstation: who may do what, and what is shown."""
from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contracts.models_templates import PrintTemplate, TemplateEvent, TemplateVersion
from contracts.services_templates import submit, upload_version
from contracts.template_guide import guide
from tests.contracts.template_world import a_draft, a_published, a_waiting, all_rows, an_operator, html, pdf, the_next
from tests.world import a_lender

pytestmark = pytest.mark.django_db

UPLOADER = ('add_templateversion', 'view_templateversion', 'view_printtemplate')
REVIEWER = ('review_template', 'view_templateversion', 'view_printtemplate')
VIEWER = ('view_templateversion', 'view_printtemplate')
MOVES = ('submit', 'publish', 'reject', 'retire')


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _url(page: str, version: TemplateVersion) -> str:
    return reverse(f'admin:contracts_templateversion_{page}', args=[version.pk])


def _text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def _new(**fields: Any) -> dict[str, Any]:
    return {
        'kind': 'pos', 'stage': 'contract', 'document': 'contract', 'title': 'Договор', 'comment': '',
        'file_name': 'Договор № {number}.pdf', 'position': '10',
        'content': SimpleUploadedFile('contract.html', html())} | fields


def test_a_new_template_is_uploaded_given_away_and_published_by_another() -> None:
    lender = a_lender()
    author, reviewer = an_operator(*UPLOADER), an_operator(*REVIEWER)
    answer = _browser(author).post(reverse('admin:contracts_printtemplate_add'), _new(lender=lender.pk))
    version = TemplateVersion.objects.get()
    assert (answer.status_code, answer['Location']) == (302, _url('change', version))
    _browser(author).post(_url('submit', version))
    page = _text(_browser(reviewer), _url('change', version))
    assert 'Опубликовать' in page
    _browser(reviewer).post(_url('publish', version))
    version.refresh_from_db()
    assert (version.status, version.author, version.reviewer) == ('PUBLISHED', author, reviewer)


def test_everything_wrong_with_a_file_stands_beside_it() -> None:
    lender = a_lender()
    content = b'<html><body>\n<p>{{ client.nmae }}</p>\n<script>1</script></body></html>'
    before = all_rows()
    answer = _browser(an_operator(*UPLOADER)).post(
        reverse('admin:contracts_printtemplate_add'),
        _new(lender=lender.pk, content=SimpleUploadedFile('contract.html', content)))
    errors = answer.context['form'].errors
    assert list(errors) == ['content']
    assert any(message.startswith('строка 2') for message in errors['content'])
    assert any(message.startswith('строка 3') for message in errors['content'])
    assert all_rows() == before


def test_a_form_that_is_there_already_is_said_beside_its_name() -> None:
    version = a_draft()
    answer = _browser(an_operator(*UPLOADER)).post(
        reverse('admin:contracts_printtemplate_add'), _new(lender=version.template.lender_id))
    assert list(answer.context['form'].errors) == ['document']


def test_a_new_version_comes_from_the_page_of_the_template() -> None:
    version, author = a_draft(), an_operator(*UPLOADER)
    address = reverse('admin:contracts_printtemplate_upload', args=[version.template_id])
    assert _browser(author).get(address).status_code == 200
    answer = _browser(author).post(
        address, {'content': SimpleUploadedFile('b.html', html('Вторая')), 'comment': 'шапка'})
    second = TemplateVersion.objects.get(number=2)
    assert answer['Location'] == _url('change', second)
    assert (second.author, second.comment, second.source_name) == (author, 'шапка', 'b.html')


def test_the_preview_is_a_pdf_that_can_do_nothing() -> None:
    for content in (html(), pdf()):
        version = a_draft(content)
        answer = _browser(an_operator(*VIEWER)).get(_url('preview', version))
        assert answer.content.startswith(b'%PDF')
        assert answer['Content-Type'] == 'application/pdf'
        assert answer['Content-Disposition'].startswith('inline')
        assert 'no-store' in answer['Cache-Control']
        assert answer['X-Content-Type-Options'] == 'nosniff'
        assert answer['Content-Security-Policy'] == "sandbox; default-src 'none'"


def test_the_source_is_the_uploaded_file_and_never_a_page() -> None:
    version = a_draft(html())
    answer = _browser(an_operator(*VIEWER)).get(_url('source', version))
    assert answer.content == html()
    assert answer['Content-Disposition'].startswith('attachment')
    assert answer['Content-Security-Policy'] == "sandbox; default-src 'none'"


def test_a_reviewer_sees_changed_lines_escaped() -> None:
    first = a_published(html('Договор', '\n<p>старая <b>строка</b></p>\n'))
    second = the_next(first.template, html('Договор', '\n<p>новая <i>строка</i></p>\n'))
    page = _text(_browser(an_operator(*REVIEWER)), _url('diff', second))
    assert '&lt;p&gt;старая &lt;b&gt;строка&lt;/b&gt;&lt;/p&gt;' in page
    assert '&lt;p&gt;новая &lt;i&gt;строка&lt;/i&gt;&lt;/p&gt;' in page
    assert '<b>строка</b>' not in page


def test_versions_that_cannot_be_compared_say_so() -> None:
    first = a_draft()
    assert 'это первая версия' in _text(_browser(an_operator(*REVIEWER)), _url('diff', first))
    second = upload_version(template=first.template, content=pdf(), source_name='b.pdf', author=an_operator())
    assert 'две версии в HTML' in _text(_browser(an_operator(*REVIEWER)), _url('diff', second))


def test_variables_are_listed_with_examples_for_each_kind_and_stage() -> None:
    client, address = _browser(an_operator(*VIEWER)), reverse('admin:contracts_printtemplate_variables')
    page = _text(client, f'{address}?kind=pos&stage=contract')
    assert 'contract.effective_rate' in page
    assert 'schedule[0].payment' in page
    page = _text(client, f'{address}?kind=bnpl&stage=offer')
    assert 'request.amount' in page
    assert 'contract.number' not in page
    assert client.get(address, {'kind': 'x', 'stage': '<b>'}).status_code == 200


def test_the_field_for_the_rest_of_a_list_is_named() -> None:
    fields = {line.name: line.field for line in guide('pos', 'contract').variables}
    assert (fields['goods'], fields['schedule']) == ('goods_more', 'schedule_more')
    assert fields['goods[].name'] == 'goods[0].name'


def test_an_author_is_offered_no_decision_and_gets_none() -> None:
    author = an_operator(*UPLOADER, 'review_template', is_superuser=True)
    version = a_waiting(author=author)
    page = _text(_browser(author), _url('change', version))
    assert 'решает другой человек' in page
    assert 'Опубликовать</button>' not in page
    before = all_rows()
    answer = _browser(author).post(_url('publish', version), follow=True)
    assert 'Решает второй человек' in answer.content.decode()
    assert all_rows() == before


def test_a_rejection_and_a_retirement_carry_their_reasons() -> None:
    client = _browser(an_operator(*REVIEWER))
    waiting, shown = a_waiting(), a_published()
    client.post(_url('reject', waiting), {'reason': 'не тот шрифт'})
    client.post(_url('retire', shown), {'reason': 'ошибка'})
    waiting.refresh_from_db()
    shown.refresh_from_db()
    assert (waiting.status, waiting.reason, shown.status, shown.reason) == (
        'REJECTED', 'не тот шрифт', 'RETIRED', 'ошибка')


@pytest.mark.parametrize(('rights', 'forbidden'), [
    (UPLOADER, ('publish', 'reject', 'retire')), (REVIEWER, ('submit',)), (VIEWER, MOVES), ((), MOVES)],
    ids=['uploader', 'reviewer', 'viewer', 'nobody'])
def test_a_move_needs_its_right(rights: tuple[str, ...], forbidden: tuple[str, ...]) -> None:
    client = _browser(an_operator(*rights))
    version = a_waiting()
    before = all_rows()
    for move in forbidden:
        assert client.post(_url(move, version), {'reason': 'так'}).status_code == 403
    assert all_rows() == before


@pytest.mark.parametrize('rights', [(), REVIEWER, VIEWER], ids=['nobody', 'reviewer', 'viewer'])
def test_an_upload_needs_its_right(rights: tuple[str, ...]) -> None:
    version, client = a_draft(), _browser(an_operator(*rights))
    for address in (reverse('admin:contracts_printtemplate_add'),
                    reverse('admin:contracts_printtemplate_upload', args=[version.template_id])):
        assert client.post(address, _new(lender=version.template.lender_id)).status_code == 403


def test_nobody_without_the_right_to_look_sees_a_page() -> None:
    version, client = a_draft(), _browser(an_operator())
    for page in ('preview', 'source', 'diff', 'change'):
        assert client.get(_url(page, version)).status_code == 403
    assert client.get(reverse('admin:contracts_printtemplate_variables')).status_code == 403


def test_moves_answer_to_post_alone() -> None:
    version = a_waiting()
    client = _browser(an_operator(*UPLOADER, *REVIEWER))
    assert [client.get(_url(move, version)).status_code for move in MOVES] == [405] * 4


def test_strangers_are_sent_to_the_log_in() -> None:
    version = a_draft()
    for page in ('preview', 'source', 'diff', *MOVES):
        assert '/admin/login/' in Client().get(_url(page, version))['Location']


def test_names_of_a_template_may_be_changed_and_nothing_else() -> None:
    version, client = a_draft(), _browser(an_operator(*VIEWER, 'change_printtemplate'))
    address = reverse('admin:contracts_printtemplate_change', args=[version.template_id])
    values = {'title': 'Договор займа', 'file_name': 'Займ.pdf', 'position': '3', 'document': 'other', 'kind': 'bnpl',
              'versions-TOTAL_FORMS': '0', 'versions-INITIAL_FORMS': '0', 'events-TOTAL_FORMS': '0',
              'events-INITIAL_FORMS': '0'}
    assert client.post(address, values).status_code == 302
    template = PrintTemplate.objects.get()
    assert (template.title, template.file_name, template.position, template.document, template.kind) == (
        'Договор займа', 'Займ.pdf', 3, 'contract', 'pos')
    assert TemplateEvent.objects.count() == 2
    assert client.post(address, values | {'file_name': '../x.pdf'}).status_code == 200
    template.refresh_from_db()
    assert template.file_name == 'Займ.pdf'


def test_a_draft_in_the_list_is_opened_by_its_template() -> None:
    version = a_draft()
    submit(version=version, actor=version.author)
    client = _browser(an_operator(*VIEWER))
    page = _text(client, reverse('admin:contracts_printtemplate_change', args=[version.template_id]))
    assert _url('change', version) in page
