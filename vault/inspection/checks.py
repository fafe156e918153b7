"""Checks of one file by its content. Runs only in the child process; PDF is looked through by `pdf.py`."""
from __future__ import annotations

from vault.inspection.pdf import check_pdf
from vault.inspection.pictures import PDF, open_bounded, type_of
from vault.inspection.verdicts import SCAN, Bounds, Finding

_DRAFT_SIDE = 2000
"""Larger JPEGs are decoded at a fraction of their size: every byte is still read, memory stays small."""


def check(mime_type: str, content: bytes, bounds: Bounds = SCAN) -> Finding:
    """The first thing wrong with a file that says it is of `mime_type`."""
    if len(content) > bounds.file_bytes:
        return Finding.TOO_LARGE
    found = type_of(content)
    if not found:
        return Finding.UNKNOWN_TYPE
    if found != ('image/jpeg' if mime_type == 'image/jpg' else mime_type):
        return Finding.OTHER_TYPE
    try:
        if found == PDF:
            return check_pdf(content, bounds)
        opened = open_bounded(found, content)
        if isinstance(opened, Finding):
            return opened
        opened.draft('RGB', (_DRAFT_SIDE, _DRAFT_SIDE))
        opened.load()
    except MemoryError:
        return Finding.EXPANDS
    except Exception:  # noqa: BLE001 - a decoder fails in any way it likes
        return Finding.BROKEN
    return Finding.FINE
