"""The demo history: some sixty applications of the last month in every state, for the workstation to show.

Development only. A second run adds nothing: a story is known by its partner and external id.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction

from applications.models import Application
from denimhub.demo import history_jobs
from denimhub.demo.clock import time_of
from denimhub.demo.history_book import Plot, book
from denimhub.demo.history_deal import Story
from denimhub.demo.history_duties import fill_duties
from denimhub.demo.history_people import ensure_people
from denimhub.demo.history_registries import fill_registries
from denimhub.demo.history_world import SHOPS, World, ensure_world, switch_lenders
from denimhub.demo.seed import RefusedInProduction

log = structlog.get_logger(__name__)
COUNT: Final = 60
_SEED: Final = 20_261_124
_SHOP_OF_STAFF: Final = 'street'


@dataclass(frozen=True, slots=True)
class Filled:
    """What a run has added."""

    applications: int
    known: int
    people: list[str]


def fill_demo(*, count: int = COUNT) -> Filled:
    """Write the stories that are missing, registries and a matching over them, what waits for a decision.

    Raises RefusedInProduction.
    """
    if settings.DENIMHUB_ENV == 'production':
        raise RefusedInProduction('the demo history is invented: it is refused in production')
    now = datetime.now(UTC)
    with transaction.atomic():
        world = ensure_world()
        people = ensure_people(world.partners[_SHOP_OF_STAFF])
    added = known = 0
    for number, plot, at in book(count, now=now, dice=Random(_SEED)):
        if write_story(world, number, plot, at):
            added += 1
        else:
            known += 1
    fill_registries(world)
    with transaction.atomic():
        fill_duties()
    log.info('demo_filled', added=added, known=known)
    return Filled(added, known, people)


def write_story(world: World, number: int, plot: Plot, at: datetime) -> bool:
    """One story, whole or not at all; False when it is there already."""
    shop = next(one for one in SHOPS if one.key == plot.shop)
    story = Story(world, shop, plot.point, number=number, at=at, dice=Random(_SEED + number), is_slow=plot.is_slow)
    if Application.objects.filter(partner=story.partner, external_id=story.external_id).exists():
        return False
    with time_of(story.clock):
        story.fill_in()
        _tell(story, plot)
    if story.clock.at > datetime.now(UTC):
        raise RuntimeError(f'story {number} ({plot.name}) ends in the future')
    return True


def _tell(story: Story, plot: Plot) -> None:
    """All of it in one transaction: the workers see the story when it is over, and find nothing of it to do."""
    with transaction.atomic():
        switch_lenders(on=True)
        story.send()
        left = plot.tell(story)
        history_jobs.stamp(story.form_id, story.clock.at)
        application = Application.objects.get(pk=story.form_id)
        history_jobs.settle(story.form_id, left, status=application.status, at=story.clock.at)
        switch_lenders(on=False)
