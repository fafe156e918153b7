"""The payment schedule as a printed form, an annex of the contract."""
from __future__ import annotations

from typing import Any

from reportlab.platypus import Flowable, Spacer

from contracts.forms.data import FormKind, ScheduleForm, SigningWay
from contracts.forms.schedule import Payment, payment_schedule
from contracts.forms.sheet import (
    BOLD,
    CELL,
    CELL_BOLD,
    CELL_RIGHT,
    NOTE,
    TITLE,
    grid,
    header_row,
    print_form,
    signature,
    style,
    text,
)
from contracts.forms.words import day, money, money_full, percent, phone, term

SCHEDULE_FILE_NAME = 'График платежей.pdf'


def schedule_title(form: ScheduleForm) -> str:
    """The name of the document, as the foot of its pages repeats it."""
    contract = f'договору № {form.terms.number}' if form.terms.number else 'договору об оплате товара частями'
    return f'График платежей к {contract} от {day(form.made_on)}'


def render_schedule(form: ScheduleForm) -> bytes:
    """Print the schedule with every payment and the totals."""
    payments = payment_schedule(form.terms)
    by_sms = form.signing == SigningWay.SMS
    story: list[Flowable] = [
        text('ГРАФИК ПЛАТЕЖЕЙ', TITLE),
        text(schedule_title(form).removeprefix('График платежей '), style('under', alignment=1, spaceAfter=8)),
        _summary(form), Spacer(0, 8), _table(form, payments), Spacer(0, 6),
        text(_note(form), NOTE),
        signature(form.client.full_name if by_sms else form.client.short_name, phone(form.client.phone), by_sms=by_sms),
    ]
    return print_form(story, title=schedule_title(form), author=form.lender.title)


def _summary(form: ScheduleForm) -> Flowable:
    terms = form.terms
    rows = [
        ('Кредитор', form.lender.title), ('Заёмщик', form.client.full_name),
        ('Сумма', money_full(terms.loan)),
        ('Срок', term(terms.term_value, terms.term_unit)),
        ('Процентная ставка', f'{percent(terms.rate)} % годовых' if terms.rate else 'проценты не взимаются'),
    ]
    if terms.effective_rate is not None:
        rows.append(('Полная стоимость кредита (займа)', f'{percent(terms.effective_rate)} % годовых'))
    return grid([[text(name, CELL_BOLD), text(value)] for name, value in rows], (55, 123), head=0)


def _table(form: ScheduleForm, payments: tuple[Payment, ...]) -> Flowable:
    bold_right = style('bold-right', parent=CELL_RIGHT, fontName=BOLD)
    if form.kind == FormKind.BNPL and not any(line.interest for line in payments):
        rows: list[list[Any]] = [header_row('№', 'Дата платежа', 'Сумма платежа, руб.', 'Остаток долга, руб.')]
        rows += [[str(line.number), day(line.due_on), money(line.amount), money(line.balance)] for line in payments]
        rows.append(['', text('Итого', CELL_BOLD), text(money(sum(line.amount for line in payments)), bold_right), ''])
        return _figures(rows, (12, 46, 60, 60))
    rows = [header_row('№', 'Дата платежа', 'Сумма платежа, руб.', 'Проценты, руб.', 'Основной долг, руб.',
                       'Остаток долга, руб.')]
    rows += [
        [str(line.number), day(line.due_on), money(line.amount), money(line.interest), money(line.principal),
         money(line.balance)] for line in payments]
    totals = (sum(getattr(line, name) for line in payments) for name in ('amount', 'interest', 'principal'))
    rows.append(['', text('Итого', CELL_BOLD), *[text(money(total), bold_right) for total in totals], ''])
    return _figures(rows, (10, 28, 36, 34, 36, 34))


def _figures(rows: list[list[Any]], widths: tuple[float, ...]) -> Flowable:
    """Plain strings in the cells: laying out sixty paragraphs a page would cost more than the rest of the form."""
    return grid(
        rows, widths, ('FONT', (0, 1), (-1, -1), CELL.fontName, CELL.fontSize, CELL.leading),
        ('ALIGN', (0, 1), (1, -2), 'CENTER'), ('ALIGN', (2, 1), (-1, -2), 'RIGHT'))


def _note(form: ScheduleForm) -> str:
    if not form.terms.rate:
        return 'Проценты и иная плата за рассрочку не взимаются. Последний платёж закрывает долг полностью.'
    return (
        'Проценты за период — его доля годовой ставки от остатка долга на начало периода, с округлением до копейки; '
        'последний платёж закрывает долг полностью. При просрочке и досрочном возврате суммы изменятся.'
    )
