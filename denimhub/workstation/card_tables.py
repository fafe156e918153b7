"""Lines of the tables of a card: work, calls and exchanges with what they mean. Pure."""
from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from applications.vocabulary_scans import ScanType
from contracts.models import Message
from denimhub.workstation.ages import moscow
from denimhub.workstation.card_words import OPERATIONS, cause, job_words
from denimhub.workstation.masks import masked_mobile
from jobs.models import Job
from lenders.models import Exchange
from scans.models import Scan


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job: what it does, how it stands, why it waits."""

    row: Job
    title: str
    state: str
    look: str
    when: str
    why: str

    @property
    def is_parked(self) -> bool:
        """Waits for a person."""
        return self.row.state == Job.State.PARKED

    @property
    def is_open(self) -> bool:
        """Waits or runs."""
        return self.row.state == Job.State.READY


def job_lines(jobs: Iterable[Job], now: datetime) -> list[JobLine]:
    """In the order given."""
    return [_job(job, now) for job in jobs]


def _job(job: Job, now: datetime) -> JobLine:
    error = cause(job.last_error)
    if job.state == Job.State.DONE:
        when = moscow(job.finished_at, now) if job.finished_at else ''
        return JobLine(job, job_words(job.kind), 'сделано', '', when, '')
    if job.state == Job.State.PARKED:
        return JobLine(job, job_words(job.kind), 'отложено', 'bad', '', error or 'ждёт решения оператора')
    if job.lease_until is not None and job.lease_until > now:
        return JobLine(job, job_words(job.kind), 'выполняется', 'good', 'сейчас', '')
    if job.due_at <= now:
        return JobLine(job, job_words(job.kind), 'ждёт очереди', 'warn' if job.last_error else '', 'сейчас',
                       error or 'ждёт свободного исполнителя')
    why = f'повтор после ошибки: {error}' if job.last_error else 'по расписанию'
    return JobLine(job, job_words(job.kind), 'ждёт времени', 'warn' if job.last_error else '',
                   moscow(job.due_at, now), why)


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """A talk with a lender; both texts are masked already."""

    row: Exchange
    title: str
    ms: int | None
    look: str
    trouble: str
    request: str
    answer: str


def exchange_lines(rows: Iterable[Exchange]) -> list[ExchangeLine]:
    """In the order given."""
    return [_exchange(row) for row in rows]


def _exchange(row: Exchange) -> ExchangeLine:
    ms = None if row.finished_at is None else round((row.finished_at - row.started_at).total_seconds() * 1000)
    is_bad = bool(row.trouble) or (row.status or 0) >= 500
    return ExchangeLine(
        row, OPERATIONS.get(row.operation, row.operation), ms, 'bad' if is_bad else 'good' if row.status else 'warn',
        cause(row.trouble), _json(row.request), _json(row.response))


def _json(value: Any) -> str:
    return '' if value in (None, {}, []) else json.dumps(value, ensure_ascii=False, indent=2)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """An SMS without its text."""

    row: Message
    phone: str
    state: str
    look: str


def message_lines(rows: Iterable[Message]) -> list[MessageLine]:
    """In the order given."""
    lines = []
    for row in rows:
        is_bad = row.status in ('expired', 'refused') or row.delivery_status in ('expired', 'failed')
        look = 'bad' if is_bad else 'good' if row.delivery_status == 'delivered' else ''
        state = row.get_status_display()
        if row.status == 'sent':
            state = f'{state}, {row.get_delivery_status_display()}'
        lines.append(MessageLine(row, masked_mobile({'mobile_phone': row.phone}), state, look))
    return lines


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A scan by the name of its type."""

    row: Scan
    title: str
    look: str

    @property
    def is_pdf(self) -> bool:
        """Browsers show it by themselves, without zoom of ours."""
        file = self.row.display_file
        return file is not None and file.content_type == 'application/pdf'


def scan_lines(rows: Iterable[Scan]) -> list[ScanLine]:
    """In the order given."""
    looks = {'CONFIRMED': 'good', 'RESCAN_NEEDED': 'bad'}
    return [ScanLine(row, str(ScanType(row.type).label) if row.type in ScanType.values else row.type,
                     'bad' if row.decline_reason else looks.get(row.state, '')) for row in rows]
