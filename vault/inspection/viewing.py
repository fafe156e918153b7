"""One page as people are to see it, with its measures. Runs only in the child process."""
from __future__ import annotations

from vault.inspection import measures
from vault.inspection.pictures import jpeg, upright
from vault.inspection.verdicts import PageView

DISPLAY_SIDE = 2000
THUMBNAIL_SIDE = 320
_DISPLAY_QUALITY = 82
_THUMBNAIL_QUALITY = 75


def view(content: bytes, page: int) -> PageView:
    """A checked file's page, copies to look at only of the first. Raises whatever a decoder raises."""
    opened = upright(content, page, DISPLAY_SIDE)
    look = measures.look(opened.image, opened.width, opened.height)
    if page:
        return PageView(look, opened.pages, b'', b'')
    display = jpeg(opened.image, _DISPLAY_QUALITY)
    opened.image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return PageView(look, opened.pages, display, jpeg(opened.image, _THUMBNAIL_QUALITY))
