"""From checked HTML to PDF: xhtml2pdf with our own fonts, our own frames, and nothing to fetch. Only in the child."""
from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from reportlab import rl_config
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf import default, pisa, reportlab_paragraph
from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy

from contracts.forms.sheet import BOLD, FONTS, REGULAR
from contracts.forms.words import NBSP
from contracts.templates.written import Page

MAX_PAGES: Final = 50
MAX_OUTPUT_BYTES: Final = 20 * 1024 * 1024
ITALIC, BOLD_ITALIC = 'PTSans-Italic', 'PTSans-BoldItalic'
_SIZES: Final = {'a4': (595.28, 841.89), 'a5': (419.53, 595.28)}
_MARGINS: Final = {'top': 42.5, 'right': 34.0, 'bottom': 56.7, 'left': 56.7}
_EDGE, _AIR = 17.0, 8.5
_LOOK: Final = """
html { font-family: "PT Sans"; font-size: 10pt; line-height: 1.3; }
header, footer { display: block; }
p { margin: 0 0 5pt 0; text-align: left; }
h1, h2, h3, h4, h5, h6 { -pdf-outline: false; -pdf-keep-with-next: true; line-height: 1.2; }
h1 { font-size: 14pt; margin: 0 0 6pt 0; } h2 { font-size: 11pt; margin: 10pt 0 4pt 0; }
h3, h4, h5, h6 { font-size: 10pt; margin: 8pt 0 3pt 0; }
table { border-collapse: collapse; }
td, th { vertical-align: top; padding: 2pt 4pt; text-align: left; }
table.goods, table.schedule { width: 100%; margin: 3pt 0 6pt 0; font-size: 8.5pt; }
table.goods td, table.goods th, table.schedule td, table.schedule th { border: 0.5pt solid #595959; }
table.goods th, table.schedule th { background-color: #f0f0f0; text-align: center; }
table.goods td.number, table.schedule td.number, table.schedule td.date { text-align: center; }
table.goods td.sum, table.schedule td.sum { text-align: right; }
table.goods tr.total td, table.schedule tr.total td { font-weight: bold; }
"""
"""Under the styles of the template: ours come first, so any of them can be changed."""


class NotPrinted(Exception):
    """No PDF came out: `reason` is one of pages, bytes, slow, broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def set_up() -> None:
    """Our fonts under every name a template may ask for: no other knows Cyrillic. A form always has the same bytes."""
    logging.getLogger('xhtml2pdf').setLevel(logging.CRITICAL)
    rl_config.invariant = 1
    for name, file_name in ((ITALIC, 'PTS56F.ttf'), (BOLD_ITALIC, 'PTS76F.ttf')):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file_name)))
    for bold, italic, name in ((0, 0, REGULAR), (1, 0, BOLD), (0, 1, ITALIC), (1, 1, BOLD_ITALIC)):
        addMapping(REGULAR, bold, italic, name)
    for family in (*default.DEFAULT_FONT, 'pt sans', 'ptsans', 'tahoma', 'calibri', 'roboto', 'open sans'):
        default.DEFAULT_FONT[family] = REGULAR
    reportlab_paragraph._justifyDrawParaLineX = _justified


_draw_justified = reportlab_paragraph._justifyDrawParaLineX


def _justified(text: Any, offset: float, line: Any, last: int = 0) -> None:
    """A justified line as the library draws it, but for its no-break spaces: they grow like the others, so they count.

    Left out, they push the end of a line with a sum in it over the margin.
    """
    held = sum(_held_spaces(getattr(word, 'text', None)) for word in line.words)
    line.wordCount += held
    try:
        _draw_justified(text, offset, line, last)
    finally:
        line.wordCount -= held


def _held_spaces(text: object) -> int:
    if isinstance(text, bytes):
        return text.count(NBSP.encode())
    return text.count(NBSP) if isinstance(text, str) else 0


def print_page(page: Page, seconds: float) -> bytes:
    """The PDF of a checked page, within `seconds` of wall time. Raises NotPrinted."""
    out = io.BytesIO()
    source = ''.join((
        '<html lang="ru"><head><meta charset="utf-8"><title>', _plain(page.title), '</title><style>', _rules(page),
        '</style></head><body>', *_frames(page), page.body, '</body></html>'))
    policy = ResourceAccessPolicy.server(
        None, allow_remote=False, max_render_seconds=seconds, max_depth=200, max_resources=0)
    try:
        made = pisa.CreatePDF(
            source, dest=out, link_callback=_refuse, default_css=default.DEFAULT_CSS, encoding='utf-8', capacity=-1,
            resource_policy=policy)
    except RenderLimitError:
        raise NotPrinted('slow') from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a layout fails in any way it likes
        raise NotPrinted('broken') from None
    return _measured(made, out.getvalue())


def _measured(made: Any, content: bytes) -> bytes:
    if made.err or not content:
        raise NotPrinted('broken')
    if len(content) > MAX_OUTPUT_BYTES:
        raise NotPrinted('bytes')
    with pikepdf.open(io.BytesIO(content)) as document:
        if len(document.pages) > MAX_PAGES:
            raise NotPrinted('pages')
    return content


def _refuse(uri: str, _base: str) -> str:
    """Nothing is fetched but the pictures of ours that are written in the page itself."""
    return uri if uri.startswith('data:image/png;base64,') else 'data:,'


def _rules(page: Page) -> str:
    return f'{_LOOK}{_geometry(page)}{"".join(page.sheet.rules)}'


def _geometry(page: Page) -> str:
    """The page, its margins, and the frames of head and foot in them."""
    paper, way = page.sheet.size.split()
    width, height = _SIZES[paper] if way == 'portrait' else _SIZES[paper][::-1]
    margins = {**_MARGINS, **page.sheet.margins}
    left, right = (min(margins[side], width / 3) for side in ('left', 'right'))
    top, bottom = (min(margins[side], height / 3) for side in ('top', 'bottom'))
    written = [
        f'@page {{ size: {paper} {way}; margin: {top:.1f}pt {right:.1f}pt {bottom:.1f}pt {left:.1f}pt;']
    for name, content, height_of, edge in (
        ('header', page.header, top, 'top'), ('footer', page.footer, bottom, 'bottom'),
    ):
        if content and height_of > _EDGE + _AIR:
            written.append(
                f' @frame {name} {{ -pdf-frame-content: form-{name}; left: {left:.1f}pt; '
                f'width: {width - left - right:.1f}pt; height: {height_of - _EDGE - _AIR:.1f}pt; '
                f'{edge}: {_EDGE}pt; }}')
    return ''.join([*written, ' }\n'])


def _frames(page: Page) -> Iterator[str]:
    for name, content in (('header', page.header), ('footer', page.footer)):
        if content:
            yield f'<div id="form-{name}"><{name}>{content}</{name}></div>'


def _plain(text: str) -> str:
    return text.replace('&', '&amp;').replace('<', '&lt;')
