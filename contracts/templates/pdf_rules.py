"""What a PDF template may be: no scripts, nothing outside, fields that can be filled in. Only in the limited child."""
from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pikepdf

from contracts.forms.data import FormKind
from contracts.templates.findings import Fault, Trouble, at_field, at_page, in_file
from contracts.templates.pdf_drawing import lay_out, qr_side
from contracts.templates.pdf_fields import Shape, Sheet, Widget, placeless_fields, sheets_of
from contracts.templates.pdf_layout import LEAST_POINTS, DoesNotFit
from contracts.templates.pdf_names import (
    MORE,
    QR,
    Meaning,
    is_known_at,
    meaning_of,
    more_text,
    nearest,
    rows_left,
    value_at,
)
from contracts.templates.pdf_objects import is_dictionary, items, name, within, words
from contracts.templates.pdf_paper import balance_of
from contracts.templates.variables import Stage, Type
from vault.inspection import pdf as inspection
from vault.inspection.verdicts import Bounds
from vault.inspection.verdicts import Finding as Seen

MAX_PDF_BYTES: Final = 10 * 1024 * 1024
MAX_PAGES: Final = 50
MAX_FIELDS: Final = 2000
_BOUNDS: Final = Bounds(
    file_bytes=MAX_PDF_BYTES, pages=MAX_PAGES, objects=100_000, visits=2_000_000,
    allowed_actions=frozenset({'/GoTo', '/URI', '/Named'}))
_TROUBLES: Final = {
    Seen.ENCRYPTED: Trouble.ENCRYPTED, Seen.TOO_MANY_PAGES: Trouble.TOO_MANY_PAGES, Seen.NO_PAGES: Trouble.NO_PAGES,
    Seen.ACTIVE: Trouble.ACTIVE, Seen.EXPANDS: Trouble.EXPANDS, Seen.TOO_MANY_PIXELS: Trouble.EXPANDS}
_YES: Final = frozenset({'yes', 'on', 'true', '1', 'да', 'вкл'})
_NO: Final = frozenset({'no', 'false', '0', 'нет', 'выкл'})
_EDGE: Final = 1.0
"""Points by which a field may stick out of its page: borders are drawn half outside."""


def check_safety(content: bytes) -> list[Fault]:
    """What makes the file unreadable or dangerous as a whole."""
    if len(content) > MAX_PDF_BYTES:
        return [in_file(Trouble.TOO_LARGE, most=f'{MAX_PDF_BYTES // 1024} КиБ')]
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as document:
            if within(document.Root, '/AcroForm', '/XFA') is not None:
                return [in_file(Trouble.DYNAMIC_FORM)]
        seen = inspection.check_pdf(content, _BOUNDS)
    except pikepdf.PasswordError:
        return [in_file(Trouble.ENCRYPTED)]
    except MemoryError:
        return [in_file(Trouble.TOO_HEAVY)]
    except Exception:  # noqa: BLE001 - a parser fails in any way it likes
        return [in_file(Trouble.BROKEN)]
    if seen == Seen.FINE:
        return []
    return [in_file(_TROUBLES.get(seen, Trouble.BROKEN), most=str(MAX_PAGES))]


def check_document(
    document: pikepdf.Pdf, kind: FormKind, stage: Stage, values: Mapping[str, Any],
) -> list[Fault]:
    """Everything wrong with pages and fields; `values` are those of a sample."""
    sheets = sheets_of(document)
    count = sum(len(sheet.widgets) for sheet in sheets)
    if count > MAX_FIELDS:
        return [in_file(Trouble.TOO_MANY_FIELDS, most=str(MAX_FIELDS))]
    faults = [*_of_pages(document), *_of_file(document)]
    widgets = [widget for sheet in sheets for widget in sheet.widgets]
    fields = [widget for widget in widgets if widget.shape != Shape.SIGNATURE]
    meant = {widget.name: meaning_of(widget.name) for widget in fields}
    if any(widget.is_signed for widget in widgets):
        faults.append(in_file(Trouble.SIGNED))
    if not fields:
        faults.append(in_file(Trouble.NO_FIELDS))
    faults += [at_field(place, Trouble.FIELD_WITHOUT_PLACE) for place in placeless_fields(document)]
    texts = {more: more_text(name, rows_left(meant.values(), values).get(name, ()), values)
             for more, name in MORE.items() if name in values}
    for sheet in sheets:
        for widget in sheet.widgets:
            faults += _of_widget(widget, sheet, kind, stage, {**values, **texts})
    return _once([*faults, *_of_rows(meant.values(), values)])


def is_on(widget: Widget, *, is_true: bool) -> bool:
    """Whether a button is marked: one that stands for No (`No`, `0`, `Нет`) when the variable is not true."""
    return is_true != (widget.export.strip().lower() in _NO)


def _of_pages(document: pikepdf.Pdf) -> Iterator[Fault]:
    for number, page in enumerate(document.pages, 1):
        try:
            balance_of(page)
        except Exception:  # noqa: BLE001 - a parser fails in any way it likes
            yield at_page(number, Trouble.BROKEN)
        for note in items(within(page.obj, '/Annots')):
            kind = name(within(note, '/Subtype'))
            if kind == 'Link':
                address = within(note, '/A', '/URI')
                if address is not None or name(within(note, '/A', '/S')) == 'URI':
                    yield at_page(number, Trouble.EXTERNAL_REFERENCE, name=_clean(words(address)) or 'URI')
            elif kind != 'Widget':
                yield at_page(number, Trouble.FOREIGN_NOTE, name=_clean(kind) or '?')


def _of_file(document: pikepdf.Pdf) -> Iterator[Fault]:
    """References to something outside that lie on no page: bookmarks to the web, streams kept in other files."""
    on_pages = {note.objgen for page in document.pages for note in items(within(page.obj, '/Annots'))
                if is_dictionary(note)}
    for found in document.objects:
        if isinstance(found, pikepdf.Stream) and any(key in found for key in ('/F', '/FFilter', '/Ref', '/OPI')):
            yield in_file(Trouble.EXTERNAL_REFERENCE, name='/F')
        elif isinstance(found, pikepdf.Dictionary) and found.objgen not in on_pages and (
                name(within(found, '/A', '/S')) == 'URI'):
            yield in_file(Trouble.EXTERNAL_REFERENCE, name=_clean(words(within(found, '/A', '/URI'))) or 'URI')


def _of_widget(
    widget: Widget, sheet: Sheet, kind: FormKind, stage: Stage, values: Mapping[str, Any],
) -> Iterator[Fault]:
    if widget.is_active:
        yield at_field(widget.name, Trouble.ACTIVE)
    if widget.shape == Shape.SIGNATURE:
        return
    if not widget.name:
        yield at_page(widget.page + 1, Trouble.FIELD_WITHOUT_NAME)
        return
    placed = list(_of_place(widget, sheet))
    yield from placed
    meaning = meaning_of(widget.name)
    named = list(_of_name(widget, meaning, kind, stage))
    yield from named
    if not placed and not named:
        yield from _of_room(widget, meaning, values)


def _of_place(widget: Widget, sheet: Sheet) -> Iterator[Fault]:
    page = str(widget.page + 1)
    if widget.is_hidden:
        yield at_field(widget.name, Trouble.FIELD_HIDDEN, page=page)
    found = widget.box
    if found is None or found[2] - found[0] < _EDGE or found[3] - found[1] < _EDGE:
        yield at_field(widget.name, Trouble.FIELD_WITHOUT_SIZE, page=page)
    elif not (found[0] >= sheet.seen[0] - _EDGE and found[1] >= sheet.seen[1] - _EDGE
              and found[2] <= sheet.seen[2] + _EDGE and found[3] <= sheet.seen[3] + _EDGE):
        yield at_field(widget.name, Trouble.FIELD_OUTSIDE_PAGE, page=page)


def _of_name(widget: Widget, meaning: Meaning, kind: FormKind, stage: Stage) -> Iterator[Fault]:
    shown = widget.name
    if meaning.type is None:
        yield at_field(shown, Trouble.UNKNOWN_VARIABLE, name=shown, near=nearest(meaning.path, kind, stage))
    elif not is_known_at(meaning, stage):
        yield at_field(shown, Trouble.NOT_AT_THIS_STAGE, name=shown)
    elif meaning.type == Type.LIST:
        yield at_field(shown, Trouble.WHOLE_LIST, name=shown, near=_FIRST_OF[meaning.path])
    elif widget.shape == Shape.OTHER:
        yield at_field(shown, Trouble.FIELD_NOT_DRAWABLE, name=widget.kind)
    elif (meaning.type == Type.FLAG) != (widget.shape in {Shape.CHECK, Shape.RADIO}):
        yield at_field(shown, Trouble.WRONG_FIELD_KIND, name=shown)
    elif widget.shape == Shape.RADIO and widget.export.strip().lower() not in _YES | _NO:
        yield at_field(shown, Trouble.BUTTON_UNCLEAR, name=_clean(widget.export))


_FIRST_OF: Final = {'goods': 'goods[0].name', 'schedule': 'schedule[0].payment'}


def _of_room(widget: Widget, meaning: Meaning, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Whether the sample fits. A line beyond those of the sample is tried with what they say."""
    rows = len(values.get(meaning.list_name, ())) if meaning.list_name else 0
    if rows:
        meaning = Meaning(meaning.path, meaning.type, meaning.list_name, meaning.row % rows)
    value = value_at(meaning, values)
    if widget.shape != Shape.TEXT or not isinstance(value, str) or not value or widget.box is None:
        return
    if meaning.path == QR:
        least = qr_side(value) / widget.unit
        if min(widget.box[2] - widget.box[0], widget.box[3] - widget.box[1]) < least:
            side_mm = -(-qr_side(value) * 25.4 // 72)
            yield at_field(widget.name, Trouble.QR_TOO_SMALL, most=f'{side_mm:g} × {side_mm:g} мм')
        return
    try:
        lay_out(widget, value)
    except DoesNotFit as short:
        yield at_field(
            widget.name, Trouble.FIELD_TOO_SMALL, least=f'{LEAST_POINTS:g}', fits=str(short.fits),
            length=str(short.length))


def _of_rows(meanings: Iterable[Meaning], values: Mapping[str, Any]) -> Iterator[Fault]:
    """Gaps in the lines of a list, and lines of the sample that would be left out."""
    meanings = [meaning for meaning in meanings if meaning.type is not None]
    paths = {meaning.path for meaning in meanings}
    for list_name, left in rows_left(meanings, values).items():
        rows = {meaning.row for meaning in meanings if meaning.list_name == list_name}
        gaps = [row for row in range(max(rows, default=0)) if row not in rows]
        if f'{list_name}_more' in paths:
            continue
        if gaps:
            yield at_field(list_name, Trouble.ROW_MISSING, name=list_name, row=str(gaps[0]))
        elif left:
            length = len(values[list_name])
            yield at_field(
                list_name, Trouble.TOO_FEW_ROWS, name=list_name, length=str(length), fits=str(length - len(left)),
                rest=f'{list_name}_more')


def _once(faults: Iterable[Fault]) -> list[Fault]:
    """The same thing about several places of one field is said once."""
    found: dict[tuple[Any, ...], Fault] = {}
    for fault in faults:
        found.setdefault((fault.trouble, fault.place, fault.at, tuple(sorted(fault.words.items()))), fault)
    return list(found.values())


def _clean(text: str) -> str:
    return ''.join(char if char.isprintable() else ' ' for char in text)[:60]
