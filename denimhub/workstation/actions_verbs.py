"""What an operator may do to an application: the table of verbs, and which of them make sense now."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from applications.models import Application
from contracts import services_operators as services
from contracts.rules import Stage
from contracts.selectors import whole_stage
from contracts.selectors_operators import talks_between
from contracts.services import cancel_answer
from contracts.services_operators import Press
from denimhub.people.access import may
from denimhub.workstation.card_rows import CardRows
from denimhub.workstation.services_jobs import retry_parked
from jobs.models import Job
from lenders.contract import SigningMode


@dataclass(frozen=True, slots=True)
class Verb:
    """One button: its name in the address, the right it needs, the service behind it, and its words."""

    name: str
    right: str
    run: Callable[[Application, Press], None]
    title: str
    about: str
    done: str
    is_danger: bool = False
    is_for_many: bool = False

    @property
    def address(self) -> str:
        """The name of its page."""
        return f'admin:applications_application_{self.name.replace("-", "_")}'


_TABLE: Final = (
    Verb('take', 'applications.take', services.take_in_work, 'Взять в работу',
         'За вами закрепится заявка: вы сможете открыть данные её клиента. Прежний исполнитель останется в журнале.',
         'Заявка у вас в работе.'),
    Verb('note', 'applications.note', services.add_note, 'Записать в журнал',
         'Заметка для коллег: что выяснили, что обещали. В заявке ничего не изменится.', 'Записано в журнал.',
         is_for_many=True),
    Verb('ask-again', 'applications.ask_again', services.ask_again, 'Спросить кредиторов ещё раз',
         'Платформа спросит кредиторов прямо сейчас, не дожидаясь срока. Дважды ничего не отправится: сначала она '
         'ищет заявку у кредитора по нашему номеру.', 'Кредиторы спрошены: ответ появится в обменах.',
         is_for_many=True),
    Verb('retry-jobs', 'jobs.retry', retry_parked, 'Запустить отложенные задания',
         'Все отложенные задания заявки начнутся снова, счётчик попыток обнулится.', 'Отложенные задания запущены.',
         is_for_many=True),
    Verb('reopen-signing', 'contracts.reopen_signing', services.reopen_signing, 'Открыть подписание снова',
         'Счётчики неверных попыток и повторных кодов обнулятся: клиент попросит новый код на кассе.',
         'Подписание открыто: клиент может просить новый код.'),
    Verb('resend-code', 'contracts.resend_sms', services.send_code_again, 'Отправить новый код',
         'Клиент получит СМС с новым кодом, прежний перестанет действовать. Код не виден никому, кроме клиента.',
         'Новый код отправляется.'),
    Verb('resend-link', 'contracts.resend_sms', services.send_link_again, 'Отправить ссылку на оплату',
         'Клиент получит СМС с адресом страницы оплаты кредитора.', 'Ссылка отправляется.'),
    Verb('cancel', 'applications.cancel', services.cancel, 'Отменить заявку',
         'Заявка закончится, всем кредиторам будет сообщено. Вернуть её нельзя: партнёр пришлёт новую анкету.',
         'Заявка отменена.', is_danger=True),
)
VERBS: Final[Mapping[str, Verb]] = {verb.name: verb for verb in _TABLE}


def offered(rows: CardRows, user: Any, now: datetime) -> Iterator[Verb]:
    """Verbs that this person may use and that would not be refused at once, in the order of the table."""
    for verb in _TABLE:
        if may(user, verb.right) and _FITS.get(verb.name, _always)(rows, user, now):
            yield verb


def _always(_rows: CardRows, _user: Any, _now: datetime) -> bool:
    return True


def _is_to_take(rows: CardRows, user: Any, _now: datetime) -> bool:
    return bool(rows.holder != user.get_username())


def _owes_an_answer(rows: CardRows, _user: Any, _now: datetime) -> bool:
    return bool(talks_between(rows.application, rows.submissions, rows.contract))


def _has_parked(rows: CardRows, _user: Any, _now: datetime) -> bool:
    return any(job.state == Job.State.PARKED for job in rows.jobs)


def _takes_codes(rows: CardRows, _user: Any, now: datetime) -> bool:
    contract = rows.contract
    return (contract is not None and contract.signing_mode != SigningMode.PAPER
            and whole_stage(rows.application, contract, now) == Stage.READY)


def _is_used_up(rows: CardRows, user: Any, now: datetime) -> bool:
    contract = rows.contract
    return contract is not None and _takes_codes(rows, user, now) and bool(
        contract.wrong_codes or contract.codes_resent)


def _is_to_pay(rows: CardRows, _user: Any, now: datetime) -> bool:
    contract = rows.contract
    return (contract is not None and bool(contract.payment_url) and contract.payment_status != 'paid'
            and whole_stage(rows.application, contract, now) in (Stage.READY, Stage.SIGNED))


def _may_cancel(rows: CardRows, _user: Any, now: datetime) -> bool:
    return cancel_answer(whole_stage(rows.application, rows.contract, now)) == 'works'


_FITS: Final[Mapping[str, Callable[[CardRows, Any, datetime], bool]]] = {
    'take': _is_to_take, 'ask-again': _owes_an_answer, 'retry-jobs': _has_parked, 'reopen-signing': _is_used_up,
    'resend-code': _takes_codes, 'resend-link': _is_to_pay, 'cancel': _may_cancel}
