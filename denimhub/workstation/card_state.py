"""What happens next to an application, in one sentence, and what needs a person, with the button that helps. Pure."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from applications.statuses import ApplicationStatus
from contracts.models import Contract
from contracts.models_messages import DeliveryStatus
from contracts.rules import RESENDS_PER_CONTRACT, WRONG_CODES_PER_CONTRACT, Stage
from contracts.rules_outcomes import open_question
from contracts.selectors import whole_stage
from contracts.selectors_operators import talks_between
from contracts.statuses import ContractStatus, ScansState
from contracts.statuses_operators import OutcomeKind, OutcomeStatus
from denimhub.workstation.ages import age, ago, moscow
from denimhub.workstation.attention import TEXTS
from denimhub.workstation.card_rows import CardRows
from denimhub.workstation.card_words import cause, job_words
from denimhub.workstation.words import counted
from jobs.models import Job
from lenders.contract import SigningMode
from offers.models import Submission
from offers.statuses import SETTLED

_LATE: Final = frozenset({TEXTS['contract'], TEXTS['scoring'], TEXTS['offers']})
_SCANS: Final = {
    ScansState.REQUESTED: 'ждём сканы от партнёра', ScansState.RECEIVED_FROM_PARTNER: 'сканы готовятся к отправке',
    ScansState.CHECKING: 'кредитор проверяет сканы', ScansState.RESCAN_NEEDED: 'ждём пересъёмку сканов от партнёра',
    ScansState.PRINT_FORMS_CHANGED: 'кредитор сменил печатные формы'}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something for a person: what, why, and the verb that helps ('' when nothing can be pressed)."""

    title: str
    detail: str
    verb: str = ''
    target: int | None = None
    button: str = ''


def next_step(rows: CardRows, now: datetime) -> str:
    """One sentence for whoever opens the card."""
    application, contract = rows.application, rows.contract
    stage = whole_stage(application, contract, now)
    if contract is not None and stage in _OF_CONTRACT:
        return _OF_CONTRACT[stage](rows, contract, now)
    if stage == Stage.SCORING:
        return _scoring(rows, now)
    if stage == Stage.OFFERED:
        until = application.offers_expire_at
        return 'Клиент выбирает предложение на кассе' + (f'; они действуют до {moscow(until, now)}.' if until else '.')
    return _ENDED.get(stage, 'Заявка закончена: больше ничего не произойдёт.')


_ENDED: Final = {
    Stage.REFUSED: 'Кредиторы отказали: заявка закончена.',
    Stage.BROKEN: 'Рассмотрение закончилось ошибкой: партнёр может прислать анкету заново под новым external_id.',
    Stage.CANCELED: 'Заявка отменена: кредиторам об этом сообщено или ещё сообщается.',
    Stage.EXPIRED: 'Срок вышел: заявка закончена, новая нужна под новым external_id.',
    Stage.DECLINED: 'Кредитор отказал: заявка закончена.',
    Stage.FAILED: 'Сделка закончилась ошибкой.'}


def _scoring(rows: CardRows, now: datetime) -> str:
    if rows.application.status == ApplicationStatus.NEW:
        return 'Система выбирает кредиторов и сейчас передаст им анкету.'
    deadline = rows.application.scoring_deadline_at
    settled = sum(row.status in SETTLED for row in rows.submissions)
    told = f': ответили {settled} из {len(rows.submissions)}' if rows.submissions else ''
    if deadline <= now:
        return f'Срок ответа вышел{told}; рассмотрение вот-вот закончится само.'
    return f'Ждём решений кредиторов{told}; в {moscow(deadline, now)} рассмотрение закончится само.'


def _preparing(_rows: CardRows, contract: Contract, _now: datetime) -> str:
    if contract.chosen_at is None:
        return f'{contract.lender.name} узнаёт о выборе клиента, затем пришлёт договор.'
    return f'{contract.lender.name} готовит договор; платформа спрашивает о нём сама.'


def _ready(_rows: CardRows, contract: Contract, now: datetime) -> str:
    until = f'; подписать можно до {moscow(contract.expires_at, now)}'
    if contract.signing_mode == SigningMode.PAPER:
        return f'Ждём от партнёра сканы договора, подписанного на бумаге{until}.'
    return f'Ждём от клиента код из СМС{until}.'


def _signed(_rows: CardRows, contract: Contract, _now: datetime) -> str:
    waits = []
    if contract.scans_state != ScansState.ACCEPTED:
        waits.append(_SCANS.get(ScansState(contract.scans_state), ''))
    if contract.payment_url and contract.payment_status != 'paid':
        waits.append('клиент должен внести первый платёж')
    if waits:
        return f'Договор подписан; {", ".join(waits)}.'
    return 'Договор подписан; партнёр подтверждает его на кассе, и начнётся выдача.'


def _confirmed(_rows: CardRows, contract: Contract, _now: datetime) -> str:
    return f'Подтверждение ждёт отправки кредитору {contract.lender.name}; отменить ещё можно.'


def _issuing(_rows: CardRows, contract: Contract, _now: datetime) -> str:
    if contract.confirm_accepted_at is None and contract.outcome_unknown_since is not None:
        return f'Неизвестно, принял ли {contract.lender.name} подтверждение: платформа спрашивает его, отменять нельзя.'
    return f'{contract.lender.name} выдаёт кредит; платформа спрашивает, готово ли. Отменить уже нельзя.'


def _issued(_rows: CardRows, contract: Contract, now: datetime) -> str:
    at = f' {moscow(contract.issued_at, now)}' if contract.issued_at else ''
    return f'Кредит выдан{at}: товар можно отдать. Больше ничего не произойдёт.'


_OF_CONTRACT: Final = {
    Stage.PREPARING: _preparing, Stage.READY: _ready, Stage.SIGNED: _signed, Stage.CONFIRMED: _confirmed,
    Stage.ISSUING: _issuing, Stage.ISSUED: _issued}


def problems(rows: CardRows, now: datetime) -> list[Problem]:
    """What needs a person, most pressing first; a form that ended has only work that is parked."""
    return [*_outcomes(rows, now), *_parked(rows), *_signing(rows, now), *_others(rows, now)]


def _outcomes(rows: CardRows, now: datetime) -> Iterator[Problem]:
    waiting = {(row.submission_id, row.kind): row for row in rows.requests if row.status == OutcomeStatus.ASKED}
    for submission in rows.submissions:
        kind = open_question(submission, rows.contract)
        for request in [row for (pk, _kind), row in waiting.items() if pk == submission.pk]:
            yield Problem(
                f'{submission.lender.name}: предложен исход «{request.get_outcome_display()}»',
                f'Предложил {request.author}: {request.reason}. Решает другой человек.',
                'decide', request.pk, 'Решить')
        if kind is not None and (submission.pk, kind) not in waiting:
            since = _unknown_since(submission, rows.contract, kind)
            yield Problem(
                f'{submission.lender.name}: неизвестно, {_QUESTIONS[kind]}',
                (f'Ответ потерян {ago(since, now)}. ' if since else '') + 'Платформа спрашивает сама. '
                'Если кредитор ответил по почте или телефону, укажите исход: подтвердит второй человек.',
                'propose', submission.pk, 'Указать исход')


_QUESTIONS: Final = {
    OutcomeKind.SUBMISSION: 'принята ли анкета', OutcomeKind.CHOICE: 'знает ли он о выборе',
    OutcomeKind.ISSUE: 'выдан ли кредит'}


def _unknown_since(submission: Submission, contract: Contract | None, kind: OutcomeKind) -> datetime | None:
    if kind == OutcomeKind.SUBMISSION or contract is None:
        return submission.outcome_unknown_since
    return contract.outcome_unknown_since


def _parked(rows: CardRows) -> Iterator[Problem]:
    for job in rows.jobs:
        if job.state == Job.State.PARKED:
            yield Problem(
                f'Задание отложено: {job_words(job.kind).lower()}',
                f'{cause(job.last_error) or "Без причины"}. Попыток: {job.attempts}.', 'retry_job', job.pk,
                'Запустить снова')


def _signing(rows: CardRows, now: datetime) -> Iterator[Problem]:
    contract = rows.contract
    if contract is None or whole_stage(rows.application, contract, now) != Stage.READY:
        return
    if contract.wrong_codes >= WRONG_CODES_PER_CONTRACT:
        yield Problem('Клиент больше не может ввести код', 'Исчерпаны 10 неверных попыток по договору.',
                      'reopen_signing', button='Открыть подписание снова')
    elif contract.codes_resent >= RESENDS_PER_CONTRACT:
        yield Problem('Клиент больше не может получить код', 'Код уже отправлен повторно 3 раза.',
                      'reopen_signing', button='Открыть подписание снова')
    last = next((row for row in reversed(rows.messages) if row.kind == 'code'), None)
    is_lost = last is not None and (
        last.status in ('expired', 'refused') or last.delivery_status in (
            DeliveryStatus.EXPIRED, DeliveryStatus.FAILED))
    if is_lost:
        yield Problem('СМС с кодом не дошло', 'Последний код клиенту не доставлен.', 'resend_code',
                      button='Отправить новый код')


def _others(rows: CardRows, now: datetime) -> Iterator[Problem]:
    for reason in rows.reasons:
        if reason in _LATE:
            verb = 'ask_again' if talks_between(rows.application, rows.submissions, rows.contract) else ''
            yield Problem(reason[0].upper() + reason[1:],
                          f'В этом статусе: {age((rows.contract or rows.application).status_at, now)}.', verb,
                          button='Спросить кредиторов')
    contract = rows.contract
    if contract is not None and contract.status in (ContractStatus.READY, ContractStatus.SIGNED):
        poor = [scan for scan in rows.scans if scan.is_current and scan.decline_reason]
        if poor:
            yield Problem(
                f'Пересъёмка: {counted(len(poor), "скан", "скана", "сканов")}',
                'Партнёр видит причину и должен прислать документы снова.')
    for submission in rows.submissions:
        until = submission.lender.paused_until
        if until is not None and until > now and submission.status not in SETTLED:
            yield Problem(f'{submission.lender.name}: обращения приостановлены',
                          f'{submission.lender.pause_reason}. Снимет паузу старший смены в списке кредиторов.')
