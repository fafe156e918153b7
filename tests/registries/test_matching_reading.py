"""Files of counterparties read by a mapping: cells, encodings, sheets, and reports on what is wrong."""
from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.matching.cells import CellProblem, kopecks, moment, text
from registries.matching.defaults import default_mappings
from registries.matching.mapping import Mapping, mapping_from, mapping_problems
from registries.matching.pool import MOST_BYTES, read_file
from registries.matching.reading import LINE_COLUMNS, read
from registries.matching.told import Problem, Reading, Unreadable

BANK = {'columns': {'contract_number': 'Договор', 'amount': 'Сумма', 'status': 'Состояние', 'at': 'Дата'},
        'decimal': ',', 'statuses': {'В работе': 'SKIP'}}

NINE = datetime(2026, 3, 10, 9)  # noqa: DTZ001 - as spreadsheets have it


def bank(**settings: Any) -> Mapping:
    return mapping_from({**BANK, **settings})


def lines(reading: Reading) -> list[dict[str, str]]:
    return [dict(zip(LINE_COLUMNS, record, strict=True)) for record in csv.reader(io.StringIO(reading.lines.decode()))]


def taken(content: str, mapping: Mapping | None = None, encoding: str = 'utf-8') -> list[dict[str, str]]:
    return lines(read(content.encode(encoding), [mapping or bank()]))


def problems(content: bytes, mapping: Mapping | None = None) -> list[Problem]:
    with pytest.raises(Unreadable) as refused:
        read(content, [mapping or bank()])
    return refused.value.problems


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(('told', 'unit', 'decimal', 'expected'), [
    ('45000.00', 'rubles', '.', 4_500_000), ('45 000,10', 'rubles', 'any', 4_500_010),
    ('45\u00a0000,1 ₽', 'rubles', ',', 4_500_010), ('1,234.56', 'rubles', 'any', 123_456),
    ('1.234,56', 'rubles', 'any', 123_456), ('1,234', 'rubles', '.', 123_400), ('−5,00', 'rubles', 'any', -500),
    ('4500000', 'kopecks', 'any', 4_500_000), ('0', 'rubles', 'any', 0), (45000.1, 'rubles', 'any', 4_500_010),
    (0.29, 'rubles', 'any', 29), (45000, 'rubles', 'any', 4_500_000), (4_500_010, 'kopecks', 'any', 4_500_010),
    ("45'000.00 руб.", 'rubles', 'any', 4_500_000)])
def test_a_sum_is_exact(told: Any, unit: str, decimal: str, expected: int) -> None:
    assert kopecks(told, unit, decimal) == expected


@pytest.mark.parametrize(('told', 'unit', 'decimal'), [
    ('1,234', 'rubles', 'any'), ('1.230', 'rubles', 'any'), ('45 000,00', 'rubles', '.'), ('4 5000', 'rubles', 'any'),
    ('', 'rubles', 'any'), (None, 'rubles', 'any'), (True, 'rubles', 'any'), ('1.005', 'rubles', '.'),
    (1.005, 'rubles', 'any'), ('10,5', 'kopecks', 'any'), ('1e5', 'rubles', 'any'), ('NaN', 'rubles', 'any'),
    (float('inf'), 'rubles', 'any'), ('=1+1', 'rubles', 'any'), ('99999999999999999', 'rubles', 'any'),
    (NINE, 'rubles', 'any')])
def test_what_is_not_clearly_a_sum_is_refused(told: Any, unit: str, decimal: str) -> None:
    with pytest.raises(CellProblem, match='amount'):
        kopecks(told, unit, decimal)


@given(st.integers(-10 ** 13, 10 ** 13))
def test_a_sum_survives_every_way_to_write_it(value: int) -> None:
    sign, (whole, rest) = '-' if value < 0 else '', divmod(abs(value), 100)
    ways = [f'{sign}{whole}.{rest:02}', f'{sign}{whole},{rest:02}', f'{sign}{whole:,}.{rest:02}',
            f'{sign}{whole:,}'.replace(',', '\u00a0') + f',{rest:02}',
            f'{sign}{whole:,}'.replace(',', '.') + f',{rest:02}']
    assert {kopecks(way, 'rubles', 'any') for way in ways} == {value}
    assert kopecks(value / 100, 'rubles', 'any') == value


@given(st.text(max_size=30))
def test_no_text_breaks_a_cell(told: str) -> None:
    for unit, decimal in (('rubles', 'any'), ('kopecks', ',')):
        try:
            kopecks(told, unit, decimal)
        except CellProblem:
            continue
    with suppress(CellProblem):
        moment(told, ())
    assert text(text(told)) == text(told) or told.strip()[:1] == "'"


@pytest.mark.parametrize(('told', 'formats', 'expected'), [
    ('2026-03-10', (), '2026-03-10T00:00:00'), ('10.03.2026 23:59', (), '2026-03-10T23:59:00'),
    ('2026-03-10T10:00:00Z', (), '2026-03-10T10:00:00+00:00'), ('03/10/2026', ('%m/%d/%Y',), '2026-03-10T00:00:00'),
    (NINE, (), '2026-03-10T09:00:00'), (date(2026, 3, 10), (), '2026-03-10T00:00:00')])
def test_a_moment(told: Any, formats: tuple[str, ...], expected: str) -> None:
    assert moment(told, formats).isoformat() == expected


@pytest.mark.parametrize('told', ['', '2026-02-30', '10.03.1026', 'вчера', 46091])
def test_what_is_not_a_moment_is_refused(told: Any) -> None:
    with pytest.raises(CellProblem, match='at'):
        moment(told, ())


@pytest.mark.parametrize(('told', 'expected'), [
    ("'=1+1", '=1+1'), ('  Д-1 \u00a0 2 ', 'Д-1 2'), (12345, '12345'), (12345.0, '12345'), (None, ''), ("'x", "'x"),
    ("'\t=x", '=x')])
def test_a_key_is_a_text(told: Any, expected: str) -> None:
    assert text(told) == expected


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'cp1251', 'utf-16'])
@pytest.mark.parametrize('delimiter', [';', ',', '\t', '|'], ids=['semicolon', 'comma', 'tab', 'bar'])
def test_encodings_and_delimiters_are_found(encoding: str, delimiter: str) -> None:
    rows = [['Договор', 'Состояние', 'Сумма', 'Дата'], ['Д-1', 'Выдан', '45 000,00', '10.03.2026'],
            ['Д-2, "дубль"', 'возврат', '1,50', '']]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    assert taken(out.getvalue(), encoding=encoding) == [
        dict(zip(LINE_COLUMNS, ['0', '2', 'Д-1', '', '', '', '', 'ISSUED', '4500000', '2026-03-10T00:00:00'],
                 strict=True)),
        dict(zip(LINE_COLUMNS, ['0', '3', 'Д-2, "дубль"', '', '', '', '', 'RETURNED', '150', ''], strict=True))]


def test_notes_before_the_header_and_totals_after_the_lines_are_passed_over() -> None:
    found = read((
        'Реестр банка за март\n\nДоговор;Сумма;Состояние;Дата\n1;2;3;4\nД-1;1,00;выдан;\nД-2;;в работе;\n'
        'ИТОГО:;1,00;;\n').replace('Д-2;;', 'Д-2;2,00;').encode(), [bank(skip_rows=1)])
    assert [line['contract_number'] for line in lines(found)] == ['Д-1']
    assert (found.count, found.skipped) == (1, 2)


def test_columns_by_position_need_no_header() -> None:
    mapping = mapping_from({'columns': {'external_id': '#2', 'amount': '#1'}, 'unit': 'kopecks'})
    assert [(line['external_id'], line['amount'], line['status']) for line in taken('100;a\n-5;b\n', mapping)] == [
        ('a', '100', 'ISSUED'), ('b', '-5', 'RETURNED')]


def test_every_sheet_with_the_columns_is_read_and_no_formula_is_computed() -> None:
    head = ['Договор', 'Сумма', 'Состояние', 'Дата']
    content = workbook(
        ('Титул', [['Банк'], ['март']]), ('1', [head, ['Д-1', 45000.1, 'выдан', NINE]]),
        ('2', [head, [2, 1, 'выдан', None]]))
    assert [(line['sheet'], line['contract_number'], line['amount'], line['at']) for line in lines(
        read(content, [bank()]))] == [('1', 'Д-1', '4500010', '2026-03-10T09:00:00'), ('2', '2', '100', '')]
    formula = workbook(('1', [head, ['Д-1', '=1+1', 'выдан', None]]))
    assert problems(formula) == [Problem('amount', 2, 'Сумма', '1')]


def test_a_key_is_read_from_a_spreadsheet_as_excel_shows_it() -> None:
    content = workbook(('1', [
        ['Договор', 'Сумма', 'Состояние', 'Дата'], ['Д_x005F_x0041_', 1, 'выдан', None],
        ['Д_x0041_', 1, 'выдан', None]]))
    assert [line['contract_number'] for line in lines(read(content, [bank()]))] == ['Д_x0041_', 'ДA']


def test_a_report_names_row_and_column_and_not_what_stood_there() -> None:
    assert problems('Договор;Сумма;Состояние;Дата\nД-1;x;выдан;1\n;1,00;выдан;\nД-3;1,00;забыт;\n'.encode()) == [
        Problem('amount', 2, 'Сумма'), Problem('at', 2, 'Дата'), Problem('no_key', 3, 'Договор'),
        Problem('status', 4, 'Состояние')]


@pytest.mark.parametrize(('content', 'code'), [
    (b'', 'empty'), (b'\xef\xbb\xbf\r\n', 'empty'), (b'\xd0\xcf\x11\xe0' + bytes(20), 'old_excel'),
    (b'ab\x00cd', 'binary'), (b'PK\x03\x04 nonsense', 'spreadsheet'), ('Номер;Деньги\n1;2\n'.encode(), 'no_header'),
    ('Договор;Сумма;Сумма;Состояние;Дата\n'.encode(), 'no_header'), ('Договор;Сумма\nД-1;1\n'.encode(), 'no_header'),
    ('Договор;Сумма;Состояние;Дата\n"Д-1;1,00;выдан;\n'.encode(), 'quotes'),
], ids=['nothing', 'mark', 'xls', 'binary', 'zip', 'titles', 'twice', 'lacking', 'quotes'])
def test_a_file_that_is_no_table_is_told_so(content: bytes, code: str) -> None:
    assert [problem.code for problem in problems(content)] == [code]


def test_a_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        for number in range(2001):
            archive.writestr(f'{number}', b'')
    assert [problem.code for problem in problems(out.getvalue())] == ['bomb']


def test_a_preview_shows_problems_beside_values() -> None:
    body = ''.join(f'Д-{number};x;выдан;\n' for number in range(30))
    found = read(f'Договор;Сумма;Состояние;Дата\n{body}'.encode(), [bank()], preview=True)
    assert len(found.preview) == 20
    assert (found.preview[0]['row'], found.preview[0]['problems']) == (2, [['amount', 'Сумма']])


def test_the_child_reads_both_kinds_of_files() -> None:
    csv_file = 'contract_number,amount_kopecks,status,at\nД-1,100,ISSUED,2026-03-10T10:00:00Z\n'.encode()
    assert lines(read_file(csv_file, default_mappings()))[0]['amount'] == '100'
    spreadsheet = workbook(('1', [['Номер договора', 'Кредит, ₽'], ['Д-1', 1.5]]))
    assert lines(read_file(spreadsheet, default_mappings()))[0]['amount'] == '150'
    with pytest.raises(Unreadable):
        read_file(bytes(MOST_BYTES + 1), default_mappings())


def test_a_spreadsheet_that_eats_memory_ends_its_child_and_not_us() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(workbook(('1', [['Договор', 'Сумма']])))) as good:
            for part in good.namelist():
                if part != 'xl/worksheets/sheet1.xml':
                    archive.writestr(part, good.read(part))
        with archive.open('xl/worksheets/sheet1.xml', 'w', force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                        b'<row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _ in range(700):
                sheet.write(bytes(1 << 20).replace(b'\0', b'a'))
            sheet.write(b'</t></is></c></row></sheetData></worksheet>')
    with pytest.raises(Unreadable) as refused:
        read_file(out.getvalue(), [bank()])
    assert refused.value.problems[0].code in {'too_large', 'spreadsheet'}
    csv_file = 'Договор;Сумма;Состояние;Дата\nД-1;1,00;выдан;\n'.encode()
    assert read_file(csv_file, [bank()]).count == 1


@pytest.mark.parametrize('wrong', [
    {}, {'columns': {}}, {'columns': {'amount': 'a'}}, {'columns': {'external_id': 'a'}},
    {'columns': {'external_id': 'a', 'amount': []}}, {**BANK, 'unit': 'dollars'}, {**BANK, 'decimal': ';'},
    {**BANK, 'header_row': -1}, {**BANK, 'skip_rows': True}, {**BANK, 'statuses': {'x': 'LOST'}}, {**BANK, 'more': 1},
    {**BANK, 'sum': 'seq'}, {**BANK, 'totals': [1]}, {**BANK, 'zone': 'Mars'}, {**BANK, 'optional': ['amount']},
    {'columns': {'external_id': 'a', 'amount': 'b', 'phone': 'c'}}])
def test_a_wrong_mapping_is_refused(wrong: dict[str, Any]) -> None:
    assert mapping_problems(wrong)
    with pytest.raises(ValueError, match=r'.'):
        mapping_from(wrong)


def test_a_mapping_survives_json() -> None:
    assert mapping_from(bank().as_dict()) == bank()
    assert mapping_problems(default_mappings()[0].as_dict()) == []
