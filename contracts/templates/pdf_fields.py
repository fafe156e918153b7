"""The fields of a PDF form as they lie on its pages, whichever program made it. Only in the limited child.

Attributes are those of ISO 32000-1, 12.7: a widget may be its field, or a kid of it and inherit; defaults come from
the form.
"""
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import pikepdf

from contracts.templates.pdf_objects import (
    box,
    color,
    inherited,
    is_dictionary,
    items,
    line_of,
    name,
    number,
    rgb,
    whole,
    within,
    words,
)

Box = tuple[float, float, float, float]
Color = tuple[float, float, float]
MAX_NAME_CHARACTERS: Final = 120
_MULTILINE, _PASSWORD, _FILE, _COMB = 1 << 12, 1 << 13, 1 << 20, 1 << 24
_RADIO, _PUSH, _COMBO = 1 << 15, 1 << 16, 1 << 17
_HIDDEN = 1 << 1
_CHECK_MARK, _BULLET = '4', 'l'
_COLOR_OPERATORS: Final = {'g': 1, 'rg': 3, 'k': 4}
BLACK: Final[Color] = (0.0, 0.0, 0.0)


class Shape(StrEnum):
    """What is drawn in a field; OTHER is nothing that could be."""

    TEXT = 'text'
    CHECK = 'check'
    RADIO = 'radio'
    SIGNATURE = 'signature'
    OTHER = 'other'


@dataclass(frozen=True, slots=True)
class Frame:
    """The field's own background and border; None is none. `line` is S, D, B, I or U as in /BS."""

    background: Color | None
    border: Color | None
    width: float
    line: str


@dataclass(frozen=True, slots=True)
class Letters:
    """How the field wants its text; `size` 0 lets the program choose, `align` is 0 left, 1 centre, 2 right."""

    size: float
    bold: bool
    color: Color
    align: int
    multiline: bool
    cells: int


@dataclass(frozen=True, slots=True)
class Widget:
    """One place of a field on a page (counted from 0), in user space units of `unit` points each.

    `turn` is how far its content is turned counterclockwise, `mark` a character of ZapfDingbats, `export` the value a
    button stands for, `kind` what a field of shape OTHER is.
    """

    name: str
    shape: Shape
    page: int
    box: Box | None
    turn: int
    unit: float
    frame: Frame
    letters: Letters
    mark: str
    export: str
    is_hidden: bool
    kind: str = ''
    is_signed: bool = False
    is_active: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its whole box, the part that is seen, its widgets."""

    media: Box
    seen: Box
    widgets: tuple[Widget, ...]


def sheets_of(document: pikepdf.Pdf) -> list[Sheet]:
    """Every page with the fields on it."""
    form = within(document.Root, '/AcroForm')
    reader = _Reader(form if is_dictionary(form) else pikepdf.Dictionary())
    return [reader.sheet(page, index) for index, page in enumerate(document.pages)]


def placeless_fields(document: pikepdf.Pdf) -> list[str]:
    """Names of the form's fields that lie on no page."""
    widgets = [widget for page in document.pages for widget in items(within(page.obj, '/Annots'))]
    placed = {one.objgen for widget in widgets for one in line_of(widget)}
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    waiting = items(within(document.Root, '/AcroForm', '/Fields'))[::-1]
    while waiting:
        field = waiting.pop()
        if not is_dictionary(field) or (field.objgen in seen and field.is_indirect):
            continue
        seen.add(field.objgen)
        kids = [kid for kid in items(within(field, '/Kids')) if within(kid, '/T') is not None]
        waiting += kids[::-1]
        if not kids and field.objgen not in placed and name(inherited(list(line_of(field)), '/FT')) != 'Sig':
            found.append(_full_name(list(line_of(field))))
    return found


class _Reader:
    def __init__(self, form: Any) -> None:
        self._form = form
        self._looks: dict[str, tuple[float, bool, Color]] = {}

    def sheet(self, page: pikepdf.Page, index: int) -> Sheet:
        media = box(page.mediabox) or (0.0, 0.0, 0.0, 0.0)
        crop = box(page.cropbox) or media
        seen = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
        unit = number(within(page.obj, '/UserUnit')) or 1.0
        widgets = tuple(
            self._widget(found, index, unit if unit > 0 else 1.0)
            for found in items(within(page.obj, '/Annots')) if name(within(found, '/Subtype')) == 'Widget')
        return Sheet(media, seen, widgets)

    def _widget(self, found: Any, page: int, unit: float) -> Widget:
        line = list(line_of(found))
        flags = whole(inherited(line, '/Ff'))
        shape, kind = _shape(name(inherited(line, '/FT')), flags)
        turn = whole(within(found, '/MK', '/R')) % 360
        return Widget(
            name=_full_name(line), shape=shape, page=page, box=box(within(found, '/Rect')),
            turn=turn if turn % 90 == 0 else 0, unit=unit, frame=_frame(found), letters=self._letters(line, flags),
            mark=words(within(found, '/MK', '/CA'))[:1] or (_BULLET if shape == Shape.RADIO else _CHECK_MARK),
            export=_export(found, line) if shape in {Shape.CHECK, Shape.RADIO} else '',
            is_hidden=bool(whole(within(found, '/F')) & _HIDDEN), kind=kind,
            is_signed=shape == Shape.SIGNATURE and inherited(line, '/V') is not None,
            is_active=any('/A' in one or '/AA' in one for one in line))

    def _letters(self, line: list[Any], flags: int) -> Letters:
        with_form = [*line, self._form]
        size, bold, ink = self._look(words(inherited(with_form, '/DA')))
        most = whole(inherited(line, '/MaxLen'))
        is_comb = flags & _COMB and not flags & (_MULTILINE | _PASSWORD | _FILE)
        align = whole(inherited(with_form, '/Q'))
        return Letters(
            size=size, bold=bold, color=ink, align=align if align in {1, 2} else 0, multiline=bool(flags & _MULTILINE),
            cells=min(most, 1000) if is_comb and most > 0 else 0)

    def _look(self, appearance: str) -> tuple[float, bool, Color]:
        """Size, weight and colour out of a default appearance: `0 0.2 0.6 rg /HeBo 9 Tf`."""
        if appearance not in self._looks:
            self._looks[appearance] = self._read_look(appearance)
        return self._looks[appearance]

    def _read_look(self, appearance: str) -> tuple[float, bool, Color]:
        size, font, ink = 0.0, '', BLACK
        before: list[str] = []
        for piece in appearance[:1000].replace('/', ' /').split():
            if piece == 'Tf' and len(before) > 1:
                font, size = before[-2].lstrip('/'), max(_float(before[-1]), 0.0)
            elif piece in _COLOR_OPERATORS:
                ink = rgb([_float(part) for part in before[-_COLOR_OPERATORS[piece]:]]) or BLACK
            before.append(piece)
        base = name(within(self._form, '/DR', '/Font', f'/{font}', '/BaseFont')) if font else ''
        return size, any('bold' in one.lower() for one in (font, base)) or font in {'HeBo', 'TiBo', 'CoBo'}, ink


def _float(piece: str) -> float:
    try:
        found = float(piece)
    except ValueError:
        return 0.0
    return found if abs(found) < 1000 else 0.0


def _full_name(line: list[Any]) -> str:
    parts = [words(within(one, '/T')) for one in reversed(line)]
    joined = '.'.join(part.strip() for part in parts if part)
    return ''.join(char if char.isprintable() else ' ' for char in joined).strip()[:MAX_NAME_CHARACTERS]


def _shape(kind: str, flags: int) -> tuple[Shape, str]:
    if kind == 'Sig':
        return Shape.SIGNATURE, ''
    if kind == 'Tx':
        if flags & (_PASSWORD | _FILE):
            return Shape.OTHER, 'пароль' if flags & _PASSWORD else 'файл'
        return Shape.TEXT, ''
    if kind == 'Ch':
        return (Shape.TEXT, '') if flags & _COMBO else (Shape.OTHER, 'список')
    if kind == 'Btn':
        if flags & _PUSH:
            return Shape.OTHER, 'кнопка'
        return (Shape.RADIO if flags & _RADIO else Shape.CHECK), ''
    return Shape.OTHER, kind[:20] or 'без вида'


_NO_FRAME: Final = Frame(None, None, 0.0, 'S')


def _frame(found: Any) -> Frame:
    if '/MK' not in found:
        return _NO_FRAME
    styled = number(within(found, '/BS', '/W'))
    old = items(within(found, '/Border'))
    third = number(old[2]) if len(old) > 2 else None
    width = styled if styled is not None else third if third is not None else 1.0
    border = color(within(found, '/MK', '/BC'))
    return Frame(
        background=color(within(found, '/MK', '/BG')), border=border if width > 0 else None,
        width=min(max(width, 0.0), 10.0), line=name(within(found, '/BS', '/S')) or 'S')


def _export(found: Any, line: list[Any]) -> str:
    """The value of a button: a name of its appearance other than Off, or what /Opt writes in place of a number."""
    states = within(found, '/AP', '/N')
    names = [str(key)[1:] for key in states.keys()] if is_dictionary(states) else []  # noqa: SIM118 - no dict
    export = next((one for one in sorted(names) if one != 'Off'), '') or name(within(found, '/AS'))
    options = items(inherited(line, '/Opt'))
    if export.isdecimal() and int(export) < len(options):
        return words(options[int(export)]) or export
    return '' if export == 'Off' else export
