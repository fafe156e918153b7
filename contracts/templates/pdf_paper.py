"""What was drawn laid over the pages of a form, and the form taken out of the file. Only in the limited child.

The operators of the pages stay as they are: each page gets one stream before its own (the graphics state is kept) and
one after them (the state is restored, the drawing follows as a form XObject).
"""
from __future__ import annotations

import io
from typing import Any, Final

import pikepdf

from contracts.templates.pdf_objects import is_dictionary, items, name, within

_NAME: Final = '/DenimHub'
_PIECE: Final = {'Type': pikepdf.Name.XObject, 'Subtype': pikepdf.Name.Form}


def lay_over(document: pikepdf.Pdf, drawn: bytes, pages: list[int]) -> None:
    """Put page N of `drawn` over page `pages[N]` (counted from 0), origins in the corner of the whole page."""
    with pikepdf.open(io.BytesIO(drawn), attempt_recovery=False) as overlay:
        for piece, index in zip(overlay.pages, pages, strict=True):
            page = document.pages[index]
            left, bottom, right, top = (float(part) for part in page.mediabox)
            _drop_foreign_fonts(piece.obj.Resources)
            form = pikepdf.Stream(
                document, piece.obj.Contents.read_bytes(), BBox=[0, 0, abs(right - left), abs(top - bottom)],
                Matrix=[1, 0, 0, 1, min(left, right), min(bottom, top)],
                Resources=document.copy_foreign(overlay.make_indirect(piece.obj.Resources)), **_PIECE)
            called = _free_name(page, index)
            page.add_resource(document.make_indirect(form), pikepdf.Name.XObject, pikepdf.Name(called))
            before, after = _around(page)
            page.contents_add(before, prepend=True)
            page.contents_add(after + f'{called} Do\n'.encode())


def take_form_out(document: pikepdf.Pdf) -> None:
    """No field, script or signature is left; links inside of the document and bookmarks are."""
    for page in document.pages:
        notes = items(within(page.obj, '/Annots'))
        kept = [note for note in notes if name(within(note, '/Subtype')) == 'Link']
        for note in notes:
            if name(within(note, '/Subtype')) == 'Widget':
                # Trees of tagged documents still point here.
                for key in list(note.keys()):
                    del note[key]
        if kept:
            page.obj.Annots = pikepdf.Array(kept)
        elif '/Annots' in page.obj:
            del page.obj['/Annots']
    for key in ('/AcroForm', '/NeedsRendering', '/Perms', '/AA', '/OpenAction'):
        if key in document.Root:
            del document.Root[key]


def written(document: pikepdf.Pdf) -> bytes:
    """The bytes of the document; the same document gives the same bytes."""
    for found in document.objects:
        if isinstance(found, pikepdf.Stream):
            _name_filter(found)
    out = io.BytesIO()
    document.save(
        out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def balance_of(page: pikepdf.Page) -> tuple[int, int]:
    """How far the saved graphics states of a page's own operators sink below their start, and where they end."""
    depth = lowest = 0
    for operands in pikepdf.parse_content_stream(page, 'q Q'):
        depth += 1 if str(operands.operator) == 'q' else -1
        lowest = min(lowest, depth)
    return lowest, depth


def _around(page: pikepdf.Page) -> tuple[bytes, bytes]:
    """Operators that bring the graphics state back to its start, even where a page leaves its own unbalanced."""
    lowest, last = balance_of(page)
    saved = 1 - lowest
    return b'q ' * saved + b'\n', b'\n' + b'Q ' * (saved + last)


def _free_name(page: pikepdf.Page, index: int) -> str:
    taken = within(page.resources, '/XObject')
    called = f'{_NAME}{index}'
    while is_dictionary(taken) and called in taken:
        called += 'x'
    return called


def _name_filter(stream: Any) -> None:
    """An array of one filter written as the filter: else the stream is packed anew, which takes most of the time."""
    filters = items(within(stream, '/Filter'))
    if len(filters) == 1 and '/DecodeParms' not in stream:
        stream.Filter = filters[0]


def _drop_foreign_fonts(resources: Any) -> None:
    """The drawing program names Helvetica everywhere, though nothing is set in it."""
    fonts = within(resources, '/Font')
    for called in list(fonts.keys()) if is_dictionary(fonts) else ():
        if within(fonts, called, '/FontDescriptor') is None:
            del fonts[called]
