"""The PDF cover of a registry: who, when, how much, and where both sides sign. The lines are in the other formats."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reportlab.platypus import Flowable, Spacer

from contracts.forms.sheet import (
    BODY,
    CELL_BOLD,
    CELL_CENTER,
    CELL_RIGHT,
    NOTE,
    SECTION,
    TITLE,
    grid,
    header_row,
    print_form,
    signature,
    style,
    text,
)
from contracts.forms.words import digits, money, money_full
from registries.formats.base import Format, Sheet
from registries.rules import BY_KEY, Show
from registries.statuses import LineEvent

_SHOWN: Final = ('amount', 'payment', 'partner_fee', 'lender_fee', 'to_pay')
_SUBTITLE = style('registry-subtitle', fontSize=10, leading=13, alignment=1, spaceAfter=8)


def write(sheet: Sheet) -> Iterator[bytes]:
    """The cover: a page or two of A4."""
    title = f'Реестр сделок за период {sheet.period()}'
    story: list[Flowable] = [
        text('РЕЕСТР СДЕЛОК', TITLE), text(f'{sheet.period()}, {sheet.label()}', _SUBTITLE),
        *_facts(sheet), *_groups(sheet), *_sums(sheet), *_signatures(sheet)]
    yield print_form(story, title=title, author='DenimHub')


def _facts(sheet: Sheet) -> list[Flowable]:
    rows = [
        ('Контрагент', sheet.counterparty), ('Период', f'{sheet.period()}, часовой пояс {sheet.zone}'),
        ('Версия', sheet.label()), ('Сформирован', f'{sheet.made_at:%d.%m.%Y %H:%M:%S}'),
        ('Строк', digits(sheet.count)), ('SHA-256 строк', sheet.sha256)]
    return [grid([[text(name, CELL_BOLD), text(value)] for name, value in rows], (42, 136), head=0)]


def _groups(sheet: Sheet) -> list[Flowable]:
    """Sums by event and by the other side."""
    keys = [key for key in _SHOWN if any(column.key == key for column in sheet.columns)]
    rows = [header_row('Событие', 'Сторона', 'Строк', *(str(BY_KEY[key].title) for key in keys))]
    rows += [
        [text(str(LineEvent(group.event).label)), text(group.party), text(digits(group.count), CELL_CENTER),
         *(text(money(group.totals[key]), CELL_RIGHT) for key in keys)]
        for group in sheet.groups()]
    rows.append([
        text('Итого', CELL_BOLD), '', text(digits(sheet.count), CELL_CENTER),
        *(text(money(sheet.totals[key]), style('total', parent=CELL_RIGHT, fontName=CELL_BOLD.fontName))
          for key in keys)])
    widths = (24, 44, 14, *([96 / len(keys)] * len(keys) if keys else []))
    return [text('Итоги', SECTION), grid(rows, widths, ('SPAN', (0, -1), (1, -1)))]


def _sums(sheet: Sheet) -> list[Flowable]:
    """The totals once more, in words."""
    lines = [
        f'{column.title}: {_in_words(sheet.totals[column.key])}' for column in sheet.columns
        if column.show == Show.MONEY and column.key in _SHOWN]
    return [Spacer(0, 6), *(text(line, style('words', parent=BODY, fontSize=8.8, leading=11.4)) for line in lines)]


def _in_words(kopecks: int) -> str:
    return money_full(kopecks) if kopecks >= 0 else f'минус {money_full(-kopecks)}'


def _signatures(sheet: Sheet) -> list[Flowable]:
    note = (
        'Реестр составлен по журналу сделок DenimHub. Сами строки — в файлах того же реестра; их подлинность '
        'проверяется по SHA-256, указанному выше. Вопросы: support@denumtech.ru.')
    return [
        Spacer(0, 6), text(note, NOTE), signature('', '', by_sms=False, role='DenimHub'),
        signature('', '', by_sms=False, role='Контрагент')]


PDF = Format('pdf', 'application/pdf', write)
