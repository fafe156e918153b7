"""The first page of the workstation: figures of two worlds kept apart, for the platform and for a partner's own."""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.states import advance
from contracts.models import Contract
from denimhub.workstation.dashboard import kept, state_of
from denimhub.workstation.dashboard_charts import chart, funnel, lasted, percent
from denimhub.workstation.dashboard_deals import (
    DAYS_SQL,
    LENDERS_SQL,
    MESSAGES_SQL,
    Day,
    LenderWork,
    Scope,
    days_between,
    lenders_between,
    spending_between,
)
from denimhub.workstation.dashboard_duties import LenderState, Stuck, lender_states, parked_jobs, stuck
from denimhub.workstation.patience import TooBroad
from jobs.models import Job
from lenders.models import Exchange
from partners.models_staff import PartnerStaff
from tests.world import a_deal, a_lender, a_partner, a_point, a_submission, an_application, an_offer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def person(name: str, group: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    client = Client()
    client.force_login(user)
    return client


def month() -> tuple[datetime, datetime]:
    now = timezone.now()
    return now - timedelta(days=29), now + timedelta(days=1)


# -- figures -----------------------------------------------------------------------------------------------------------

def test_a_form_counts_in_every_step_it_has_reached() -> None:
    point, lender = a_point(a_partner()), a_lender()
    an_application(point)
    application, offer = a_deal(point, lender)
    Application.objects.filter(pk=application.pk).update(amount=5_000_000)
    Contract.objects.create(
        application=application, offer=offer, submission=offer.submission, lender=lender, status_at=timezone.now(),
        expires_at=timezone.now(), amount=4_500_000, signed_at=timezone.now())
    with transaction.atomic():
        advance(application, 'ISSUED', actor='test')
    (day,) = days_between(*month(), Scope())
    assert (day.created, day.sent, day.offered, day.chosen, day.signed, day.issued, day.lent) == (
        2, 1, 1, 1, 1, 1, 4_500_000)


def test_worlds_and_partners_are_counted_apart() -> None:
    live, sandbox = a_partner(is_sandbox=False), a_partner()
    an_application(a_point(live))
    an_application(a_point(sandbox))
    an_application(a_point(sandbox))
    counted = {
        name: sum(day.created for day in days_between(*month(), scope)) for name, scope in {
            'live': Scope(is_sandbox=False), 'sandbox': Scope(is_sandbox=True), 'all': Scope(),
            'own': Scope(partner_id=live.pk)}.items()}
    assert counted == {'live': 1, 'sandbox': 2, 'all': 3, 'own': 1}


def test_a_day_is_a_day_of_moscow() -> None:
    point = a_point(a_partner())
    an_application(point, created_at=datetime(2026, 3, 9, 20, 59, tzinfo=UTC))
    an_application(point, created_at=datetime(2026, 3, 9, 21, 1, tzinfo=UTC))
    days = days_between(datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC), Scope())
    assert [(day.day, day.created) for day in days] == [(date(2026, 3, 9), 1), (date(2026, 3, 10), 1)]


def test_a_lender_is_judged_by_its_words_and_their_time() -> None:
    point, lender = a_point(a_partner()), a_lender()
    came = timezone.now() - timedelta(minutes=10)
    for seconds in (10, 20, 30):
        submission = a_submission(an_application(point, created_at=came), lender, 'APPROVED')
        offer = an_offer(submission)
        type(offer).objects.filter(pk=offer.pk).update(created_at=came + timedelta(seconds=seconds))
    declined = a_submission(an_application(point, created_at=came), lender, 'DECLINED')
    type(declined).objects.filter(pk=declined.pk).update(status_at=came + timedelta(seconds=40))
    a_submission(an_application(point, created_at=came), lender, 'SENT')
    (work,) = lenders_between(*month(), Scope())
    assert work == LenderWork(lender.pk, 5, 3, 1, 0, 25.0, 38.5)


def test_parked_jobs_are_counted_by_kind() -> None:
    now = timezone.now()
    for number, (kind, state) in enumerate([('offers.submit', 'PARKED'), ('offers.submit', 'PARKED'),
                                            ('contracts.confirm', 'PARKED'), ('offers.settle', 'READY')]):
        Job.objects.create(kind=kind, queue='lenders', subject=str(number), state=state, due_at=now)
    assert [(one.kind, one.count) for one in parked_jobs()] == [('offers.submit', 2), ('contracts.confirm', 1)]


def test_calls_of_the_last_minutes_tell_how_a_lender_does() -> None:
    lender = a_lender()
    for minutes, trouble in ((1, 'OutcomeUnknown'), (2, ''), (10, 'LenderUnavailable'), (20, 'NotUnderstood')):
        row = Exchange.objects.create(lender=lender, operation='submit', method='POST', path='/', trouble=trouble)
        Exchange.objects.filter(pk=row.pk).update(started_at=timezone.now() - timedelta(minutes=minutes))
    (state,) = lender_states()
    assert (state.short, state.short_bad, state.long, state.long_bad) == (2, 1, 3, 2)


def test_stuck_forms_are_counted_by_reason_and_world() -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    an_application(a_point(a_partner()), status_at=long_ago)
    an_application(a_point(a_partner(is_sandbox=False)))
    text = 'рассмотрение не закончилось в срок'
    assert stuck(Scope()) == Stuck(1, False, ((text, 1),))
    assert stuck(Scope(is_sandbox=True)) == Stuck(1, False, ((text, 1),))
    assert stuck(Scope(is_sandbox=False)) == Stuck(0, False, ())


def a_state(**other: Any) -> LenderState:
    values: dict[str, Any] = {
        'lender_id': 1, 'name': 'Банк', 'is_sandbox': False, 'is_active': True, 'paused_until': None,
        'pause_reason': '', 'short': 0, 'short_bad': 0, 'long': 0, 'long_bad': 0} | other
    return LenderState(**values)


NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(('state', 'words', 'is_bad'), [
    (a_state(), 'вызовов не было', False),
    (a_state(short=4, long=4), 'отвечает', False),
    (a_state(short=4, short_bad=1, long=4, long_bad=1), 'отвечает с ошибками', False),
    (a_state(short=4, short_bad=2, long=4, long_bad=2), 'не отвечает: вызовы приостанавливаются', True),
    (a_state(is_active=False, short=4), 'выключен', False),
    (a_state(paused_until=NOW + timedelta(minutes=90), pause_reason='401'), 'пауза до 09.03 13:30: 401', True),
    (a_state(paused_until=NOW - timedelta(minutes=1), short=1, long=1), 'отвечает', False),
], ids=['silent', 'well', 'errors', 'broken', 'off', 'paused', 'pause-over'])
def test_the_state_of_a_lender_is_said_in_words(state: LenderState, words: str, is_bad: bool) -> None:
    assert state_of(state, NOW) == (words, is_bad)


def test_the_funnel_tells_shares_losses_and_ends() -> None:
    found = funnel([Day(date(2026, 3, 9), created=10, sent=8, offered=4, chosen=3, signed=2, issued=1, declined=4,
                        canceled=1, lent=700)])
    assert [(step.count, step.share, step.of_before, step.lost) for step in found.steps] == [
        (10, 100, 100, 0), (8, 80, 80, 2), (4, 40, 50, 4), (3, 30, 75, 1), (2, 20, 67, 1), (1, 10, 50, 1)]
    assert (found.open, found.lent) == (4, 700)


def test_the_chart_has_every_day_and_says_itself_in_words() -> None:
    drawn = chart([Day(date(2026, 3, 8), created=4, issued=1)], last=date(2026, 3, 9), length=3)
    assert [(one.day.day, one.created, one.created_height, one.issued_height) for one in drawn.columns] == [
        (7, 0, 0, 0), (8, 4, 160, 40), (9, 0, 0, 0)]
    assert drawn.said == 'Заявок 4, выдано 1; больше всего заявок 08.03.2026: 4.'
    assert chart([], last=date(2026, 3, 9), length=3).said == 'Заявок за эти дни не было.'


def test_shares_and_times_are_said_as_people_do() -> None:
    assert [percent(1, 3), percent(2, 3), percent(0, 0), percent(1, 200)] == [33, 67, 0, 1]
    assert [lasted(value) for value in (None, 0.84, 14.4, 125, 4320, 500_000)] == [
        '—', '0,8\u00a0с', '14\u00a0с', '2\u00a0мин\u00a005\u00a0с', '1\u00a0ч\u00a012\u00a0мин', '5\u00a0дн']


# -- the page ----------------------------------------------------------------------------------------------------------

def test_the_page_shows_live_figures_until_another_world_is_chosen() -> None:
    an_application(a_point(a_partner(is_sandbox=False)))
    an_application(a_point(a_partner()))
    client = person('olga', 'operator')
    for query, count in (('', 1), ('?world=sandbox', 1), ('?world=all', 2), ('?world=nonsense', 1)):
        page = client.get(reverse('admin:index') + query)
        assert page.status_code == 200
        assert page.context['dashboard']['month'].created == count
    assert 'Требуют внимания' in page.content.decode()


def test_every_link_of_the_page_opens_the_list_it_promises() -> None:
    Job.objects.create(kind='offers.submit', queue='lenders', subject='1', state='PARKED', due_at=timezone.now())
    a_submission(an_application(a_point(a_partner())), a_lender())
    client = person('sergey', 'supervisor')
    text = client.get(reverse('admin:index') + '?world=all').content.decode()
    links = set(re.findall(r'href="(/admin/[^"]+)"', text[text.index('id="content-main"'):]))
    assert len(links) >= 9
    assert any('attention' in link for link in links)
    for link in links:
        page = client.get(link.replace('&amp;', '&'))
        assert page.status_code == 200, link
        assert '?e=1' not in page.request['PATH_INFO'], link


def test_nothing_on_the_page_needs_a_script_or_a_style_of_its_own() -> None:
    text = person('olga', 'operator').get(reverse('admin:index')).content.decode()
    main = text[text.index('id="content-main"'):]
    main = main[:main.index('</main>')] if '</main>' in main else main
    assert re.search(r'\sstyle=|<style|\son\w+=|https?://', main) is None


def test_staff_of_a_partner_see_their_own_figures_and_no_lender() -> None:
    own, other = a_partner(), a_partner()
    lender = a_lender(name='Секретный банк')
    a_submission(an_application(a_point(own)), lender)
    an_application(a_point(other))
    client = person('ilya', 'partner')
    PartnerStaff.objects.create(user=User.objects.get(username='ilya'), partner=own)
    page = client.get(reverse('admin:index') + '?world=all')
    assert page.context['dashboard']['month'].created == 1
    assert set(page.context['dashboard']) == {'counted_at', 'days', 'today', 'month', 'chart', 'spending'}
    text = page.content.decode()
    assert 'Секретный банк' not in text
    assert 'Отложен' not in text
    assert other.name not in text


def test_who_may_not_see_the_dashboard_gets_a_list_of_pages() -> None:
    an_application(a_point(a_partner()))
    page = person('vera', 'security').get(reverse('admin:index'))
    assert page.status_code == 200
    assert 'dashboard' not in page.context
    assert 'Воронка' not in page.content.decode()


def test_the_page_asks_a_bounded_number_of_questions_and_then_none_for_a_minute() -> None:
    for _number in range(3):
        an_application(a_point(a_partner(is_sandbox=False)))
    client = person('olga', 'operator')
    with CaptureQueriesContext(connection) as first:
        client.get(reverse('admin:index'))
    with CaptureQueriesContext(connection) as second:
        client.get(reverse('admin:index'))
    asked = [one['sql'] for one in first if 'applications_application' in one['sql']]
    assert len(asked) <= 6
    assert not [one['sql'] for one in second if 'applications_application' in one['sql']]


def test_a_question_that_takes_too_long_is_given_up_and_not_asked_again_at_once() -> None:
    asked = []

    def endless() -> int:
        asked.append(1)
        raise TooBroad

    assert kept('endless', Scope(), endless).value is None
    assert kept('endless', Scope(), endless).value is None
    assert len(asked) == 1


# -- cost --------------------------------------------------------------------------------------------------------------

MANY = """
    INSERT INTO applications_application (
        guid, partner_id, point_id, external_id, kind, channel, is_sandbox, status, status_at, amount, initial_payment,
        items, scans_count, questionnaire, body_hash, body_hash_key, form_version, phone_index, last_name_index,
        full_name_index, scoring_deadline_at, created_at)
    SELECT gen_random_uuid(), partner_id, point_id, 'many-' || n, kind, channel, is_sandbox, status, status_at, amount,
           initial_payment, items, 0, questionnaire, body_hash, body_hash_key, form_version, phone_index,
           last_name_index, full_name_index, scoring_deadline_at, created_at - n * interval '20 minutes'
      FROM applications_application, generate_series(1, 20000) n WHERE id = %s
"""


def test_figures_of_a_window_read_only_the_window() -> None:
    """Of 20 000 forms in nine months the last 30 days are a tenth: no query may read the whole table."""
    application = an_application(a_point(a_partner()))
    with connection.cursor() as cursor:
        cursor.execute(MANY, [application.pk])
        cursor.execute('ANALYZE applications_application')
    since, until = month()
    for query, values in (
            (DAYS_SQL, [since, until]), (LENDERS_SQL, [since, until]), (MESSAGES_SQL, [until, until, since, until])):
        with connection.cursor() as cursor:
            cursor.execute('EXPLAIN ' + query.format(scope=''), values)
            plan = '\n'.join(row[0] for row in cursor.fetchall())
        assert 'Seq Scan on applications_application' not in plan, plan


def test_spending_is_by_partner_with_the_rest_in_one_line() -> None:
    assert spending_between(*month(), timezone.now(), Scope()) == []
