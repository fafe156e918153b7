"""What the template of a card is given: rows as words, section by section."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from applications.models import Application
from applications.statuses import ApplicationStatus as S
from applications.vocabulary_goods import ItemCategory
from contracts.models import Contract
from denimhub.people.access import may
from denimhub.workstation.ages import age, ago
from denimhub.workstation.card_offers import columns
from denimhub.workstation.card_rows import CardRows
from denimhub.workstation.card_state import Problem, next_step, problems
from denimhub.workstation.card_tables import exchange_lines, job_lines, message_lines, scan_lines
from denimhub.workstation.card_timeline import calls_of_partner, hints, timeline, who
from denimhub.workstation.card_words import DOCUMENTS, cause, made_words, method_words
from denimhub.workstation.masks import masked_mobile, masked_name
from jobs.models import Job
from offers.routing import Reason
from partners.staff import partner_of

LOOKS: Final = {
    S.NEW: 'info', S.SCORING: 'info', S.OFFERED: 'main', S.DEAL: 'main', S.ISSUED: 'good', S.DECLINED: 'warn',
    S.FAILED: 'bad'}
_RIGHTS: Final = {
    'propose': 'outcome.ask', 'decide': 'outcome.ask', 'retry_job': 'jobs.retry',
    'reopen_signing': 'contracts.reopen_signing', 'resend_code': 'contracts.resend_sms',
    'ask_again': 'applications.ask_again'}


def card_context(rows: CardRows, user: Any, now: datetime) -> dict[str, Any]:
    """Everything but what depends on the request."""
    application, is_for_partner = rows.application, partner_of(user) is not None
    names = _names(rows)
    moments = timeline(rows.events, names, is_for_partner=is_for_partner) + hints(rows.callbacks)
    jobs = job_lines(rows.jobs, now)
    return {
        'application': application, 'rows': rows, 'contract': rows.contract, 'now': now,
        'is_for_partner': is_for_partner, 'look': LOOKS.get(S(application.status), 'quiet'),
        'client': masked_name(application.questionnaire), 'phone': masked_mobile(application.questionnaire),
        'facts': _masked(application.questionnaire), 'ago': ago(application.created_at, now),
        'in_status': age(application.status_at, now), 'next': next_step(rows, now),
        'problems': [] if is_for_partner else [
            (problem, _url(application, problem, user)) for problem in problems(rows, now)],
        'moments': sorted(moments, key=lambda moment: moment.at),
        'calls': [(call, method_words(call.method)) for call in calls_of_partner(rows.calls)],
        'goods': _goods(application),
        'columns': columns(rows.offers, application.amount, rows.contract),
        'submissions': [(row, cause(row.reason)) for row in rows.submissions],
        'not_asked': [(row.lender.name, _routing(row.reason)) for row in rows.routing if not row.is_asked],
        'open_jobs': [line for line in jobs if line.row.state != Job.State.DONE],
        'done_jobs': [line for line in jobs if line.row.state == Job.State.DONE],
        'exchanges': exchange_lines(rows.exchanges), 'messages_sent': message_lines(rows.messages),
        'scans': scan_lines(rows.scans),
        'documents': [(row, DOCUMENTS.get(row.stage, row.stage), made_words(row.made_from)) for row in rows.documents],
        'signed_by': _signed_by(rows.contract, rows, names),
        'may_retry': may(user, 'jobs.retry'), 'may_park': may(user, 'jobs.park'),
        'sections': _sections(rows),
    }


def _routing(reason: str) -> str:
    return str(Reason(reason).label) if reason in Reason.values else reason


def _names(rows: CardRows) -> dict[str, str]:
    """Names of the lenders of a form by their codes."""
    lenders = [*(row.lender for row in rows.submissions), *(row.lender for row in rows.offers)]
    return {lender.code: lender.name for lender in lenders}


def _goods(application: Application) -> list[tuple[str, str, int | None]]:
    """Goods by the names of their categories; prices in kopecks."""
    return [(item.get('description', ''), _category(item.get('category', '')), item.get('price'))
            for item in application.items]


def _category(name: str) -> str:
    return str(ItemCategory(name).label) if name in ItemCategory.values else name


def _masked(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a colleague needs to be sure that it is this client, and no more."""
    passport = f'{form.get("passport_series") or ""}', f'{form.get("passport_number") or ""}'
    mail = str(form.get('email') or '')
    name, _at, host = mail.partition('@')
    lines = [
        ('Клиент', masked_name(form)), ('Телефон', masked_mobile(form)),
        ('Паспорт', f'{passport[0][:2]}** ****{passport[1][-2:]}' if all(passport) else ''),
        ('Почта', f'{name[:1]}***@{host[:1]}***' if host else ''),
        ('Год рождения', str(form.get('birth_date') or '')[:4])]
    return [(label, value) for label, value in lines if value]


def _signed_by(contract: Contract | None, rows: CardRows, names: Mapping[str, str]) -> str:
    """Who brought the right code, as the journal tells."""
    if contract is None or contract.signed_at is None:
        return ''
    moves = [event for event in rows.events if event.moved_to == 'SIGNED']
    return who(moves[-1].actor, names) if moves else ''


def _url(application: Application, problem: Problem, user: Any) -> str:
    """The address of the page that helps; empty for who may not."""
    if not problem.verb:
        return ''
    right = _RIGHTS[problem.verb]
    if not may(user, right) and not (problem.verb == 'decide' and may(user, 'outcome.resolve')):
        return ''
    arguments = [application.pk] if problem.target is None else [application.pk, problem.target]
    return reverse(f'admin:applications_application_{problem.verb}', args=arguments)


def _sections(rows: CardRows) -> list[tuple[str, str, int | None]]:
    """Anchors of the sections that have something to show, with how much."""
    found: list[tuple[str, str, int | None]] = [
        ('timeline', 'Ход', len(rows.events)), ('client', 'Клиент и товары', None),
        ('offers', 'Предложения', len(rows.offers)), ('submissions', 'Кредиторы', len(rows.submissions)),
        ('contract', 'Договор', None if rows.contract is None else 1), ('documents', 'Документы', len(rows.documents)),
        ('signing', 'Подписание', len(rows.codes)), ('payments', 'Платежи', len(rows.payments)),
        ('scans', 'Сканы', len(rows.scans)), ('messages', 'СМС', len(rows.messages)),
        ('jobs', 'Задания', len(rows.jobs)), ('exchanges', 'Обмены', len(rows.exchanges)),
        ('calls', 'Вызовы', len(rows.calls)), ('access', 'Доступ', len(rows.notes))]
    return [one for one in found if one[2] != 0 and not (one[0] == 'contract' and one[2] is None)]
