"""What is put into a field: its frame, text, marks, a QR code. Drawn by reportlab in our own fonts.

The origin of a canvas is the left bottom corner of the page's whole box, a unit is one of the page's.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import FILL_NON_ZERO

from contracts.forms.qr import QUIET_MODULES, qr_modules
from contracts.forms.sheet import BOLD, REGULAR
from contracts.forms.words import NBSP
from contracts.templates.pdf_fields import Box, Letters, Shape, Widget
from contracts.templates.pdf_layout import LEAST_POINTS, DoesNotFit, Laid, many_lines, one_line

QR_MODULE_POINTS: Final = 0.8
"""A camera of a telephone reads modules of 0.28 mm and larger from paper."""
_SIDES: Final = 2.0
_CAPITALS, _ASCENT = 0.7, 0.78
"""Heights of PT Sans over the baseline in parts of the size: capitals, and the first line of several."""


def lay_out(widget: Widget, text: str, *, rescue: bool = False) -> Laid:
    """The text of a text field at the size it is printed. Raises DoesNotFit.

    With `rescue` a text too long for a single line may take two where they fit: better than no form at all.
    """
    if widget.box is None:
        raise DoesNotFit(0, len(text))
    letters, font, least = widget.letters, _font(widget.letters), LEAST_POINTS / widget.unit
    width, height = _content_size(widget)
    if letters.cells:
        return _cells(letters, text, font, width, height, least)
    air = _air(widget)
    room = {'width': max(width - 2 * air, 0.1), 'height': max(height - 2 * _edge(widget), 0.1)}
    if letters.multiline:
        return many_lines(text, font, **room, size=letters.size, least=least)
    try:
        return one_line(text, font, **room, size=letters.size, least=least)
    except DoesNotFit:
        if not rescue:
            raise
        return many_lines(text.replace('\n', ' '), font, **room, size=letters.size, least=least)


def draw(canvas: Any, widget: Widget, origin: tuple[float, float], fill: Callable[[Any, Widget, Box], None]) -> None:
    """Draw the frame of a widget and let `fill` draw its content into an upright box."""
    if widget.box is None:
        return
    with _turned(canvas, widget, (widget.box[0] - origin[0], widget.box[1] - origin[1])) as box:
        _frame(canvas, widget, box)
        fill(canvas, widget, box)


def text_filler(laid: Laid, text: str) -> Callable[[Any, Widget, Box], None]:
    """Draws text as it was laid out."""
    def fill(canvas: Any, widget: Widget, box: Box) -> None:
        font = _font(widget.letters)
        canvas.setFillColorRGB(*widget.letters.color)
        canvas.setFont(font, laid.size)
        if widget.letters.cells:
            _draw_cells(canvas, widget.letters, text, box, laid.size)
            return
        base = _first_base(widget, laid, box)
        for number, line in enumerate(laid.lines):
            x = _start(widget, stringWidth(line, font, laid.size), box)
            canvas.drawString(x, base - number * laid.leading, line)
    return fill


def fill_mark(canvas: Any, widget: Widget, box: Box) -> None:
    """Draws the mark of a check box or radio button that is on, as the form's maker chose it."""
    side = min(box[2] - box[0], box[3] - box[1])
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    half = side * 0.5 - min(side * 0.18, max(_edge(widget), 1.0) + side * 0.08)

    def at(x: float, y: float) -> tuple[float, float]:
        return middle[0] + x * half, middle[1] + y * half

    canvas.setFillColorRGB(*widget.letters.color)
    canvas.setStrokeColorRGB(*widget.letters.color)
    if widget.mark == 'l':
        canvas.circle(*middle, half * 0.62, stroke=0, fill=1)
    elif widget.mark in _FILLED:
        _path(canvas, [at(x, y) for x, y in _FILLED[widget.mark]], fill=1)
    else:
        canvas.setLineWidth(max(side * 0.11, 0.6))
        canvas.setLineCap(1)
        for line in _CROSS if widget.mark in _CROSSES else _CHECK:
            _path(canvas, [at(x, y) for x, y in line], fill=0)


def qr_side(text: str) -> float:
    """The least side of a field, in points, whose QR code is still read."""
    return (len(qr_modules(text)) + 2 * QUIET_MODULES) * QR_MODULE_POINTS


def qr_filler(text: str) -> Callable[[Any, Widget, Box], None]:
    """Draws a QR code as large as the box allows, its quiet zone white."""
    def fill(canvas: Any, _widget: Widget, box: Box) -> None:
        rows = qr_modules(text)
        side = min(box[2] - box[0], box[3] - box[1])
        module = side / (len(rows) + 2 * QUIET_MODULES)
        left, top = (box[0] + box[2] - side) / 2, (box[1] + box[3] + side) / 2
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(left, top - side, side, side, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        path = canvas.beginPath()
        for down, row in enumerate(rows, QUIET_MODULES + 1):
            for start, length in _runs(row):
                path.rect(left + (start + QUIET_MODULES) * module, top - down * module, length * module, module)
        canvas.drawPath(path, stroke=0, fill=1, fillMode=FILL_NON_ZERO)
    return fill


_FILLED: Final = {
    'n': ((-0.72, -0.72), (0.72, -0.72), (0.72, 0.72), (-0.72, 0.72)),
    'u': ((0.0, -0.9), (0.9, 0.0), (0.0, 0.9), (-0.9, 0.0)),
    'H': ((0.0, 1.0), (0.24, 0.31), (0.95, 0.31), (0.38, -0.12), (0.59, -0.81), (0.0, -0.38), (-0.59, -0.81),
          (-0.38, -0.12), (-0.95, 0.31), (-0.24, 0.31)),
}
_CHECK: Final = (((-0.75, 0.0), (-0.25, -0.6), (0.8, 0.75)),)
_CROSS: Final = (((-0.75, -0.75), (0.75, 0.75)), ((-0.75, 0.75), (0.75, -0.75)))
_CROSSES: Final = frozenset('5678')


def _font(letters: Letters) -> str:
    return BOLD if letters.bold else REGULAR


def _edge(widget: Widget) -> float:
    """What the border takes on each side."""
    if widget.frame.border is None or widget.frame.line == 'U':
        return 0.0
    return widget.frame.width * (2 if widget.frame.line in {'B', 'I'} else 1)


def _air(widget: Widget) -> float:
    """Room left free on each side of the text."""
    return _edge(widget) + min(_SIDES, _content_size(widget)[0] * 0.05)


def _content_size(widget: Widget) -> tuple[float, float]:
    """Width and height as the text sees them: swapped in a field that is turned aside."""
    left, bottom, right, top = widget.box or (0.0, 0.0, 0.0, 0.0)
    return (top - bottom, right - left) if widget.turn in {90, 270} else (right - left, top - bottom)


def _cells(letters: Letters, text: str, font: str, width: float, height: float, least: float) -> Laid:
    """One character in each of equal cells; the no-break spaces between groups of digits take none."""
    chars = _in_cells(text)
    if len(chars) > letters.cells:
        raise DoesNotFit(letters.cells, len(chars))
    widest = max((stringWidth(char, font, 1.0) for char in chars), default=1.0)
    size = min(letters.size or 12.0, height, width / letters.cells / max(widest, 0.1))
    if size < min(least, letters.size or least):
        raise DoesNotFit(0, len(chars))
    return Laid(size, (chars,))


def _in_cells(text: str) -> str:
    return text.replace(NBSP, '').replace('\n', ' ').strip()


def _draw_cells(canvas: Any, letters: Letters, text: str, box: Box, size: float) -> None:
    chars = _in_cells(text)
    cell = (box[2] - box[0]) / letters.cells
    first = (0, (letters.cells - len(chars)) // 2, letters.cells - len(chars))[letters.align]
    base = (box[1] + box[3] - size * _CAPITALS) / 2
    for number, char in enumerate(chars, first):
        canvas.drawCentredString(box[0] + (number + 0.5) * cell, base, char)


def _first_base(widget: Widget, laid: Laid, box: Box) -> float:
    """The baseline of the first line: at the top of a field of several lines, else so that all are in the middle."""
    below = (len(laid.lines) - 1) * laid.leading
    if not widget.letters.multiline:
        return (box[1] + box[3] + below - laid.size * _CAPITALS) / 2
    spare = box[3] - box[1] - 2 * _edge(widget) - below - laid.size
    return box[3] - _edge(widget) - laid.size * _ASCENT - min(max(spare / 2, 0.0), _SIDES)


def _start(widget: Widget, width: float, box: Box) -> float:
    if widget.letters.align == 1:
        return (box[0] + box[2] - width) / 2
    return box[2] - _air(widget) - width if widget.letters.align else box[0] + _air(widget)


@contextmanager
def _turned(canvas: Any, widget: Widget, corner: tuple[float, float]) -> Iterator[Box]:
    """The box of the content, after the canvas has been turned as /MK /R says."""
    width, height = _content_size(widget)
    if not widget.turn:
        yield corner[0], corner[1], corner[0] + width, corner[1] + height
        return
    canvas.saveState()
    canvas.translate(*corner)
    canvas.transform(*{
        90: (0, 1, -1, 0, height, 0), 180: (-1, 0, 0, -1, width, height), 270: (0, -1, 1, 0, 0, width)}[widget.turn])
    yield 0.0, 0.0, width, height
    canvas.restoreState()


def _frame(canvas: Any, widget: Widget, box: Box) -> None:
    frame, (left, bottom, right, top) = widget.frame, box
    if frame.background is None and frame.border is None:
        return
    canvas.saveState()
    inset = frame.width / 2 if frame.border is not None else 0.0
    width, height = max(right - left - 2 * inset, 0.0), max(top - bottom - 2 * inset, 0.0)
    if frame.background is not None:
        canvas.setFillColorRGB(*frame.background)
    if frame.border is not None:
        canvas.setStrokeColorRGB(*frame.border)
        canvas.setLineWidth(frame.width)
        if frame.line == 'D':
            canvas.setDash(3, 3)
    marks = {'stroke': int(frame.border is not None and frame.line != 'U'), 'fill': int(frame.background is not None)}
    if widget.shape == Shape.RADIO and widget.mark == 'l':
        canvas.circle((left + right) / 2, (bottom + top) / 2, min(width, height) / 2, **marks)
    else:
        canvas.rect(left + inset, bottom + inset, width, height, **marks)
    if frame.border is not None:
        _lines_of_frame(canvas, widget, box)
    canvas.restoreState()


def _lines_of_frame(canvas: Any, widget: Widget, box: Box) -> None:
    """The line under a field that has no more, the lines between the cells of a comb."""
    left, bottom, right, top = box
    if widget.frame.line == 'U':
        line = bottom + widget.frame.width / 2
        canvas.line(left, line, right, line)
    elif widget.shape == Shape.TEXT:
        for number in range(1, widget.letters.cells):
            x = left + (right - left) * number / widget.letters.cells
            canvas.line(x, bottom, x, top)


def _path(canvas: Any, points: list[tuple[float, float]], *, fill: int) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    if fill:
        path.close()
    canvas.drawPath(path, stroke=1 - fill, fill=fill, fillMode=FILL_NON_ZERO)


def _runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Starts and lengths of the black stretches of a row."""
    start = -1
    for column, black in enumerate((*row, False)):
        if black and start < 0:
            start = column
        elif not black and start >= 0:
            yield start, column - start
            start = -1
