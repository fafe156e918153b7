"""The guide of integrators as a page: docs/dp-api.ru.md, drawn once per process."""
from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

GUIDE: Final = settings.BASE_DIR / 'docs' / 'dp-api.ru.md'
_TO_A_FILE: Final = re.compile(r'<a href="[^"#:]*\.md[^"]*">(.*?)</a>')
_TABLE: Final = re.compile('<table>.*?</table>', re.DOTALL)


@lru_cache(maxsize=1)
def guide_html() -> SafeString:
    """The guide as HTML with anchors at its headings; links to files that lie beside it become plain words."""
    reader = MarkdownIt('commonmark').enable('table').use(anchors_plugin, max_level=4)
    drawn = _TO_A_FILE.sub(r'\1', reader.render(GUIDE.read_text(encoding='utf-8')))
    # Wide tables and examples scroll by themselves, by keyboard too, and leave the page as wide as the window.
    drawn = drawn.replace('<pre>', '<pre tabindex="0">')
    drawn = _TABLE.sub(lambda table: f'<div class="scrolls" tabindex="0">{table[0]}</div>', drawn)
    return mark_safe(drawn)  # noqa: S308 - our own document
