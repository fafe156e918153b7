"""What the lenders of an application have answered, at a glance: one small mark for each."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from offers.models import Submission
from offers.statuses import SubmissionStatus as S

SILENT: Final = 'silent at the deadline'
"""The reason that the end of the scoring writes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign, the class that colours it, and what it says."""

    sign: str
    look: str
    text: str


ASKED: Final = Mark('…', 'wait', 'спрошен')
MARKS: Final = {
    S.NEW: Mark('…', 'wait', 'ещё не спрошен'), S.SENDING: ASKED, S.SENT: ASKED,
    S.APPROVED: Mark('✓', 'good', 'одобрил'), S.DECLINED: Mark('✕', 'bad', 'отказал'),
    S.FAILED: Mark('!', 'warn', 'ошибка'), S.CANCELED: Mark('○', 'off', 'сделка с ним отменена')}
QUIET: Final = Mark('–', 'off', 'молчит: ответа нет в срок')
UNKNOWN: Final = Mark('?', 'warn', 'исход неизвестен')


def mark_of(row: Submission, deadline: datetime, now: datetime) -> Mark:
    """The mark of one submission."""
    if row.status == S.SENDING and row.outcome_unknown_since is not None:
        return UNKNOWN
    is_late = row.status in (S.SENDING, S.SENT) and deadline <= now
    if is_late or (row.status == S.FAILED and row.reason == SILENT):
        return QUIET
    return MARKS[S(row.status)]


def marks(rows: Iterable[Submission], deadline: datetime, now: datetime) -> SafeString:
    """All marks of an application; what each says stands in its title."""
    shown = [(mark, f'{row.lender.name}: {mark.text}')
             for row in rows for mark in [mark_of(row, deadline, now)]]
    if not shown:
        return SafeString('—')
    return format_html('<span class="marks">{}</span>', format_html_join(
        '', '<span class="mark mark-{}" role="img" title="{}" aria-label="{}">{}</span>',
        ((mark.look, title, title, mark.sign) for mark, title in shown)))
