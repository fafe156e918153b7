"""A status changes in one place, along the declared table, and the database refuses any other way."""
from __future__ import annotations

import itertools

import pytest
from django.db import DatabaseError, models, transaction

from applications.models import Application, Event
from applications.states import UndeclaredMove, advance
from applications.statuses import APPLICATION_MOVES, ApplicationStatus
from contracts.models import Contract
from contracts.statuses import CONTRACT_MOVES
from offers.models import Offer, Submission
from offers.statuses import OFFER_MOVES, SUBMISSION_MOVES
from tests.world import a_partner, a_point, an_application

pytestmark = pytest.mark.django_db

ALL_PAIRS = list(itertools.product(ApplicationStatus.values, ApplicationStatus.values))


@pytest.fixture
def application() -> Application:
    return an_application(a_point(a_partner()))


def put(application: Application, status: str) -> None:
    """Lay the row into any state past the guard: only a test may."""
    Application.objects.filter(pk=application.pk).delete()
    application.status = status
    application.save(force_insert=True)


@pytest.mark.parametrize(('source', 'target'), ALL_PAIRS)
def test_every_cell_of_the_table(application: Application, source: str, target: str) -> None:
    put(application, source)
    is_declared = target in APPLICATION_MOVES[source]
    with transaction.atomic():
        if is_declared:
            advance(application, target, actor='test', why='because')
        else:
            with pytest.raises(UndeclaredMove):
                advance(application, target, actor='test')
    application.refresh_from_db()
    assert application.status == (target if is_declared else source)
    assert Event.objects.filter(application=application).count() == int(is_declared)


@pytest.mark.parametrize(('source', 'target'), ALL_PAIRS)
def test_the_database_refuses_what_the_table_does_not_declare(
    application: Application, source: str, target: str,
) -> None:
    if target in APPLICATION_MOVES[source] or source == target:
        return
    put(application, source)
    with pytest.raises(DatabaseError, match='undeclared move'), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(status=target)
    application.refresh_from_db()
    assert application.status == source


def test_a_move_is_written_to_the_journal_with_actor_and_reason(application: Application) -> None:
    with transaction.atomic():
        advance(application, ApplicationStatus.SCORING, actor='operator ivan', why='asked again')
    event = Event.objects.get(application=application)
    assert (event.subject, event.moved_from, event.moved_to, event.actor, event.why) == (
        'application', 'NEW', 'SCORING', 'operator ivan', 'asked again')


def test_the_journal_is_append_only(application: Application) -> None:
    with transaction.atomic():
        advance(application, ApplicationStatus.SCORING, actor='test')
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.update(why='another story')
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.all().delete()
    assert Event.objects.get().why == ''


def test_a_move_changes_only_the_fields_it_names(application: Application) -> None:
    stale = Application.objects.get(pk=application.pk)
    Application.objects.filter(pk=application.pk).update(amount=7)
    with transaction.atomic():
        advance(stale, ApplicationStatus.SCORING, actor='test')
    application.refresh_from_db()
    assert application.amount == 7


def test_an_application_never_moves_between_sandbox_and_live(application: Application) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(is_sandbox=False)
    application.refresh_from_db()
    assert application.is_sandbox is True


@pytest.mark.parametrize(('model', 'moves'), [
    (Application, APPLICATION_MOVES), (Submission, SUBMISSION_MOVES), (Offer, OFFER_MOVES), (Contract, CONTRACT_MOVES),
])
def test_every_status_of_a_model_has_a_row_in_its_table(
    model: type[models.Model], moves: dict[str, frozenset[str]],
) -> None:
    status = model._meta.get_field('status')
    assert isinstance(status, models.CharField)
    choices = dict(status.flatchoices)
    assert set(moves) == set(choices)
    assert set().union(*moves.values()) <= set(choices)
