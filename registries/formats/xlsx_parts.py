"""The parts of a spreadsheet that do not depend on its lines (ECMA-376, Office Open XML)."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from registries.formats.base import printable

HEAD, MONEY, NUMBER, MOMENT, BOLD, WRAPPED = range(1, 7)
"""Numbers of the looks in STYLES; 0 is a plain cell."""
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
_OFFICE: Final = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
_PACKAGE: Final = 'http://schemas.openxmlformats.org/package/2006'
_TYPE: Final = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
_ESCAPED: Final = re.compile(r'_x(?=[0-9A-Fa-f]{4}_)')

RELATIONS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>')
STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd.mm.yyyy\\ hh:mm:ss"/>'
    '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/>'
    '<sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="3"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill>'
    '<patternFill patternType="solid"><fgColor rgb="FFE7EDF5"/><bgColor indexed="64"/></patternFill></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/>'
    '<bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders><cellStyleXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1"'
    ' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
    '<alignment vertical="top"/></xf>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>')


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet: its name, and the cells that have a filter, if any."""

    name: str
    filtered: str = ''


def xml_text(text: str) -> str:
    """A text inside a cell; what Excel would take for an escape of its own stays as it is."""
    return _ESCAPED.sub('_x005F_x', escape(printable(text)))


def text_cell(place: str, text: str, look: int = 0) -> str:
    """A cell with a text, never a formula."""
    return f'<c r="{place}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{xml_text(text)}</t></is></c>'


def column_name(number: int) -> str:
    """`A` for 1, `AA` for 27."""
    name = ''
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord('A') + rest) + name
    return name


def start_of(widths: Sequence[int], *, frozen: bool) -> str:
    """A sheet up to its first row."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if frozen else ''
    columns = ''.join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1))
    return (f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView>'
            f'</sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>')


def end_of(filtered: str = '') -> str:
    """A sheet after its last row."""
    cells = f'<autoFilter ref="{filtered.replace("$", "")}"/>' if filtered else ''
    return f'</sheetData>{cells}</worksheet>'


def row_of_texts(number: int, texts: Sequence[str], looks: Sequence[int]) -> str:
    """A row of texts, each in its look."""
    cells = ''.join(
        text_cell(f'{column_name(at)}{number}', text, look)
        for at, (text, look) in enumerate(zip(texts, looks, strict=True), 1))
    return f'<row r="{number}">{cells}</row>'


def book_of(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    """The parts that name the sheets, for the end of the archive: only then it is known how many there are."""
    sheets = ''.join(
        f'<sheet name={quoteattr(part.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, part in enumerate(parts, 1))
    names = ''.join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number}" hidden="1">'
        f"'{escape(part.name)}'!{part.filtered}</definedName>"
        for number, part in enumerate(parts) if part.filtered)
    yield 'xl/workbook.xml', (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f'<sheets>{sheets}</sheets><definedNames>{names}</definedNames></workbook>')
    links = ''.join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(parts) + 1))
    yield 'xl/_rels/workbook.xml.rels', (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship Id="rId{len(parts) + 1}"'
        f' Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>')
    overrides = ''.join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in range(1, len(parts) + 1))
    yield '[Content_Types].xml', (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
        f' ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>')
