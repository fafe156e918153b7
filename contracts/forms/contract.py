"""The contract as a printed form: individual terms with the full cost in square frames, goods, parties."""
from __future__ import annotations

from typing import Any

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table
from reportlab.platypus import TableStyle as Ruling

from contracts.forms.data import Client, ContractForm, FormKind, SigningWay
from contracts.forms.schedule import cost_of, payment_schedule, rhythm_of
from contracts.forms.sheet import (
    BODY,
    BOLD,
    CELL,
    CELL_BOLD,
    CELL_CENTER,
    CELL_RIGHT,
    PLAIN,
    SECTION,
    WIDTH,
    clean,
    grid,
    header_row,
    markup,
    print_form,
    signature,
    style,
    text,
)
from contracts.forms.terms_text import agreement_words, terms_of
from contracts.forms.words import day, day_words, money, money_full, money_words, percent, percent_words, phone

SQUARE = 56 * mm
"""Side of a frame with the full cost: its area is 5 % of A4, the least that the law on consumer credit allows."""
_LEAST_COST_SIZE, _GREATEST_COST_SIZE = 8.0, 12.0


def contract_file_name(form: ContractForm) -> str:
    """A name for people, without personal data."""
    if form.kind == FormKind.BNPL:
        return 'Договор об оплате товара частями.pdf'
    return f'Договор № {safe_in_name(form.terms.number)}.pdf' if form.terms.number else 'Договор.pdf'


def contract_title(form: ContractForm) -> str:
    """The name of the document, as the foot of its pages repeats it."""
    if form.kind == FormKind.BNPL:
        return f'Договор об оплате товара частями от {day(form.made_on)}'
    number = f' № {form.terms.number}' if form.terms.number else ''
    return f'Договор потребительского кредита (займа){number} от {day(form.made_on)}'


def render_contract(form: ContractForm) -> bytes:
    """Print the contract: usually two pages of A4."""
    story: list[Flowable] = [
        *_heading(form), *_conditions(form), *_goods(form), *_parties(form), *_signatures(form)]
    return print_form(story, title=contract_title(form), author=form.lender.title)


def _heading(form: ContractForm) -> list[Flowable]:
    rate = form.terms.effective_rate
    frames = [] if rate is None else [
        (f'{percent(rate)} %', f'({percent_words(rate).upper()}) ГОДОВЫХ'),
        _cost_in_money(cost_of(form.terms)),
    ]
    size = min((_cost_size(words) for words in frames), default=_GREATEST_COST_SIZE)
    head = style('contract-title', fontName=BOLD, fontSize=size, leading=size * 1.22, spaceAfter=3)
    name = 'ДОГОВОР ОБ ОПЛАТЕ ТОВАРА ЧАСТЯМИ' if form.kind == FormKind.BNPL else (
        'ДОГОВОР ПОТРЕБИТЕЛЬСКОГО КРЕДИТА (ЗАЙМА)')
    left: list[Flowable] = [text(name, head)]
    if form.terms.number:
        left.append(text(f'№ {form.terms.number}', head))
    left += [text(day_words(form.made_on), style('made', spaceAfter=6)), *_who(form)]
    if not frames:
        return [*left, Spacer(0, 6)]
    squares = [_square(words, size) for words in frames]
    gap = 3 * mm
    table = Table([[left, squares[0], '', squares[1]]], colWidths=[WIDTH - 2 * SQUARE - gap, SQUARE, gap, SQUARE])
    table.setStyle(PLAIN)
    table.setStyle(Ruling([('RIGHTPADDING', (0, 0), (0, 0), 8)]))
    return [table, Spacer(0, 8)]


def _who(form: ContractForm) -> list[Flowable]:
    look = style('who', fontSize=8.2, leading=10, spaceAfter=3)
    lines = [markup(f'<b>Кредитор:</b> {clean(form.lender.title)}', look)]
    lines.append(markup(f'<b>Заёмщик:</b> {clean(form.client.full_name)}', look))
    point = f', {form.seller.point_name}' if form.seller.point_name else ''
    lines.append(markup(f'<b>Точка продажи:</b> {clean(form.seller.name + point)}', look))
    return lines


def _cost_in_money(kopecks: int) -> tuple[str, str]:
    return f'{money(kopecks)} РУБ.', f'({money_words(kopecks).upper()})'


def _cost_paragraph(words: tuple[str, str], size: float) -> Paragraph:
    look = style('cost', fontName=BOLD, fontSize=size, leading=size * 1.2, alignment=TA_CENTER)
    return markup(f'ПОЛНАЯ СТОИМОСТЬ КРЕДИТА (ЗАЙМА)<br/>{clean(words[0])}<br/>{clean(words[1])}', look)


def _cost_size(words: tuple[str, str]) -> float:
    """The greatest size at which the words fit into the square."""
    size = _GREATEST_COST_SIZE
    while size > _LEAST_COST_SIZE:
        _, height = _cost_paragraph(words, size).wrap(SQUARE - 12, SQUARE)
        if height <= SQUARE - 12:
            break
        size -= 0.5
    return size


def _square(words: tuple[str, str], size: float) -> Table:
    square = Table([[_cost_paragraph(words, size)]], colWidths=[SQUARE], rowHeights=[SQUARE])
    square.setStyle(Ruling([
        ('BOX', (0, 0), (-1, -1), 1.2, 'black'), ('VALIGN', (0, 0), (-1, -1), 'MIDDLE'),
        ('LEFTPADDING', (0, 0), (-1, -1), 6), ('RIGHTPADDING', (0, 0), (-1, -1), 6),
        ('TOPPADDING', (0, 0), (-1, -1), 3), ('BOTTOMPADDING', (0, 0), (-1, -1), 6)]))
    return square


def _conditions(form: ContractForm) -> list[Flowable]:
    payments = payment_schedule(form.terms)
    rows: list[list[Any]] = [header_row('№', 'Условие', 'Содержание условия')]
    rows += [
        [text(number, CELL_CENTER), text(condition), text(content)]
        for number, condition, content in terms_of(form, payments, rhythm_of(form.terms).step)]
    name = 'Условия оплаты частями' if form.kind == FormKind.BNPL else (
        'Индивидуальные условия договора потребительского кредита (займа)')
    return [text(name, SECTION), grid(rows, (8, 66, 104))]


def _goods(form: ContractForm) -> list[Flowable]:
    terms = form.terms
    shows_category = any(good.category for good in form.goods)
    names = ['№', 'Наименование товара', *(['Категория'] if shows_category else []), 'Цена, руб.']
    rows: list[list[Any]] = [header_row(*names)]
    for number, good in enumerate(form.goods, 1):
        middle = [text(good.category)] if shows_category else []
        rows.append([text(str(number), CELL_CENTER), text(good.name), *middle, text(money(good.price), CELL_RIGHT)])
    sums = [('Цена товаров по договору', terms.price, CELL_BOLD)]
    if terms.initial_payment:
        sums.append(('Первоначальный взнос покупателя', terms.initial_payment, CELL))
    for name, amount, look in sums:
        rows.append(['', text(name, look), *([''] if shows_category else []), text(money(amount), CELL_RIGHT)])
    spans = [('SPAN', (1, row), (2, row)) for row in range(len(form.goods) + 1, len(rows)) if shows_category]
    table = grid(rows, (8, 96, 44, 30) if shows_category else (8, 140, 30), *spans)
    words = text(f'Цена товаров: {money_full(terms.price)}', style('sum', fontSize=8.4, leading=10.4, spaceBefore=3))
    return [text('Приобретаемые товары', SECTION), table, words]


def _parties(form: ContractForm) -> list[Flowable]:
    lender = [text(line) for line in (form.lender.title, form.lender.address, form.lender.details) if line]
    client = [text(line) for line in client_lines(form.client)]
    table = grid([header_row('Кредитор', 'Заёмщик'), [lender, client]], (72, 106))
    return [
        KeepTogether([text('Реквизиты сторон', SECTION), table]),
        Spacer(0, 6), text(agreement_words(form), style('force', parent=BODY, fontSize=8.8, leading=11))]


def _signatures(form: ContractForm) -> list[Flowable]:
    client = form.client
    if form.signing == SigningWay.SMS:
        return [signature(client.full_name, phone(client.phone), by_sms=True)]
    return [
        signature('', '', by_sms=False, role='Кредитор'),
        signature(client.short_name, phone(client.phone), by_sms=False)]


def client_lines(client: Client) -> list[str]:
    """The client as a party, line by line; what is unknown is left out."""
    born = f'Дата рождения: {day(client.birth_date)}' if client.birth_date else ''
    if born and client.birth_place:
        born += f', место рождения: {client.birth_place}'
    contacts = ', '.join(part for part in (phone(client.phone), client.email) if part)
    lines = [
        client.full_name, born, passport_line(client),
        f'Адрес регистрации: {client.registration_address}' if client.registration_address else '',
        f'Адрес проживания: {client.residence_address}' if client.residence_address else '',
        f'Контакты: {contacts}' if contacts else '',
    ]
    return [line for line in lines if line]


def passport_line(client: Client) -> str:
    """The passport in one line, empty when the form did not ask for it."""
    if not client.passport_number:
        return ''
    line = f'Паспорт гражданина РФ: серия {client.passport_series} № {client.passport_number}'
    if client.passport_issue_date:
        line += f', выдан {day(client.passport_issue_date)}'
    if client.passport_issued_by:
        line += f', {client.passport_issued_by}'
    if client.passport_division_code:
        line += f', код подразделения {client.passport_division_code}'
    return line


def safe_in_name(number: str) -> str:
    """A number fit for the name of a file."""
    return ''.join('-' if char in '\\/:*?"<>|' else char for char in number if char.isprintable())[:60]


