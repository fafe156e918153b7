"""The two tables nearly every form needs, as HTML. Pure; every value is escaped."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


def goods_table(values: Mapping[str, Any]) -> str:
    """The goods and their total."""
    goods: Sequence[Mapping[str, Any]] = values['goods']
    with_category = any(good['category'] for good in goods)
    head = ['№', 'Наименование товара', *(['Категория'] if with_category else []), 'Цена, руб.']
    widths = ['7%', '51%', '24%', '18%'] if with_category else ['7%', '75%', '18%']
    rows = [
        [str(good['number']), good['name'], *([good['category']] if with_category else []), good['price']]
        for good in goods]
    looks = ['number', 'text', *(['text'] if with_category else []), 'sum']
    total = (
        f'<tr class="total"><td colspan="{len(head) - 1}" class="text">Итого</td>'
        f'<td class="sum">{escape(values["goods_total"])}</td></tr>')
    return _table('goods', head, widths, rows, looks, total)


def schedule_table(values: Mapping[str, Any]) -> str:
    """Every payment and the totals; interest has no column where none is charged."""
    lines: Sequence[Mapping[str, Any]] = values['schedule']
    names = ['payment', 'interest', 'principal', 'balance'] if values['contract']['has_interest'] else (
        ['payment', 'balance'])
    titles = {
        'payment': 'Сумма платежа, руб.', 'interest': 'Проценты, руб.', 'principal': 'Основной долг, руб.',
        'balance': 'Остаток долга, руб.'}
    head = ['№', 'Дата платежа', *(titles[name] for name in names)]
    widths = ['7%', '17%', *([f'{76 // len(names)}%'] * len(names))]
    rows = [[str(line['number']), line['date'], *(line[name] for name in names)] for line in lines]
    totals = ''.join(
        f'<td class="sum">{escape(values["schedule_total"][name]) if name != "balance" else ""}</td>' for name in names)
    total = f'<tr class="total"><td colspan="2" class="text">Итого</td>{totals}</tr>'
    return _table('schedule', head, widths, rows, ['number', 'date', *(['sum'] * len(names))], total)


def _table(
    name: str, head: Sequence[str], widths: Sequence[str], rows: Iterable[Sequence[str]], looks: Sequence[str],
    total: str,
) -> str:
    first = ''.join(f'<th width="{width}">{escape(title)}</th>' for title, width in zip(head, widths, strict=True))
    body = ''.join(
        '<tr>' + ''.join(f'<td class="{look}">{escape(cell)}</td>' for cell, look in zip(row, looks, strict=True))
        + '</tr>' for row in rows)
    return f'<table class="{name}"><thead><tr>{first}</tr></thead><tbody>{body}{total}</tbody></table>'
