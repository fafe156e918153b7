"""What the last four digits of the client's mobile phone ask the sandbox to play."""
from __future__ import annotations

from enum import StrEnum


class Scenario(StrEnum):
    """Scenarios by the digits that choose them; any other digits approve everything."""

    DECLINED = '1001'
    ONE_DECLINES = '1002'
    SLOW_SCORING = '1003'
    SUBMIT_ANSWER_LOST = '1004'
    TWO_ERRORS = '1005'
    GARBAGE = '1006'
    SILENT = '1007'
    RESCAN = '2001'
    SCANS_DECLINED = '2002'
    FORMS_CHANGED = '2003'
    CONTRACT_DECLINED = '3001'
    CONTRACT_ERROR = '3002'
    ISSUE_DECLINED = '4001'
    CONFIRM_ANSWER_LOST = '4002'
    SLOW_ISSUE = '4003'
    CONFIRM_REFUSED = '4004'
    PAPER = '5001'
    LENDER_CODE = '5002'
    PAYMENT_DECLINED = '6001'


TITLES: dict[Scenario, str] = {
    Scenario.DECLINED: 'отказ в кредите',
    Scenario.ONE_DECLINES: 'один кредитор отказывает, другой одобряет',
    Scenario.SLOW_SCORING: 'скоринг идёт 10 секунд',
    Scenario.SUBMIT_ANSWER_LOST: 'первая отправка анкеты исполнена, но ответ потерян',
    Scenario.TWO_ERRORS: 'две ошибки 500, затем одобрение',
    Scenario.GARBAGE: 'кредитор отвечает мусором (итог — error)',
    Scenario.SILENT: 'кредитор не отвечает (итог — error по истечении срока скоринга)',
    Scenario.RESCAN: 'сканы из save_scans: сначала RESCAN_NEEDED с причиной, затем приняты',
    Scenario.SCANS_DECLINED: 'сканы отклонены (DECLINED, каждый — RESCAN_NEEDED с причиной)',
    Scenario.FORMS_CHANGED: 'после первых сканов один раз PRINT_FORMS_CHANGED',
    Scenario.CONTRACT_DECLINED: 'отказ при подготовке договора',
    Scenario.CONTRACT_ERROR: 'ошибка при подготовке договора',
    Scenario.ISSUE_DECLINED: 'отказ в выдаче после подтверждения',
    Scenario.CONFIRM_ANSWER_LOST: 'выдача исполнена, но ответ на подтверждение потерян',
    Scenario.SLOW_ISSUE: 'выдача идёт 10 секунд',
    Scenario.CONFIRM_REFUSED: 'подтверждение отклонено (7004)',
    Scenario.PAPER: 'подписание на бумаге',
    Scenario.LENDER_CODE: 'код отправляет и проверяет кредитор (000000)',
    Scenario.PAYMENT_DECLINED: 'оплата BNPL отклоняется, какую кнопку ни нажать',
}

LENDER_CODE_VALUE = '000000'
ONE_DECLINES_LENDER = 'sandbox-bank'
"""The lender that declines in 1002; the other one approves."""


def scenario_of(phone: str) -> Scenario | None:
    """The scenario chosen by a phone in any notation."""
    digits = ''.join(char for char in phone if char.isdigit())[-4:]
    try:
        return Scenario(digits)
    except ValueError:
        return None
