"""The list of applications: what it shows, to whom, and how it is narrowed and paged."""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from denimhub.workstation import patience
from jobs.models import Job
from offers.models import Submission
from partners.models import Partner
from partners.models_staff import PartnerStaff
from tests.world import (
    QUESTIONNAIRE,
    a_lender,
    a_partner,
    a_point,
    a_submission,
    an_application,
    an_offered_application,
)

pytestmark = pytest.mark.django_db
LIST = reverse('admin:applications_application_changelist')


def browser_of(name: str, group: str = '', partner: Partner | None = None) -> Client:
    """A browser in which this person has logged in; without a group a superuser."""
    users = get_user_model().objects
    if group:
        call_command('sync_groups', verbosity=0)
        user = users.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
    else:
        user = users.create_superuser(name)
    if partner is not None:
        PartnerStaff.objects.create(user=user, partner=partner)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def boss() -> Client:
    """Who sees everything."""
    return browser_of('boss')


def listed(client: Client, address: str = '', **query: Any) -> list[int]:
    """Ids on a page of the list, in their order."""
    return [row.pk for row in changelist(client, address, **query).result_list]


def changelist(client: Client, address: str = '', **query: Any) -> Any:
    answer = client.get(LIST + address, query)
    assert answer.status_code == 200
    return answer.context['cl']


def several(number: int, **fields: Any) -> list[Application]:
    """Applications of one point, a minute apart, the newest first."""
    point, now = a_point(a_partner()), timezone.now()
    return [an_application(point, created_at=now - minutes * timedelta(minutes=1), **fields)
            for minutes in range(number)]


def text_of(client: Client, **query: Any) -> str:
    return re.sub('[ \n]+', ' ', client.get(LIST, query).content.decode())


def test_a_row_says_what_it_is_about_and_hides_the_client(boss: Client) -> None:
    point = a_point(a_partner(name='Джинсы'), code='T-1', channel='OFFLINE')
    an_application(
        point, amount=1_234_567, phone='+79161234512', created_at=datetime(2025, 3, 1, 21, 30, tzinfo=UTC),
        status_at=timezone.now() - timedelta(hours=3, minutes=5), questionnaire=QUESTIONNAIRE | {
            'last_name': 'Иванов', 'middle_name': 'Иванович', 'mobile_phone': '+79161234512'})
    shown = text_of(boss)
    for part in ('02.03.2025 00:30:00', 'новая', 'Джинсы', 'T-1', 'POS-кредит, офлайн', '12\u00a0345,67\u00a0₽',
                 'И*** И. И.', '+7 9** *** ** 12', '3\u00a0часа', '1\u00a0заявка'):
        assert part in shown
    assert [secret for secret in ('Иванов', 'Иванович', '9161234512', '4512', '123456') if secret in shown] == []


def test_the_answers_of_lenders_are_seen_at_a_glance(boss: Client) -> None:
    now = timezone.now()
    application = an_application(a_point(a_partner()))
    for name, status in (('А', 'APPROVED'), ('Б', 'DECLINED'), ('В', 'FAILED'), ('Г', 'SENT'), ('Д', 'SENDING')):
        a_submission(application, a_lender(name=name), status)
    silent = a_submission(application, a_lender(name='Е'), 'FAILED')
    Submission.objects.filter(pk=silent.pk).update(reason='silent at the deadline')
    unknown = a_submission(application, a_lender(name='Ж'), 'SENDING')
    Submission.objects.filter(pk=unknown.pk).update(outcome_unknown_since=now)
    shown = re.findall(r'role="img" title="([^"]+)"', text_of(boss))
    assert shown == ['А: одобрил', 'Б: отказал', 'В: ошибка', 'Г: спрошен', 'Д: спрошен',
                     'Е: молчит: ответа нет в срок', 'Ж: исход неизвестен']


def test_a_form_that_needs_a_person_is_marked_with_the_reason(boss: Client) -> None:
    stuck, _well = several(2)
    Job.objects.create(kind='x', queue='lenders', subject=str(stuck.guid), state=Job.State.PARKED)
    shown = text_of(boss)
    assert shown.count('class="wants"') == 1
    assert 'title="задание отложено до решения оператора"' in shown
    assert listed(boss, attention='on') == [stuck.pk]


def test_pages_lead_forth_and_back_over_every_form_once(boss: Client) -> None:
    rows = [row.pk for row in several(120)]
    first = changelist(boss)
    second = changelist(boss, first.older_link)
    third = changelist(boss, second.older_link)
    assert [[row.pk for row in page.result_list] for page in (first, second, third)] == [
        rows[:50], rows[50:100], rows[100:]]
    assert (first.newer_link, third.older_link) == ('', '')
    back = changelist(boss, third.newer_link)
    assert [row.pk for row in back.result_list] == rows[50:100]
    assert [row.pk for row in changelist(boss, back.newer_link).result_list] == rows[:50]
    assert (first.how_many, third.how_many) == ('120\u00a0заявок', '120\u00a0заявок')


def test_forms_of_one_moment_are_neither_lost_nor_shown_twice(boss: Client) -> None:
    point, now = a_point(a_partner()), timezone.now()
    rows = [an_application(point, created_at=now).pk for _number in range(101)]
    first = changelist(boss)
    second = changelist(boss, first.older_link)
    assert [row.pk for row in (*first.result_list, *second.result_list)] == rows[:0:-1]


def test_the_order_can_be_turned_around_and_stays_so_over_pages(boss: Client) -> None:
    rows = [row.pk for row in several(60)][::-1]
    first = changelist(boss, o='1')
    assert [row.pk for row in first.result_list] == rows[:50]
    assert listed(boss, first.older_link) == rows[50:]


def test_a_place_that_is_none_leads_to_the_first_page(boss: Client) -> None:
    rows = [row.pk for row in several(3)]
    for place in ('x', '1-', '9' * 17 + '-1', '-5', '1' * 30):
        assert listed(boss, after=place) in (rows, [])
    assert listed(boss, after='x') == rows


def test_every_filter_keeps_what_it_names(boss: Client) -> None:
    lender, live = a_lender(), a_partner(is_sandbox=False)
    bnpl = an_application(a_point(live, kind='bnpl', channel='ONLINE'))
    paper = an_application(a_point(a_partner(), channel='OFFLINE'), amount=10_000_050)
    offered, _offer = an_offered_application(a_point(a_partner(), channel='OFFLINE'), lender)
    assert listed(boss, status='OFFERED') == [offered.pk]
    assert listed(boss, lender=lender.pk) == [offered.pk]
    assert listed(boss, lender=a_lender().pk) == []
    assert listed(boss, partner=live.pk) == [bnpl.pk]
    assert listed(boss, partner=live.pk, point=bnpl.point_id) == [bnpl.pk]
    assert listed(boss, kind='bnpl') == [bnpl.pk]
    assert listed(boss, channel='OFFLINE') == [offered.pk, paper.pk]
    assert listed(boss, world='live') == [bnpl.pk]
    assert listed(boss, world='sandbox') == [offered.pk, paper.pk]
    assert listed(boss, amount_from='100 000,50') == [paper.pk]
    assert listed(boss, amount_from='100 000,51') == []
    assert listed(boss, amount_to='100 000.49') == [offered.pk, bnpl.pk]
    assert listed(boss, kind='pos', channel='OFFLINE', status='NEW') == [paper.pk]


def test_days_are_those_of_moscow(boss: Client) -> None:
    point = a_point(a_partner())
    before, first, last, after = (an_application(point, created_at=datetime(2026, 3, *moment, tzinfo=UTC)).pk
                                  for moment in ((9, 20, 59), (9, 21, 0), (10, 20, 59), (10, 21, 0)))
    assert listed(boss, since='2026-03-10', until='2026-03-10') == [last, first]
    assert listed(boss, since='2026-03-11') == [after]
    assert listed(boss, until='2026-03-09') == [before]


def test_a_point_of_another_partner_is_let_go_with_its_partner(boss: Client) -> None:
    one, two = (an_application(a_point(a_partner())) for _number in range(2))
    assert listed(boss, partner=one.partner_id, point=two.point_id) == [one.pk]
    assert listed(boss, point=two.point_id) == [two.pk, one.pk]


@pytest.mark.parametrize('query', [
    {'amount_from': 'много'}, {'since': 'вчера'}, {'status': 'GONE'}, {'partner': '99999999999999999999'},
    {'lender': 'x'}], ids=str)
def test_a_condition_that_is_not_understood_shows_nothing_and_says_so(boss: Client, query: dict[str, str]) -> None:
    several(1)
    page = changelist(boss, **query)
    assert (list(page.result_list), page.empty.title) == ([], 'Условие не понято')
    assert 'note note-bad' in text_of(boss, **query)


def test_conditions_in_force_are_named_and_each_can_be_taken_back(boss: Client) -> None:
    row = several(1)[0]
    page = changelist(boss, status='NEW', partner=row.partner_id, amount_from='1 000', q='Соколов', after='1-1')
    assert [(chip.label, chip.value) for chip in page.chips] == [
        ('Статус', 'новая'), ('Партнёр', row.partner.name), ('Сумма от, ₽', '1 000')]
    without = page.chips[0].without
    assert 'status' not in without
    assert 'after' not in without
    assert ('q=' in without, f'partner={row.partner_id}' in without) == (True, True)
    assert page.clear_all_filters_qs == '?q=%D0%A1%D0%BE%D0%BA%D0%BE%D0%BB%D0%BE%D0%B2'


def test_the_way_to_the_card_and_back_keeps_filters_and_page(boss: Client) -> None:
    several(51)
    link = changelist(boss, status='NEW').older_link
    shown = boss.get(LIST + link).content.decode()
    kept = re.search(r'/change/\?_changelist_filters=([^"]+)"', shown)
    assert kept is not None
    assert ('status%3DNEW' in kept[1], 'after%3D' in kept[1]) == (True, True)


def test_a_search_that_finds_nothing_says_what_may_be_typed(boss: Client) -> None:
    several(1)
    shown = text_of(boss, q='Неизвестный')
    for part in ('guid анкеты', 'внешний номер партнёра', 'номер договора', 'телефон', 'паспорта', 'фамилия и имя'):
        assert part in shown


def test_the_number_of_queries_does_not_grow_with_the_rows(boss: Client) -> None:
    lender = a_lender()
    a_submission(several(1)[0], lender)
    listed(boss)
    with CaptureQueriesContext(connection) as few:
        listed(boss)
    for row in several(30):
        a_submission(row, lender)
    with CaptureQueriesContext(connection) as many:
        assert len(listed(boss)) == 31
    assert len(many) == len(few)


def test_people_of_a_partner_see_their_own_forms_and_not_who_was_asked() -> None:
    own, other, lender = a_partner(name='Своя'), a_partner(name='Чужая'), a_lender(name='Тайный банк')
    mine, theirs = an_application(a_point(own)), an_application(a_point(other))
    for row in (mine, theirs):
        a_submission(row, lender)
        Job.objects.create(kind=f'x{row.pk}', queue='lenders', subject=str(row.guid), state=Job.State.PARKED)
    client = browser_of('shop', 'partner', own)
    shown = text_of(client)
    assert listed(client) == [mine.pk]
    assert [word for word in ('Чужая', 'Тайный банк', 'отложено', 'class="marks"', 'Кредитор') if word in shown] == []
    assert listed(client, partner=other.pk) == [mine.pk]
    assert listed(client, lender=lender.pk, attention='on') == [mine.pk]
    assert listed(client, q=str(theirs.guid)) == []
    assert listed(client, q=QUESTIONNAIRE['mobile_phone']) == [mine.pk]
    assert list(changelist(client).filters.form['point'].field.queryset) == [mine.point]
    assert listed(client, point=theirs.point_id) == [mine.pk]
    assert set(changelist(client).filters.form.fields) == {
        'status', 'point', 'since', 'until', 'amount_from', 'amount_to', 'kind', 'channel'}


def test_an_operator_sees_all_columns() -> None:
    row = several(1)[0]
    a_submission(row, a_lender(name='Банк'))
    shown = text_of(browser_of('anna', 'operator'))
    assert [word for word in ('Банк: спрошен', row.partner.name, 'Кредиторы') if word not in shown] == []


def test_security_people_have_no_list() -> None:
    assert browser_of('guard', 'security').get(LIST).status_code == 403


@pytest.fixture
def locked_table(transactional_db: None) -> Iterator[None]:
    """Applications cannot be read: another connection holds the table."""
    other = connections.create_connection('default')
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute('LOCK TABLE applications_application IN ACCESS EXCLUSIVE MODE')
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_question_that_takes_too_long_is_answered_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, locked_table: None,
) -> None:
    monkeypatch.setattr(patience, 'PATIENCE_MS', 100)
    shown = text_of(browser_of('boss'), status='NEW')
    assert 'Слишком широкий запрос' in shown
    assert 'Ничего не найдено' not in shown


def test_the_limits_of_one_page_do_not_outlive_it(boss: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('plan_cache_mode')")
        before = cursor.fetchone()
        listed(boss)
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('plan_cache_mode')")
        assert cursor.fetchone() == before


def test_an_action_takes_the_ticked_rows_and_never_all_that_a_filter_finds(boss: Client) -> None:
    rows = several(3)
    answer = boss.post(LIST + '?status=NEW', {
        'action': 'note_many', '_selected_action': [rows[1].pk], 'select_across': '1', 'index': '0'})
    assert answer.status_code == 302
    assert answer.headers['Location'].endswith(f'?ids={rows[1].pk}')


def test_the_card_leads_back_to_the_list_as_it_was_left(boss: Client) -> None:
    row = several(1)[0]
    card = reverse('admin:applications_application_change', args=[row.pk])
    left = boss.get(card, {'_changelist_filters': 'status=NEW&after=1-1'}).content.decode()
    assert f'href="{LIST}?status=NEW&amp;after=1-1"' in left
    assert f'href="{LIST}"' in boss.get(card).content.decode()
