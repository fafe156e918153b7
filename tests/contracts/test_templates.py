"""Lenders' templates: what may be uploaded, who may publish it, and what never changes."""
from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from contracts.models_templates import PrintTemplate, TemplateEvent, TemplateStage, TemplateVersion
from contracts.selectors_templates import content_of, published_version, published_versions
from contracts.services_templates import (
    TemplateRefused,
    add_template,
    describe_template,
    format_of,
    publish,
    reject,
    retire,
    submit,
    upload_version,
)
from contracts.statuses import TEMPLATE_MOVES, TemplateStatus
from tests.contracts.template_world import (
    a_draft,
    a_published,
    a_waiting,
    all_rows,
    an_operator,
    html,
    pdf,
    the_next,
)
from tests.world import a_lender
from vault.files import BlobDamaged, store_file
from vault.models import StoredFile

pytestmark = pytest.mark.django_db


def _refused(work: Callable[[], Any]) -> tuple[str, ...]:
    """The messages of a refusal that has changed nothing."""
    before = all_rows()
    with pytest.raises(TemplateRefused) as refused:
        work()
    assert all_rows() == before
    return refused.value.messages


# --- upload ---------------------------------------------------------------------------------------------------------


def test_an_upload_is_a_draft_that_nothing_is_printed_from() -> None:
    author, lender, content = an_operator(), a_lender(), html()
    version = a_draft(content, lender=lender, author=author, comment='первая')
    assert (version.number, version.status, version.format, version.author) == (1, 'DRAFT', 'html', author)
    assert version.reviewer is None
    assert version.sha256 == hashlib.sha256(content).hexdigest()
    assert content_of(version) == content
    assert published_versions([lender.pk], kind='pos', stage=TemplateStage.CONTRACT) == []
    event = TemplateEvent.objects.get()
    assert (event.version, event.moved_from, event.moved_to, event.actor, event.why) == (
        version, '', 'DRAFT', author.username, 'первая')


def test_a_file_is_kept_encrypted_under_its_version() -> None:
    version = a_draft()
    assert (version.file.kind, version.file.context) == ('template', str(version.guid))


def test_versions_of_a_template_are_numbered() -> None:
    first = a_draft()
    second = upload_version(
        template=first.template, content=html('Вторая'), source_name='2.html', author=an_operator())
    assert (first.number, second.number) == (1, 2)
    assert second.template == first.template


@pytest.mark.parametrize(('name', 'content', 'format_'), [
    ('contract.pdf', html(), 'html'), ('contract.html', pdf(), 'pdf'), ('без имени', b'\xef\xbb\xbf' + html(), 'html')])
def test_the_format_is_told_by_the_content_and_not_by_the_name(name: str, content: bytes, format_: str) -> None:
    assert a_draft(content, source_name=name).format == format_


@pytest.mark.parametrize('content', [b'', b'plain text', b'PK\x03\x04<docx>\x00', b'\x00<html>'],
                         ids=['empty', 'text', 'docx', 'zeros'])
def test_what_is_neither_html_nor_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(TemplateRefused):
        format_of(content)
    lender, author = a_lender(), an_operator()
    assert len(_refused(lambda: a_draft(content, lender=lender, author=author))) == 1


def test_every_finding_comes_at_once_with_its_line() -> None:
    lender, author = a_lender(), an_operator()
    content = b'<html><body>\n<p>{{ client.nmae }}</p>\n<script>1</script>\n<img src="http://x.example/a.png">\n</body></html>'
    messages = _refused(lambda: a_draft(content, lender=lender, author=author))
    assert len(messages) >= 3
    assert [any(message.startswith(f'строка {line}') for message in messages) for line in (2, 3, 4)] == [True] * 3


def test_an_unknown_field_of_a_pdf_is_named() -> None:
    lender, author = a_lender(), an_operator()
    messages = _refused(lambda: a_draft(pdf('client.full_name', 'client.nmae'), lender=lender, author=author))
    assert len(messages) == 1
    assert 'client.nmae' in messages[0]


def test_a_file_over_ten_mebibytes_is_refused_unread() -> None:
    lender, author = a_lender(), an_operator()
    _refused(lambda: a_draft(b'%PDF-' + b'0' * 10 * 1024 * 1024, lender=lender, author=author))


def test_the_same_file_is_not_taken_twice() -> None:
    version = a_draft()
    author = an_operator()
    messages = _refused(lambda: upload_version(
        template=version.template, content=html(), source_name='again.html', author=author))
    assert messages == ('Этот же файл уже загружен как версия 1',)


def test_a_rejected_file_may_come_again() -> None:
    version = a_waiting()
    reject(version=version, reviewer=an_operator(), reason='не тот шрифт')
    again = upload_version(template=version.template, content=html(), source_name='again.html', author=an_operator())
    assert again.number == 2


def test_a_lender_has_one_template_per_form() -> None:
    version, author = a_draft(), an_operator()
    _refused(lambda: a_draft(html('Ещё'), lender=version.template.lender, author=author))


@pytest.mark.parametrize(('wrong', 'about'), [
    ({'kind': 'bnpl', 'file_name': 'Договор.pdf'}, 'kind'), ({'document': 'Договор'}, 'document'),
    ({'document': 'x'}, 'document'), ({'file_name': 'Договор.exe'}, 'file_name'),
    ({'file_name': '../../etc/passwd.pdf'}, 'file_name'), ({'file_name': 'a\r\nb.pdf'}, 'file_name'),
    ({'stage': TemplateStage.OFFER}, 'file_name')],
    ids=['kind', 'cyrillic', 'short', 'exe', 'path', 'lines', 'number'])
def test_a_wrong_description_is_refused(wrong: dict[str, Any], about: str) -> None:
    lender, author = a_lender(kinds=['pos']), an_operator()
    before = all_rows()
    with pytest.raises(TemplateRefused) as refused:
        a_draft(**{'lender': lender, 'author': author} | wrong)
    assert refused.value.about == about
    assert all_rows() == before


# --- moves ----------------------------------------------------------------------------------------------------------


def test_a_second_person_publishes_and_the_journal_tells_it_all() -> None:
    author, reviewer = an_operator(), an_operator()
    version = a_draft(author=author)
    submit(version=version, actor=author)
    publish(version=version, reviewer=reviewer)
    version.refresh_from_db()
    assert (version.status, version.reviewer) == ('PUBLISHED', reviewer)
    assert published_version(version.template) == version
    told = [(event.moved_from, event.moved_to, event.actor) for event in TemplateEvent.objects.order_by('id')]
    assert told == [('', 'DRAFT', author.username), ('DRAFT', 'WAITING', author.username),
                    ('WAITING', 'PUBLISHED', reviewer.username)]


@pytest.mark.parametrize('is_superuser', [False, True])
def test_an_author_does_not_publish_nor_reject_what_is_their_own(is_superuser: bool) -> None:
    author = an_operator(is_superuser=is_superuser)
    version = a_waiting(author=author)
    assert _refused(lambda: publish(version=version, reviewer=author)) == (
        'Решает второй человек: эту версию загрузили вы сами',)
    _refused(lambda: reject(version=version, reviewer=author, reason='передумал'))


def test_a_published_version_replaces_the_former_one() -> None:
    first = a_published()
    second = the_next(first.template, html('Вторая'))
    reviewer = an_operator()
    publish(version=second, reviewer=reviewer)
    first.refresh_from_db()
    assert first.status == 'RETIRED'
    assert published_version(first.template) == second
    last = TemplateEvent.objects.order_by('-id')[:2]
    assert [(event.version, event.moved_to, event.actor, event.why) for event in last] == [
        (second, 'PUBLISHED', reviewer.username, ''), (first, 'RETIRED', reviewer.username, 'replaced by version 2')]


def test_an_older_version_never_replaces_a_newer_one() -> None:
    older = a_waiting()
    publish(version=the_next(older.template, html('Вторая')), reviewer=an_operator())
    reviewer = an_operator()
    _refused(lambda: publish(version=older, reviewer=reviewer))


def test_a_rejection_needs_a_reason_and_is_final() -> None:
    version, reviewer = a_waiting(), an_operator()
    assert _refused(lambda: reject(version=version, reviewer=reviewer, reason='  ')) == ('Укажите причину',)
    reject(version=version, reviewer=reviewer, reason='не тот ИНН')
    version.refresh_from_db()
    assert (version.status, version.reviewer, version.reason) == ('REJECTED', reviewer, 'не тот ИНН')
    _refused(lambda: publish(version=version, reviewer=reviewer))


def test_a_retired_version_leaves_nothing_published() -> None:
    version, operator = a_published(), an_operator()
    _refused(lambda: retire(version=version, actor=operator, reason=''))
    retire(version=version, actor=operator, reason='ошибка в ставке')
    version.refresh_from_db()
    assert (version.status, version.reason) == ('RETIRED', 'ошибка в ставке')
    assert published_version(version.template) is None
    _refused(lambda: retire(version=version, actor=operator, reason='ещё раз'))


_VERBS: dict[str, Callable[[TemplateVersion, Any], None]] = {
    'WAITING': lambda version, user: submit(version=version, actor=user),
    'PUBLISHED': lambda version, user: publish(version=version, reviewer=user),
    'REJECTED': lambda version, user: reject(version=version, reviewer=user, reason='так'),
    'RETIRED': lambda version, user: retire(version=version, actor=user, reason='так'),
}


def _in(status: str) -> TemplateVersion:
    version = a_draft()
    way = {'DRAFT': (), 'WAITING': ('WAITING',), 'RETIRED': ('WAITING', 'PUBLISHED', 'RETIRED')}
    for step in way.get(status, ('WAITING', status)):
        _VERBS[step](version, an_operator())
        version.refresh_from_db()
    return version


@pytest.mark.parametrize('to', sorted(_VERBS))
@pytest.mark.parametrize('source', sorted(TEMPLATE_MOVES))
def test_the_table_of_moves_holds_in_services_and_in_the_database(source: str, to: str) -> None:
    version, user = _in(source), an_operator()
    if TemplateStatus(to) in TEMPLATE_MOVES[TemplateStatus(source)]:
        _VERBS[to](version, user)
        version.refresh_from_db()
        assert version.status == to
        return
    _refused(lambda: _VERBS[to](version, user))
    if source != to:
        with pytest.raises(DatabaseError, match='undeclared move'), transaction.atomic():
            TemplateVersion.objects.filter(pk=version.pk).update(status=to)


def test_names_may_change_and_the_journal_says_so() -> None:
    version, operator = a_draft(), an_operator()
    template = version.template
    describe_template(template=template, title='Договор займа', file_name='Займ.pdf', position=5, actor=operator)
    template.refresh_from_db()
    assert (template.title, template.file_name, template.position) == ('Договор займа', 'Займ.pdf', 5)
    event = TemplateEvent.objects.order_by('-id')[0]
    assert (event.version, event.actor) == (None, operator.username)
    assert event.why == 'Договор · Договор № {number}.pdf · 10 → Договор займа · Займ.pdf · 5'
    _refused(lambda: describe_template(
        template=template, title='Договор', file_name='bad', position=5, actor=operator))


# --- what the database itself refuses -------------------------------------------------------------------------------


@pytest.mark.parametrize('changes', [
    {'sha256': '0' * 64}, {'number': 7}, {'format': 'pdf'}, {'source_name': 'x'}, {'comment': 'x'}],
    ids=lambda changes: next(iter(changes)))
def test_the_content_of_a_version_never_changes(changes: dict[str, Any]) -> None:
    version = a_draft()
    with pytest.raises(DatabaseError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(**changes)
    other = store_file(b'other', content_type='text/html', kind='template', context='x')
    with pytest.raises(DatabaseError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(file=other)
    with pytest.raises(DatabaseError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(author=an_operator())


def test_a_template_never_becomes_another_form_and_is_never_deleted() -> None:
    version = a_draft()
    for changes in ({'kind': 'bnpl'}, {'stage': 'offer'}, {'document': 'other'}, {'lender': a_lender()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PrintTemplate.objects.filter(pk=version.template_id).update(**changes)
    for table in ('contracts_templateevent', 'contracts_templateversion', 'contracts_printtemplate'):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM {table}')
    with pytest.raises(DatabaseError), transaction.atomic():
        TemplateEvent.objects.update(actor='nobody')


def test_the_database_knows_of_the_second_person_and_of_one_published_version() -> None:
    version = a_waiting()
    with pytest.raises(IntegrityError, match='template_reviewer_is_another'), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(status='PUBLISHED', reviewer=version.author)
    with pytest.raises(IntegrityError, match='template_decided_by_reviewer'), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(status='PUBLISHED')
    first = a_published()
    second = the_next(first.template, html('Вторая'))
    with pytest.raises(IntegrityError, match='one_published_version'), transaction.atomic():
        TemplateVersion.objects.filter(pk=second.pk).update(status='PUBLISHED', reviewer=an_operator())


def test_a_file_other_than_the_one_that_was_checked_is_not_used() -> None:
    version, reviewer = a_waiting(), an_operator()
    StoredFile.objects.filter(pk=version.file_id).update(sha256='0' * 64)
    version = TemplateVersion.objects.get(pk=version.pk)
    before = all_rows()
    with pytest.raises(BlobDamaged):
        publish(version=version, reviewer=reviewer)
    assert all_rows() == before


# --- at once --------------------------------------------------------------------------------------------------------


def _at_once(*works: Callable[[], Any]) -> list[str]:
    """Run in threads that begin together; the outcome of each: done or refused."""
    gate, outcomes = threading.Barrier(len(works)), ['?'] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            work()
            outcomes[number] = 'done'
        except TemplateRefused:
            outcomes[number] = 'refused'
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, work)) for number, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_have_one_winner() -> None:
    version = a_waiting()
    reviewers = [an_operator(), an_operator()]
    outcomes = _at_once(*(
        lambda reviewer=reviewer: publish(
            version=TemplateVersion.objects.get(pk=version.pk), reviewer=reviewer)
        for reviewer in reviewers))
    assert sorted(outcomes) == ['done', 'refused']
    assert TemplateEvent.objects.filter(moved_to='PUBLISHED').count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_versions_published_at_once_leave_the_newest() -> None:
    first = a_waiting()
    second = the_next(first.template, html('Вторая'))
    reviewer = an_operator()
    _at_once(
        lambda: publish(version=first, reviewer=reviewer), lambda: publish(version=second, reviewer=reviewer))
    assert list(TemplateVersion.objects.filter(status='PUBLISHED').values_list('number', flat=True)) == [2]


@pytest.mark.django_db(transaction=True)
def test_uploads_at_once_get_numbers_of_their_own() -> None:
    template = a_draft().template
    author = an_operator()
    outcomes = _at_once(*(
        lambda title=title: upload_version(
            template=template, content=html(title), source_name='x.html', author=author)
        for title in ('а', 'б', 'в')))
    assert outcomes == ['done'] * 3
    assert list(TemplateVersion.objects.order_by('number').values_list('number', flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_one_form_added_twice_at_once_is_one_template() -> None:
    lender, author = a_lender(), an_operator()
    outcomes = _at_once(*(
        lambda title=title: add_template(
            lender=lender, kind='pos', stage=TemplateStage.CONTRACT, document='contract', title=title,
            file_name='x.pdf', content=html(title), source_name='x.html', author=author)
        for title in ('а', 'б')))
    assert sorted(outcomes) == ['done', 'refused']
    assert PrintTemplate.objects.count() == TemplateVersion.objects.count() == 1
