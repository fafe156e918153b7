"""The book of stories: those that every demo has, and the usual ones that fill it up; when each began."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from random import Random
from typing import Final

from denimhub.demo import history_open as going
from denimhub.demo import history_plots as over
from denimhub.demo.history_deal import Story
from denimhub.demo.history_plots import Ending

DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Plot:
    """How a story goes and where it plays. `hours_ago` is when one began that is still open, or has to be old enough;
    others began some day of the last month.
    """

    tell: Callable[[Story], Ending]
    shop: str
    point: str
    hours_ago: float | None = None
    is_slow: bool = False

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.tell.__name__


NEEDED: Final = (
    Plot(going.intake_parked, 'polus', 'online', 3.2, is_slow=True),
    Plot(going.sending_waits, 'polus', 'online', 1.6, is_slow=True),
    Plot(going.sending_unknown, 'oak', 'offline', 4.5, is_slow=True),
    Plot(going.scoring_waits, 'polus', 'offline', 44, is_slow=True),
    Plot(going.scoring_waits, 'street', 'online', 2.4, is_slow=True),
    Plot(going.offered, 'polus', 'online', 0.6),
    Plot(going.offered, 'oak', 'offline', 15),
    Plot(going.offered, 'street', 'offline', 7),
    Plot(going.preparing_waits, 'polus', 'offline', 0.8),
    Plot(going.preparing_parked, 'oak', 'offline', 25),
    Plot(going.ready, 'polus', 'offline', 1.2),
    Plot(going.ready, 'street', 'online', 75),
    Plot(going.ready_sms_late, 'street', 'offline', 3.6),
    Plot(going.ready_sms_refused, 'street', 'online', 33),
    Plot(going.ready_sms_parked, 'street', 'offline', 1.1),
    Plot(going.ready_codes_used, 'polus', 'online', 28),
    Plot(going.scans_requested, 'polus', 'offline', 29),
    Plot(going.scans_received, 'oak', 'offline', 2.8),
    Plot(going.scans_checking, 'polus', 'offline', 3.9),
    Plot(going.scans_poor, 'street', 'offline', 70),
    Plot(going.forms_changed, 'oak', 'offline', 50),
    Plot(going.payment_waits, 'oak', 'bnpl', 1.9),
    Plot(going.paid_in_part, 'street', 'bnpl', 46),
    Plot(going.payment_declined, 'oak', 'bnpl', 54),
    Plot(going.report_parked, 'polus', 'online', 27),
    Plot(going.issuing, 'polus', 'online', 3.3),
    Plot(going.issue_unknown, 'polus', 'offline', 26),
    Plot(over.contract_expired, 'street', 'offline', 24 * 19),
    Plot(over.offer_taken_back, 'polus', 'online'),
    Plot(over.issued_on_paper, 'oak', 'offline'),
    Plot(over.issued_late_receipt, 'street', 'online'),
    Plot(over.issued_rescan, 'polus', 'offline'),
    Plot(over.not_served, 'oak', 'offline'),
    Plot(over.scoring_failed, 'polus', 'online'),
    Plot(over.canceled_at_contract, 'street', 'online'),
    Plot(over.contract_declined, 'polus', 'online'),
    Plot(over.contract_failed, 'oak', 'offline'),
    Plot(over.scans_declined, 'polus', 'offline'),
    Plot(over.confirmation_refused, 'polus', 'online'),
    Plot(over.issue_failed, 'street', 'online'),
    Plot(over.expired, 'polus', 'online'),
    Plot(over.canceled, 'oak', 'offline'),
)
USUAL: Final = (
    Plot(over.issued, 'polus', 'offline'), Plot(over.issued_bnpl, 'oak', 'bnpl'),
    Plot(over.declined, 'polus', 'online'), Plot(over.issued, 'polus', 'online'), Plot(over.issued, 'street', 'online'),
    Plot(over.issued, 'oak', 'offline'),
    Plot(over.issued_bnpl, 'street', 'bnpl'), Plot(over.declined, 'street', 'offline'),
    Plot(over.issued, 'street', 'offline'),
)


def book(count: int, *, now: datetime, dice: Random) -> list[tuple[int, Plot, datetime]]:
    """(number, plot, beginning) of at least `count` stories, oldest first; the same seed gives the same book."""
    plots = [*NEEDED, *islice(cycle(USUAL), max(0, count - len(NEEDED)))]
    told = [(number, plot, now - _age(number, plot, dice)) for number, plot in enumerate(plots, 1)]
    return sorted(told, key=lambda one: one[2])


def names() -> Iterator[str]:
    """Every plot there is."""
    yield from dict.fromkeys(plot.name for plot in (*NEEDED, *USUAL))


def _age(number: int, plot: Plot, dice: Random) -> timedelta:
    """Recent days have more than old ones; nothing that takes days began yesterday."""
    if plot.hours_ago is not None:
        return timedelta(hours=plot.hours_ago)
    day = DAYS * dice.random() ** 1.6
    return timedelta(days=max(2.5, min(day, DAYS - 1)), minutes=dice.randint(-300, 300))
