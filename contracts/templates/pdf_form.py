"""PDF templates: forms with fields named after variables, checked before they are taken, filled in on values.

Our text is drawn where the fields lie, in an embedded font, and the fields are taken out, so that Cyrillic is right in
every viewer. Only in the limited child.
"""
from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from contracts.forms.data import FormKind
from contracts.forms.sheet import REGULAR, printable
from contracts.templates.findings import MAX_FINDINGS, Fault, Trouble, Unfit, at_field, in_file
from contracts.templates.pdf_drawing import draw, fill_mark, lay_out, qr_filler, text_filler
from contracts.templates.pdf_fields import Box, Shape, Sheet, Widget, sheets_of
from contracts.templates.pdf_layout import LEAST_POINTS, DoesNotFit
from contracts.templates.pdf_names import MORE, QR, Meaning, meaning_of, more_text, rows_left, value_at
from contracts.templates.pdf_paper import lay_over, take_form_out, written
from contracts.templates.pdf_rules import check_document, check_safety, is_on
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage, Type

MAX_OUTPUT_BYTES: Final = 20 * 1024 * 1024
Fill = Callable[[Any, Widget, Box], None]


def check_pdf(content: bytes, kind: FormKind, stage: Stage) -> list[Fault]:
    """Everything wrong with a template at once; one that reads well is filled in with the sample of its kind."""
    faults = check_safety(content)
    if any(fault.trouble in _UNREADABLE for fault in faults):
        return faults
    values = sample_values(kind, stage)
    try:
        with _opened(content) as document:
            faults += check_document(document, kind, stage, values)
    except Exception:  # noqa: BLE001 - a parser fails in any way it likes
        return faults or [in_file(Trouble.BROKEN)]
    if faults:
        return faults[:MAX_FINDINGS]
    try:
        render_pdf(content, values)
    except Unfit as unfit:
        return [unfit.fault]
    return []


def render_pdf(content: bytes, values: Mapping[str, Any]) -> bytes:
    """The PDF of a checked template filled in with values. Raises Unfit: nothing is cut from a text or a list."""
    try:
        with _opened(content) as document:
            return _filled(document, values)
    except Unfit:
        raise
    except MemoryError:
        raise Unfit(in_file(Trouble.TOO_HEAVY)) from None
    except Exception:  # noqa: BLE001 - a parser fails in any way it likes
        raise Unfit(in_file(Trouble.BROKEN)) from None


def warm_up() -> None:
    """Load what parser and printer load late, while files may still be opened."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 200))
        page.obj.Annots = document.make_indirect(pikepdf.Array([
            document.make_indirect(pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name(kind), T=pikepdf.String(name),
                Rect=[10, 10 + 50 * at, 190, 50 + 50 * at], DA=pikepdf.String('/HeBo 9 Tf 0 g')))
            for at, (kind, name) in enumerate((('/Tx', 'client.full_name'), ('/Btn', 'client.is_male'), ('/Tx', QR)))]))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=page.obj.Annots)
        content = written(document)
    check_pdf(content, FormKind.POS, Stage.CONTRACT)
    check_pdf(content[:200], FormKind.POS, Stage.CONTRACT)
    render_pdf(content, sample_values(FormKind.POS, Stage.CONTRACT))
    for encryption in (pikepdf.Encryption(owner='owner', user='user'), pikepdf.Encryption(owner='owner', user='', R=4)):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(content)) as document:
            document.save(out, encryption=encryption)
        check_pdf(out.getvalue(), FormKind.POS, Stage.CONTRACT)


_UNREADABLE: Final = frozenset({
    Trouble.BROKEN, Trouble.ENCRYPTED, Trouble.EXPANDS, Trouble.TOO_LARGE, Trouble.TOO_MANY_PAGES, Trouble.NO_PAGES,
    Trouble.TOO_HEAVY, Trouble.DYNAMIC_FORM})


def _opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True)


def _filled(document: pikepdf.Pdf, values: Mapping[str, Any]) -> bytes:
    sheets = sheets_of(document)
    meant = {widget.name: meaning_of(widget.name) for sheet in sheets for widget in sheet.widgets
             if widget.shape != Shape.SIGNATURE}
    texts = _texts_of_more(meant.values(), values)
    drawn = io.BytesIO()
    canvas = Canvas(drawn, initialFontName=REGULAR, invariant=1)
    pages = [
        index for index, sheet in enumerate(sheets) if _draw_sheet(canvas, sheet, meant, {**values, **texts})]
    if pages:
        canvas.save()
        lay_over(document, drawn.getvalue(), pages)
    take_form_out(document)
    content = written(document)
    if len(content) > MAX_OUTPUT_BYTES:
        raise Unfit(in_file(Trouble.TOO_LARGE_OUTPUT))
    return content


def _texts_of_more(meanings: Collection[Meaning], values: Mapping[str, Any]) -> dict[str, str]:
    """Values of the fields for all other lines. Raises Unfit when lines are left and there is no such field."""
    names = {meaning.path for meaning in meanings}
    left = rows_left(meanings, values)
    for name, rows in left.items():
        if rows and f'{name}_more' not in names:
            length = len(values[name])
            raise Unfit(at_field(
                name, Trouble.TOO_FEW_ROWS, name=name, length=str(length), fits=str(length - len(rows)),
                rest=f'{name}_more'))
    return {more: more_text(name, left.get(name, ()), values) for more, name in MORE.items() if name in values}


def _draw_sheet(canvas: Any, sheet: Sheet, meant: Mapping[str, Meaning], values: Mapping[str, Any]) -> bool:
    fills = [(widget, _fill(widget, meant[widget.name], values)) for widget in sheet.widgets
             if widget.shape in {Shape.TEXT, Shape.CHECK, Shape.RADIO}]
    if not fills:
        return False
    left, bottom, right, top = sheet.media
    canvas.setPageSize((right - left, top - bottom))
    for widget, fill in fills:
        draw(canvas, widget, (left, bottom), fill)
    canvas.showPage()
    return True


def _fill(widget: Widget, meaning: Meaning, values: Mapping[str, Any]) -> Fill:
    """What draws the value into the field. Raises Unfit."""
    value = value_at(meaning, values)
    if value is None or (meaning.type == Type.FLAG) != isinstance(value, bool):
        raise Unfit(at_field(widget.name, Trouble.UNKNOWN_VARIABLE, name=widget.name, near=''))
    if isinstance(value, bool):
        if widget.shape == Shape.TEXT:
            raise Unfit(at_field(widget.name, Trouble.WRONG_FIELD_KIND, name=widget.name))
        return fill_mark if is_on(widget, is_true=value) else _nothing
    if not value:
        return _nothing
    if meaning.path == QR:
        return qr_filler(value)
    text = '\n'.join(printable(line) for line in value.split('\n'))
    try:
        return text_filler(lay_out(widget, text, rescue=True), text)
    except DoesNotFit as short:
        raise Unfit(at_field(
            widget.name, Trouble.FIELD_TOO_SMALL, least=f'{LEAST_POINTS:g}', fits=str(short.fits),
            length=str(short.length))) from None


def _nothing(_canvas: Any, _widget: Widget, _box: Box) -> None:
    """An empty value leaves its field as the page has it."""
