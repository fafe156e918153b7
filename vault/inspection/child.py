"""The child that looks at files: what is wrong with them, how their pages look, what a lender is to get of them."""
from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import Any

from PIL import Image

from vault.inspection import pdf
from vault.inspection.checks import check
from vault.inspection.conversion import join, page_as_jpeg
from vault.inspection.measures import likeness
from vault.inspection.packing import MOST_PACKED_BYTES, pack, unpack
from vault.inspection.pictures import JPEG, PDF, upright
from vault.inspection.rendering import pages_of
from vault.inspection.verdicts import DOCUMENT
from vault.inspection.viewing import view
from vault.limited.serving import serve

_COMPARED_SIDE = 320
_FAILED: tuple[dict[str, Any], bytes] = ({'failed': True}, b'')


def _answer(verb: bytes, name: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    if verb == b'c':
        return {'finding': check(name, content).value}, b''
    if verb == b'f':
        return {'finding': check(name, content, DOCUMENT).value}, b''
    try:
        return _made(verb, name, content)
    except Exception:  # noqa: BLE001 - a decoder fails in any way it likes
        return _FAILED


def _made(verb: bytes, name: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    if verb == b'v':
        seen = view(content, int(name))
        head = {'look': asdict(seen.look), 'pages': seen.pages, 'display_bytes': len(seen.display)}
        return head, seen.display + seen.thumbnail
    if verb == b'n':
        return {'pages': pages_of(content)}, b''
    if verb == b'j':
        made = page_as_jpeg(content, **json.loads(name))
        return {'too_large': not made}, made
    if verb == b'l':
        return {'likeness': likeness(*(upright(part, 0, _COMPARED_SIDE).image for part in unpack(content)))}, b''
    return {}, join(unpack(content))


def _warm_up() -> None:
    """Load every decoder while files may still be opened."""
    for kind in ('JPEG', 'PNG'):
        out = io.BytesIO()
        Image.new('RGB', (8, 8), 'white').save(out, kind)
        check(f'image/{kind.lower()}', out.getvalue())
        view(out.getvalue(), 0)
    Image.new('RGBA', (8, 8)).save(out, 'PNG')
    check(JPEG, b'\xff\xd8\xff broken')
    check(PDF, b'%PDF-1.4 broken')
    pdf.warm_up()
    small = page_as_jpeg(out.getvalue(), page=0, side=8, most_bytes=0, is_grey=True)
    view(join(unpack(pack([small]))), 0)
    Image.init()


if __name__ == '__main__':
    serve(_answer, _warm_up, most_bytes=MOST_PACKED_BYTES)
