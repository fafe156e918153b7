"""The bank's own printed forms: consent, individual terms, schedule. The same deal gives the same bytes for ever.

They name the application and its sums, never the client: the stand keeps no personal data.
"""
from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sandbox.deal import Deal
from sandbox.terms import first_payment_date, next_month

_MOSCOW = timezone(timedelta(hours=3))
_FONTS = Path(__file__).parent / 'fonts'
_GREEN = colors.HexColor('#14532d')
_PALE = colors.HexColor('#ecfdf5')
_LINE = colors.HexColor('#a7c4b5')
_GREY = colors.HexColor('#6b7280')
_LEFT, _PADDING = 20 * mm, 6
_WIDTH = A4[0] - 2 * (_LEFT + _PADDING)
_lock = threading.Lock()

pdfmetrics.registerFont(TTFont('Bank', _FONTS / 'PTS55F.ttf'))
pdfmetrics.registerFont(TTFont('Bank-Bold', _FONTS / 'PTS75F.ttf'))

_BODY = ParagraphStyle('body', fontName='Bank', fontSize=9.5, leading=13, alignment=TA_JUSTIFY, spaceAfter=5)
_CELL = ParagraphStyle('cell', fontName='Bank', fontSize=9, leading=11.5)
_HEAD = ParagraphStyle('head', parent=_CELL, fontName='Bank-Bold', textColor=colors.white)
_HEAD_SUM = ParagraphStyle('head sum', parent=_HEAD, alignment=TA_RIGHT)
_SUM = ParagraphStyle('sum', parent=_CELL, alignment=TA_RIGHT)
_TITLE = ParagraphStyle(
    'title', fontName='Bank-Bold', fontSize=14, leading=18, textColor=_GREEN, spaceBefore=2, spaceAfter=8)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the forms say of a deal; sums in kopecks, rates in percent a year. `number` is empty before a contract."""

    lender_id: str
    submitted_on: date
    price: int
    loan: int
    number: str = ''
    version: int = 1
    made_on: date | None = None
    amount: int = 0
    initial_payment: int = 0
    insurance: int = 0
    term_months: int = 0
    payment: int = 0
    payments_count: int = 0
    rate: str = '0'
    effective_rate: str = '0'


def facts_of(deal: Deal) -> Facts:
    """The facts of a deal as it stands now."""
    applied = Facts(deal.lender_id, _day(deal.submitted_at), deal.amount, deal.loan)
    offer = deal.chosen_offer
    if offer is None or deal.contract_at is None:
        return applied
    return Facts(
        deal.lender_id, applied.submitted_on, deal.amount, deal.loan, number=deal.number, version=deal.forms_version,
        made_on=_day(deal.contract_at), amount=offer['amount'], initial_payment=offer['initial_payment'],
        insurance=offer['life_insurance_sum'] + offer['work_insurance_sum'], term_months=offer['term_value'],
        payment=offer['regular_payment_amount'], payments_count=offer['payments_count'], rate=offer['rate'],
        effective_rate=offer['effective_rate'])


_CONSENT = (
    ('Подавая заявку и принимая предложение Банка, Клиент даёт АО «Тестовый банк» (далее — Банк) согласие на обработку '
     'своих персональных данных, указанных в заявке, в целях рассмотрения заявки, заключения и исполнения договора '
     'потребительского кредита: на сбор, запись, хранение, уточнение, использование, передачу в бюро кредитных историй '
     'и уничтожение (Федеральный закон от 27.07.2006 № 152-ФЗ).'),
    ('Клиент даёт Банку согласие на получение своей кредитной истории в любом бюро кредитных историй (статья 6 '
     'Федерального закона от 30.12.2004 № 218-ФЗ) в целях заключения и исполнения договора.'),
    ('Согласие на обработку персональных данных действует до его отзыва, согласие на получение кредитной истории — '
     'шесть месяцев со дня подачи заявки, а при заключении договора — в течение срока его действия. Согласие можно '
     'отозвать письменным заявлением в офисе Банка.'),
)


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment, _MOSCOW).date()


def rubles(kopecks: int) -> str:
    """`12 345,67 ₽`."""
    whole, rest = divmod(kopecks, 100)
    return f'{whole:,}'.replace(',', '\u00a0') + f',{rest:02d}\u00a0₽'


@lru_cache(maxsize=128)
def consent(facts: Facts) -> bytes:
    """The consent that the bank wants shown together with its offers."""
    rows = [
        ('Номер заявки в Банке', facts.lender_id), ('Дата заявки', f'{facts.submitted_on:%d.%m.%Y}'),
        ('Стоимость покупки', rubles(facts.price)), ('Запрошенная сумма кредита', rubles(facts.loan))]
    return _print('Согласие на обработку персональных данных и получение кредитной истории', facts, [
        _table(rows), Spacer(1, 5 * mm),
        *(Paragraph(f'{number}. {text}', _BODY) for number, text in enumerate(_CONSENT, 1))])


@lru_cache(maxsize=128)
def terms(facts: Facts) -> bytes:
    """The individual terms of the contract."""
    percent, full = (value.replace('.', ',') for value in (facts.rate, facts.effective_rate))
    rows = [
        ('1. Сумма кредита', rubles(facts.amount) + (
            f', в том числе плата за страхование {rubles(facts.insurance)}' if facts.insurance else '')),
        ('2. Срок действия договора, срок возврата кредита',
         f'{facts.term_months} мес.; договор действует до полного исполнения обязательств'),
        ('3. Валюта кредита', 'Российский рубль'),
        ('4. Процентная ставка', f'{percent} % годовых'),
        ('5. Полная стоимость кредита', f'{full} % годовых'),
        ('6. Количество и размер платежей',
         f'{facts.payments_count} ежемесячных платежей по {rubles(facts.payment)}, последний — по графику платежей'),
        ('7. Цель кредита',
         f'Оплата товаров на {rubles(facts.price)}; первоначальный взнос {rubles(facts.initial_payment)}'),
        ('8. Обеспечение', 'Не требуется'),
        ('9. Ответственность заёмщика', 'Неустойка 0,05 % от суммы просроченного платежа за каждый день просрочки'),
        ('10. Досрочный возврат', 'В любое время без комиссии; первые 14 дней — без предварительного уведомления'),
        ('11. Уступка прав третьим лицам', 'Разрешена с соблюдением закона'),
        ('12. Согласие с Общими условиями', 'Заёмщик с Общими условиями ознакомлен и согласен'),
    ]
    title = f'Индивидуальные условия договора потребительского кредита №\u00a0{facts.number}'
    return _print(title, facts, [
        Paragraph('Составлены по статье 5 Федерального закона от 21.12.2013 № 353-ФЗ. Заёмщик — клиент по заявке '
                  f'№\u00a0{facts.lender_id}.', _BODY),
        _table(rows), Spacer(1, 5 * mm),
        Paragraph('Договор считается заключённым с момента подписания Заёмщиком простой электронной подписью — кодом '
                  'из сообщения — либо собственноручно.', _BODY)])


@lru_cache(maxsize=128)
def schedule(facts: Facts) -> bytes:
    """The schedule of payments by the terms of the contract."""
    rows = [[
        *(Paragraph(text, _HEAD) for text in ('№', 'Дата')),
        *(Paragraph(text, _HEAD_SUM) for text in ('Платёж', 'Проценты', 'Основной долг', 'Остаток долга'))]]
    for number, (day, interest, principal, left) in enumerate(_payments(facts), 1):
        sums = (interest + principal, interest, principal, left)
        rows.append([
            Paragraph(str(number), _CELL), Paragraph(f'{day:%d.%m.%Y}', _CELL),
            *(Paragraph(rubles(value), _SUM) for value in sums)])
    shares = (0.07, 0.15, 0.19, 0.18, 0.2, 0.21)
    body = Table(rows, colWidths=[_WIDTH * share for share in shares], repeatRows=1)
    body.setStyle(TableStyle([
        ('BACKGROUND', (0, 0), (-1, 0), _GREEN), ('ROWBACKGROUNDS', (0, 1), (-1, -1), [colors.white, _PALE]),
        ('LINEBELOW', (0, 0), (-1, -1), 0.4, _LINE), ('VALIGN', (0, 0), (-1, -1), 'MIDDLE')]))
    return _print(f'График платежей по договору №\u00a0{facts.number}', facts, [body])


def _payments(facts: Facts) -> list[tuple[date, int, int, int]]:
    """Day, interest, principal and the debt left after it; the last payment takes what is left."""
    made, left = [], facts.amount
    day = first_payment_date('pos', facts.made_on or facts.submitted_on)
    for number in range(1, facts.payments_count + 1):
        interest = int((left * Decimal(facts.rate) / 1200).to_integral_value(ROUND_HALF_UP))
        principal = left if number == facts.payments_count else min(max(facts.payment - interest, 0), left)
        left -= principal
        made.append((day, interest, principal, left))
        day = next_month(day)
    return made


def _table(rows: list[tuple[str, str]]) -> Table:
    body = Table(
        [[Paragraph(name, _CELL), Paragraph(value, _CELL)] for name, value in rows],
        colWidths=[_WIDTH * 0.4, _WIDTH * 0.6])
    body.setStyle(TableStyle([
        ('BACKGROUND', (0, 0), (0, -1), _PALE), ('GRID', (0, 0), (-1, -1), 0.4, _LINE),
        ('VALIGN', (0, 0), (-1, -1), 'TOP'), ('TOPPADDING', (0, 0), (-1, -1), 4),
        ('BOTTOMPADDING', (0, 0), (-1, -1), 5)]))
    return body


def _print(title: str, facts: Facts, story: list[Any]) -> bytes:
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_LEFT, rightMargin=_LEFT, topMargin=34 * mm, bottomMargin=22 * mm, title=title,
        author='АО «Тестовый банк»', creator='Тестовый банк', invariant=1)
    draw = _frame(facts)
    # The library keeps the subsets of fonts of all documents in one place.
    with _lock:
        page.build([Paragraph(title, _TITLE), *story], onFirstPage=draw, onLaterPages=draw)
    return out.getvalue()


def _frame(facts: Facts) -> Callable[[Any, Any], None]:
    made_on = facts.made_on or facts.submitted_on
    left, right = _LEFT + _PADDING, A4[0] - _LEFT - _PADDING

    def draw(canvas: Any, page: Any) -> None:
        canvas.setFillColor(_GREEN)
        canvas.rect(0, A4[1] - 22 * mm, A4[0], 22 * mm, stroke=0, fill=1)
        canvas.setFillColor(colors.white)
        canvas.setFont('Bank-Bold', 15)
        canvas.drawString(left, A4[1] - 14 * mm, 'Тестовый банк')
        canvas.setFont('Bank', 8.5)
        canvas.drawRightString(right, A4[1] - 11 * mm, 'АО «Тестовый банк» · учебный кредитор DenimHub')
        canvas.drawRightString(right, A4[1] - 16 * mm, f'{made_on:%d.%m.%Y} · редакция {facts.version}')
        canvas.setFillColor(_GREY)
        canvas.setFont('Bank', 8)
        canvas.drawString(left, 12 * mm, f'Заявка № {facts.lender_id}. Учебный документ, обязательств не создаёт.')
        canvas.drawRightString(right, 12 * mm, f'Страница {page.page}')

    return draw
