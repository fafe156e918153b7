"""The child that looks at files: their type, what is wrong with them, a copy to look at."""
from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

from PIL import Image

from vault.inspection import pdf
from vault.inspection.checks import JPEG, PDF, check, display
from vault.inspection.verdicts import MAX_FILE_BYTES
from vault.limited.serving import serve


def _answer(verb: bytes, mime_type: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    if verb == b'c':
        return {'finding': check(mime_type, content).value}, b''
    try:
        seen = asdict(display(content))
    except Exception:  # noqa: BLE001 - a decoder fails in any way it likes
        return {'failed': True}, b''
    return seen, seen.pop('content')


def _warm_up() -> None:
    """Load every decoder while files may still be opened."""
    for kind in ('JPEG', 'PNG'):
        out = io.BytesIO()
        Image.new('RGB', (8, 8), 'white').save(out, kind)
        check(f'image/{kind.lower()}', out.getvalue())
        display(out.getvalue())
    Image.new('RGBA', (8, 8)).save(out, 'PNG')
    check(JPEG, b'\xff\xd8\xff broken')
    check(PDF, b'%PDF-1.4 broken')
    pdf.warm_up()
    Image.init()


if __name__ == '__main__':
    serve(_answer, _warm_up, most_bytes=MAX_FILE_BYTES * 2)
