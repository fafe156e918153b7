"""The sheet all forms are printed on: fonts, styles, page frame, signatures. A4, sizes in points."""
from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table
from reportlab.platypus import TableStyle as Ruling
from reportlab.platypus.paraparser import ParaFrag

from contracts.forms.words import NBSP

FONTS = Path(__file__).parent / 'fonts'
REGULAR, BOLD = 'PTSans', 'PTSans-Bold'
rl_config.useA85 = 0  # streams stay binary: a fifth smaller and quicker
pdfmetrics.registerFont(TTFont(REGULAR, str(FONTS / 'PTS55F.ttf')))
pdfmetrics.registerFont(TTFont(BOLD, str(FONTS / 'PTS75F.ttf')))
pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)

LEFT, RIGHT, TOP, BOTTOM = 20 * mm, 12 * mm, 14 * mm, 19 * mm
WIDTH = A4[0] - LEFT - RIGHT
GREY = colors.Color(0.45, 0.45, 0.45)
LINE = colors.Color(0.35, 0.35, 0.35)
SHADE = colors.Color(0.94, 0.94, 0.94)
BOX_NOTE = (
    'Простая электронная подпись: {role} подписывает документ одноразовым кодом из СМС, отправленной на номер {phone} '
    '(статьи 5, 6 и 9 Федерального закона от 06.04.2011 № 63-ФЗ). Сведения о подписании хранит система DenimHub.'
)

_BASE = ParagraphStyle(
    'base', fontName=REGULAR, fontSize=9, leading=11.2, textColor=colors.black, splitLongWords=1, allowWidows=0,
    allowOrphans=0)


def style(name: str, **changes: Any) -> ParagraphStyle:
    """A style that differs from the plain one only in `changes`."""
    return ParagraphStyle(name, **{'parent': _BASE, **changes})


BODY = style('body', alignment=TA_JUSTIFY, fontSize=9.6, leading=12.6, spaceAfter=4.5)
CELL = style('cell', fontSize=8.4, leading=10.2)
CELL_BOLD = style('cell-bold', fontSize=8.4, leading=10.2, fontName=BOLD)
CELL_RIGHT = style('cell-right', fontSize=8.4, leading=10.2, alignment=TA_RIGHT)
CELL_CENTER = style('cell-center', fontSize=8.4, leading=10.2, alignment=TA_CENTER)
HEAD = style('head', fontSize=8.4, leading=10.2, fontName=BOLD, alignment=TA_CENTER)
TITLE = style('title', fontSize=13, leading=16, fontName=BOLD, alignment=TA_CENTER, spaceAfter=4)
SECTION = style('section', fontSize=9.6, leading=12, fontName=BOLD, spaceBefore=8, spaceAfter=3, keepWithNext=1)
SMALL = style('small', fontSize=7.4, leading=9, textColor=GREY)
NOTE = style('note', fontSize=7.8, leading=9.6)

GRID = Ruling([
    ('GRID', (0, 0), (-1, -1), 0.5, LINE), ('VALIGN', (0, 0), (-1, -1), 'TOP'),
    ('LEFTPADDING', (0, 0), (-1, -1), 4), ('RIGHTPADDING', (0, 0), (-1, -1), 4),
    ('TOPPADDING', (0, 0), (-1, -1), 2), ('BOTTOMPADDING', (0, 0), (-1, -1), 3),
])
PLAIN = Ruling([
    ('VALIGN', (0, 0), (-1, -1), 'TOP'), ('LEFTPADDING', (0, 0), (-1, -1), 0), ('RIGHTPADDING', (0, 0), (-1, -1), 0),
    ('TOPPADDING', (0, 0), (-1, -1), 0), ('BOTTOMPADDING', (0, 0), (-1, -1), 0),
])


class _QuickFlate(pdfdoc.PDFStreamFilterZCompress):  # type: ignore[misc]
    """Deflate at its quickest: two embedded fonts are most of a form, and level 1 costs them 4 % of size."""

    def encode(self, text: str | bytes) -> bytes:
        return zlib.compress(text.encode() if isinstance(text, str) else text, 1)


pdfdoc.PDFZCompress = _QuickFlate()


def printable(value: str) -> str:
    """A client's or lender's words without control characters, the number sign held to its number."""
    if not value.isprintable():
        value = ''.join(char if char.isprintable() or char == NBSP else ' ' for char in value)
    return value.replace('№ ', f'№{NBSP}')


def clean(value: str) -> str:
    """Words to be put into `markup()`: nothing in them is a tag of ours."""
    return escape(printable(value))


class _Words(Paragraph):  # type: ignore[misc]
    """A paragraph that remembers its lines: a table asks for the same width three times over."""

    _wrapped: tuple[float, tuple[float, float]] | None = None

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        # Splitting a row over two pages throws the lines away.
        if self._wrapped is None or self._wrapped[0] != available_width or not hasattr(self, 'blPara'):
            self._wrapped = (available_width, super().wrap(available_width, available_height))
        return self._wrapped[1]


def text(value: str, look: ParagraphStyle = CELL) -> Paragraph:
    """A paragraph of words that nobody interprets: they never meet a parser of markup."""
    words = ParaFrag(
        text=printable(value), fontName=look.fontName, fontSize=look.fontSize, textColor=look.textColor, bold=0,
        italic=0, rise=0, greek=0, link=[], us_lines=[])
    return _Words('', look, frags=[words])


def markup(value: str, look: ParagraphStyle = BODY) -> Paragraph:
    """A paragraph with our own tags; whatever is put into it went through `clean()`."""
    return _Words(value, look)


def header_row(*names: str) -> list[Paragraph]:
    """The first line of a table."""
    return [text(name, HEAD) for name in names]


def grid(rows: Sequence[Sequence[Any]], widths_mm: Sequence[float], *extra: tuple[Any, ...], head: int = 1) -> Table:
    """A ruled table whose `head` lines are shaded and repeated on every page; widths fill the sheet in proportion."""
    scale = WIDTH / sum(widths_mm)
    table = Table(
        rows, colWidths=[width * scale for width in widths_mm], repeatRows=head, splitInRow=1, style=GRID)
    if head:
        table.setStyle(Ruling([('BACKGROUND', (0, 0), (-1, head - 1), SHADE)]))
    if extra:
        table.setStyle(Ruling(list(extra)))
    return table


def signature(name: str, phone: str, *, by_sms: bool, role: str = 'Заёмщик') -> Flowable:
    """Where the client signs: a line for the pen, or the mark of the simple electronic signature."""
    if by_sms:
        note = text(BOX_NOTE.format(role=role, phone=phone), NOTE)
        box = Table([[text(f'{role}: {name}', CELL_BOLD)], [note]], colWidths=[WIDTH])
        box.setStyle(Ruling([
            ('BOX', (0, 0), (-1, -1), 0.8, colors.black), ('LEFTPADDING', (0, 0), (-1, -1), 6),
            ('RIGHTPADDING', (0, 0), (-1, -1), 6), ('TOPPADDING', (0, 0), (-1, -1), 3),
            ('BOTTOMPADDING', (0, 0), (-1, -1), 4)]))
        return KeepTogether([Spacer(0, 8), box])
    under = style('under', fontSize=7.4, leading=9, textColor=GREY, alignment=TA_CENTER)
    line = Table(
        [[text(f'{role}:', CELL_BOLD), '', '', text(name, CELL_CENTER), '', ''],
         ['', text('подпись', under), '', text('фамилия, инициалы', under), '', text('дата', under)]],
        colWidths=[WIDTH * part for part in (0.12, 0.28, 0.03, 0.34, 0.03, 0.20)], rowHeights=[18, 11])
    line.setStyle(Ruling([
        ('VALIGN', (0, 0), (-1, 0), 'BOTTOM'), ('LEFTPADDING', (0, 0), (-1, -1), 0),
        ('RIGHTPADDING', (0, 0), (-1, -1), 0), ('TOPPADDING', (0, 0), (-1, -1), 0),
        ('BOTTOMPADDING', (0, 0), (-1, -1), 1.5),
        *[('LINEBELOW', (column, 0), (column, 0), 0.6, colors.black) for column in (1, 3, 5)]]))
    return KeepTogether([Spacer(0, 12), line])


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """Keeps the pages until their number is known, then writes the foot of each."""

    def __init__(self, *args: Any, foot: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._foot = foot
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._draw_foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _draw_foot(self, number: int, total: int) -> None:
        self.setStrokeColor(LINE)
        self.setLineWidth(0.4)
        self.line(LEFT, BOTTOM - 10, A4[0] - RIGHT, BOTTOM - 10)
        self.setFillColor(GREY)
        self.setFont(REGULAR, 7.4)
        self.drawString(LEFT, BOTTOM - 20, self._foot)
        self.drawRightString(A4[0] - RIGHT, BOTTOM - 20, f'Страница {number} из {total}')
        self.drawString(LEFT, BOTTOM - 29, 'DenimHub · support@denumtech.ru')


def print_form(story: list[Flowable], *, title: str, author: str) -> bytes:
    """Lay the story out on A4; the same story gives the same bytes."""
    out = io.BytesIO()
    document = BaseDocTemplate(
        out, pagesize=A4, title=title, author=author, subject=title, creator='DenimHub', lang='ru-RU', invariant=1,
        leftMargin=LEFT, rightMargin=RIGHT, topMargin=TOP, bottomMargin=BOTTOM)
    frame = Frame(
        LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates([PageTemplate(id='sheet', frames=[frame])])

    def canvas(*args: Any, **kwargs: Any) -> _NumberedCanvas:
        return _NumberedCanvas(*args, foot=title, **kwargs)

    document.build(story, canvasmaker=canvas)
    return out.getvalue()
