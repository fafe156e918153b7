"""Files of registries: the same lines in each format, exact to the kopeck, and never a formula."""
from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from django.utils.translation import override
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from pypdf import PdfReader

from denimhub.conf.environment import ROOT
from jobs.testing import run_due
from registries.formats import xlsx_file, xml_file
from registries.formats.base import Sheet
from registries.formats.catalogue import FORMATS
from registries.lines import Group
from registries.models import LedgerLine, RegistryVersion
from registries.rules import COLUMNS, period_of
from registries.services import counterparty_of
from registries.services_build import add_files, build_registry
from tests.registries.deals import Shop
from vault.files import read_file

DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PERIOD = period_of(date(2026, 3, 10), date(2026, 3, 10), 'Europe/Moscow')
FORMULAS = ['=1+1', '+7', '-2', '@SUM(A1)', '\t=x', '\r=x', '＝1+1', '＋7', '－2', '＠x', "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")']
NASTY = ['a"b,c;d', 'две\nстроки', '🙂', '\u202eabc', '<tag>&amp;', 'x' * 1024, "'=1",
         'C:\\new\\table', '\\N', '\\.', 'a\xa0b', '#1 100%', ' по краям ']


def version_of(shop: Shop, *formats: str) -> RegistryVersion:
    return build_registry(
        counterparty=counterparty_of(shop.partner), period=PERIOD, formats=formats, made_by='test', wait_seconds=0)


def bytes_of(version: RegistryVersion, name: str) -> bytes:
    return read_file(version.files.get(format=name).file)


def cells(content: bytes) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(content))
    return [list(row) for row in book['Реестр'].iter_rows()]


@pytest.mark.django_db(transaction=True)
def test_a_spreadsheet_holds_every_kopeck_and_no_formula() -> None:
    shop = Shop()
    sums = (4_500_001, 1, 99_999_999_999, 4_503_599_627_370_495, 7_000_010)
    for amount, text in zip(cycle(sums), FORMULAS + NASTY, strict=False):
        shop.issue(at=DAY, amount=amount, external_id=text)
    run_due(kinds=['registries.book'])
    version = version_of(shop, 'xlsx')
    head, *rows = cells(bytes_of(version, 'xlsx'))
    titles = [cell.value for cell in head]
    amount_at, text_at, when_at = (titles.index(name) for name in ('Кредит, ₽', 'Внешний номер', 'Случилось'))
    lines = list(LedgerLine.objects.order_by('seq'))
    assert [round(Decimal(str(row[amount_at].value)) * 100) for row in rows] == [line.amount for line in lines]
    assert [row[text_at].value for row in rows] == [line.external_id.replace('\r', '\n') for line in lines]
    assert {row[text_at].data_type for row in rows} == {'s'}
    assert {cell.data_type for row in rows for cell in row} <= {'s', 'n', 'd'}
    assert {row[when_at].value for row in rows} == {datetime(2026, 3, 10, 12, 0)}  # noqa: DTZ001 - as Excel has it


@pytest.mark.django_db(transaction=True)
def test_xml_follows_its_schema() -> None:
    shop = Shop()
    for text in FORMULAS + NASTY + ['\x01\x0b']:
        if '\x00' not in text:
            shop.issue(at=DAY, external_id=text)
    run_due(kinds=['registries.book'])
    version = version_of(shop, 'xml')
    content = bytes_of(version, 'xml')
    xmlschema.XMLSchema(str(ROOT / 'docs' / 'registry.xsd')).validate(io.BytesIO(content))
    root = ET.fromstring(content)
    space = {'r': xml_file.NAMESPACE}
    assert (root.get('count'), root.get('sha256'), root.get('version')) == (str(version.count), version.sha256, '1')
    assert root.find('r:totals/r:amount', space).text == str(version.totals['amount'])  # type: ignore[union-attr]
    found = [node.text for node in root.iterfind('.//r:external_id', space)]
    lines = LedgerLine.objects.order_by('seq').values_list('external_id', flat=True)
    # XML itself turns a carriage return into a line feed.
    assert found == [text.replace('\x01', '\ufffd').replace('\x0b', '\ufffd').replace('\r', '\n') for text in lines]


@pytest.mark.django_db(transaction=True)
def test_the_cover_tells_sums_hash_and_sides() -> None:
    shop = Shop()
    shop.issue(at=DAY)
    shop.issue(at=DAY, amount=1_234_567)
    run_due(kinds=['registries.book'])
    version = version_of(shop, 'pdf')
    pages = PdfReader(io.BytesIO(bytes_of(version, 'pdf'))).pages
    words = ' '.join(' '.join(page.extract_text() for page in pages).split())
    for expected in ('РЕЕСТР СДЕЛОК', '10.03.2026 – 10.03.2026', 'версия 1', shop.partner.name, version.sha256,
                     'Пятьдесят семь тысяч', '57 345,67', 'Страница 1 из 1', 'DenimHub:', 'Контрагент:'):
        assert expected.replace('\xa0', ' ') in words.replace('\xa0', ' '), expected


@pytest.mark.django_db(transaction=True)
def test_a_format_asked_for_later_tells_the_same() -> None:
    shop = Shop()
    shop.issue(at=DAY)
    run_due(kinds=['registries.book'])
    version = version_of(shop, 'csv')
    first = bytes_of(version, 'csv')
    add_files(version=version, formats=sorted(FORMATS))
    again = add_files(version=version, formats=sorted(FORMATS))
    assert sorted(again.files.values_list('format', flat=True)) == ['csv', 'pdf', 'xlsx', 'xml']
    assert bytes_of(again, 'csv') == first
    assert version.sha256.encode() in bytes_of(again, 'xml')
    assert version.made_at.astimezone().isoformat(timespec='seconds')[:10].encode() in bytes_of(again, 'xml')


def sheet_of(rows: int) -> Sheet:
    """A registry that is nowhere stored."""
    def lines() -> Any:
        for number in range(rows):
            yield f'{number + 1},ID-{number},{number}.00\n'.encode()

    def texts() -> Any:
        return (line.replace(b',', b'\t') for line in lines())

    columns = tuple(column for column in COLUMNS if column.key in {'seq', 'external_id', 'amount'})
    return Sheet(
        counterparty='Магазин', code='partner-1', date_from=date(2026, 3, 1), date_to=date(2026, 3, 31),
        zone='Europe/Moscow', version=0, replaces=None, made_at=DAY, columns=columns, count=rows,
        totals={'amount': sum(range(rows)) * 100}, sha256='0' * 64, canonical=lines, as_stored=lines,
        cells=texts, groups=partial(list[Group]))


@pytest.mark.parametrize(('rows', 'expected'), [(0, [0]), (1, [1]), (9, [9]), (10, [9, 1]), (27, [9, 9, 9])])
def test_a_spreadsheet_goes_on_on_the_next_sheet(rows: int, expected: list[int]) -> None:
    with override('ru'):
        content = b''.join(xlsx_file.write(sheet_of(rows), sheet_rows=10))
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ['Итоги', 'Реестр', *(f'Реестр {number}' for number in range(2, len(expected) + 1))]
    found = [
        [row[1] for row in book[name].iter_rows(min_row=2, values_only=True) if row[1] is not None]
        for name in book.sheetnames[1:]]
    assert [len(part) for part in found] == expected
    assert [text for part in found for text in part] == [f'ID-{number}' for number in range(rows)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(('text', 'read'), [
    ('_x0041_', '_x0041_'), ('a\x01b', 'a\ufffdb'), ('<&>', '<&>'), ('C:\\new\t\\N', 'C:\\new\t\\N')])
def test_a_text_comes_out_of_a_spreadsheet_as_it_went_in(text: str, read: str) -> None:
    shop = Shop()
    shop.issue(at=DAY, external_id=text)
    run_due(kinds=['registries.book'])
    head, row = cells(bytes_of(version_of(shop, 'xlsx'), 'xlsx'))
    # As Excel reads it: openpyxl leaves the escapes of the format to its user.
    assert unescape(row[[cell.value for cell in head].index('Внешний номер')].value) == read
