"""QR codes for printed forms (ISO/IEC 18004): black on white, error correction M, quiet zone of four modules. Pure."""
from __future__ import annotations

import io
from typing import Final

import segno

QUIET_MODULES: Final = 4
"""White around the code that a reader needs, on each side."""


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The rows of the code from the top down, without the quiet zone; True is black."""
    return tuple(tuple(bool(module) for module in row) for row in _code(text).matrix)


def qr_png(text: str, size_px: int) -> bytes:
    """The code as a square PNG, quiet zone included, of at most `size_px` pixels a side (one a module at least).

    Every module has the same whole number of pixels, so the edges stay sharp. The same text gives the same bytes.
    """
    code = _code(text)
    out = io.BytesIO()
    side = len(code.matrix) + 2 * QUIET_MODULES
    code.save(out, kind='png', scale=max(size_px // side, 1), border=QUIET_MODULES, dark='black', light='white')
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    """Bytes in UTF-8, as telephones read them: Cyrillic must not become the kanji of Shift JIS."""
    if text.isascii():
        return segno.make(text, error='m', micro=False)
    return segno.make(text, error='m', micro=False, mode='byte', encoding='utf-8')
