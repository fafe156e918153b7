"""The documents as tests read them: texts, anchors, tables, examples."""
from __future__ import annotations

import itertools
import re
from pathlib import Path

from denimhub.conf.environment import ROOT

DOCS = sorted([*ROOT.glob('*.md'), *(ROOT / 'docs').rglob('*.md')])
GUIDE = (ROOT / 'docs' / 'dp-api.ru.md').read_text(encoding='utf-8')
OPERATIONS = (ROOT / 'docs' / 'operations.md').read_text(encoding='utf-8')
ARCHITECTURE = (ROOT / 'docs' / 'architecture.md').read_text(encoding='utf-8')

_CODE_BLOCK = re.compile(r'^```.*?^```', re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r'<!-- example: ([^>]+?) -->\n```json\n(.*?)\n```', re.DOTALL)
_LINK = re.compile(r'(?<!!)\[[^\]]*(?:\[\][^\]]*)?\]\(([^)\s]+)\)')

EXAMPLES: list[tuple[str, str]] = _EXAMPLE.findall(GUIDE)
"""What an example shows (`get_offers answer`, `error 7000`, …) and its JSON."""


def text_of(path: Path) -> str:
    """A whole document."""
    return path.read_text(encoding='utf-8')


def prose_of(path: Path) -> str:
    """A document without its code blocks."""
    return _CODE_BLOCK.sub('', text_of(path))


def links_of(path: Path) -> list[str]:
    """Targets of all links."""
    return _LINK.findall(prose_of(path))


def anchors_of(path: Path) -> set[str]:
    """Anchors as GitHub makes them of headings, and explicit ones."""
    found: set[str] = set(re.findall(r'<a id="([^"]+)"', text_of(path)))
    for heading in re.findall(r'^#{1,6} (.+)$', prose_of(path), re.MULTILINE):
        plain = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', heading).lower()
        found.add(re.sub(r'[^\w\- ]', '', plain).strip().replace(' ', '-'))
    return found


def table_after(text: str, mark: str) -> list[list[str]]:
    """Rows of the table that follows a mark, heading first, the ruler left out."""
    lines = text.split(mark, 1)[1].lstrip('\n').splitlines()
    rows = []
    for line in itertools.takewhile(lambda line: line.startswith('|'), lines):
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if not all(re.fullmatch(r':?-+:?', cell) for cell in cells):
            rows.append(cells)
    return rows
