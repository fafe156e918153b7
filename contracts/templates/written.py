"""The HTML that a template wrote: parsed once, checked against the same lists, and written anew for the printer.

Whatever the scan of the source did not see (markup that only comes together when the template runs) ends here: nothing
gets to the printer but tags, attributes and styles of our lists.
"""
from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import html5lib

from contracts.forms.words import NBSP
from contracts.templates.findings import MAX_FINDINGS, Fault, Trouble, in_file
from contracts.templates.rules_css import Sheet, check_sheet, check_style
from contracts.templates.rules_html import TAGS, VOID, check_attribute
from contracts.templates.sandbox import PAGE_COUNT, PAGE_NUMBER, QR_CLOSE, QR_OPEN

MAX_TAGS: Final = 30_000
MAX_DEPTH: Final = 60
MAX_TABLES_WITHIN: Final = 3
_QR: Final = re.compile(f'{QR_OPEN}(\\d\\d):([0-9a-f]*){QR_CLOSE}')
_PLACED: Final = re.compile('[\ue001-\ue004]')
_SKIPPED: Final = frozenset({'title', 'style', 'meta', 'head'})


@dataclass(slots=True)
class Page:
    """A checked form: its rules, its running head and foot, its body as HTML of our own writing."""

    sheet: Sheet = field(default_factory=Sheet)
    title: str = ''
    header: str = ''
    footer: str = ''
    body: str = ''
    faults: list[Fault] = field(default_factory=list)


def read_written(html: str, qr_picture: Callable[[str, int], bytes]) -> Page:
    """Check written HTML and write it anew; with faults the rest means nothing."""
    page = Page()
    if html.count('<') > 2 * MAX_TAGS:
        page.faults.append(in_file(Trouble.TOO_MANY_TAGS))
        return page
    tree = html5lib.parse(html, treebuilder='etree', namespaceHTMLElements=False)
    if _too_deep(tree, page):
        return page
    for element in tree.iter():
        _check(element, page)
        if len(page.faults) >= MAX_FINDINGS:
            break
    if page.faults:
        return page
    writer = _Writer(qr_picture)
    body = tree.find('body')
    title = tree.find('head/title')
    page.title = '' if title is None else ' '.join((title.text or '').split())[:200]
    for name in ('header', 'footer'):
        found = [] if body is None else body.findall(name)
        for element in found[:1]:
            setattr(page, name, writer.inside(element))
        for element in found:
            element.tag = 'meta'
    page.body = '' if body is None else writer.inside(body)
    return page


def _too_deep(tree: Any, page: Page) -> bool:
    """Without recursion: the tree may be as deep as the source is long."""
    stack = [(tree, 0, 0)]
    while stack:
        element, depth, tables = stack.pop()
        tables += element.tag == 'table'
        if depth > MAX_DEPTH or tables > MAX_TABLES_WITHIN:
            page.faults.append(in_file(Trouble.TOO_DEEP))
            return True
        stack += [(child, depth + 1, tables) for child in element]
    return False


def _check(element: Any, page: Page) -> None:
    tag = element.tag
    if not isinstance(tag, str):
        return
    if tag not in TAGS:
        page.faults.append(in_file(Trouble.FORBIDDEN_TAG, name=tag[:60]))
        return
    for name, value in element.attrib.items():
        trouble = check_attribute(tag, str(name), value)
        if trouble is not None:
            page.faults.append(in_file(trouble, name=str(name)[:60]))
        elif name == 'style':
            element.attrib[name] = check_style(value, page.faults, 1)
    if tag == 'style':
        found = Sheet(faults=page.faults, rules=page.sheet.rules, size=page.sheet.size, margins=page.sheet.margins)
        check_sheet(element.text or '', found)
        page.sheet.size = found.size


class _Writer:
    """Writes checked elements; the marks of functions become the only tags that a template cannot write itself."""

    def __init__(self, qr_picture: Callable[[str, int], bytes]) -> None:
        self._qr_picture = qr_picture

    def inside(self, element: Any) -> str:
        parts = [self._text(element.text, element.tag)]
        for child in element:
            parts += [self._element(child), self._text(child.tail, element.tag)]
        return ''.join(parts)

    def _element(self, element: Any) -> str:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            return ''
        attributes = ''.join(
            f' {name}="{_PLACED.sub("", escape(value))}"' for name, value in element.attrib.items()
            if name != 'id' or not value.startswith('form-'))
        return f'<{tag}{attributes}>' if tag in VOID else f'<{tag}{attributes}>{self.inside(element)}</{tag}>'

    def _text(self, text: str | None, tag: str) -> str:
        if not text or (tag in {'table', 'thead', 'tbody', 'tfoot', 'tr'} and not text.strip()):
            return ''
        # A number is never parted from its sign.
        written = _QR.sub(self._qr, escape(text.replace('№ ', f'№{NBSP}'), quote=False))
        written = written.replace(PAGE_NUMBER, '<pdf:pagenumber></pdf:pagenumber>')
        return _PLACED.sub('', written.replace(PAGE_COUNT, '<pdf:pagecount></pdf:pagecount>'))

    def _qr(self, found: re.Match[str]) -> str:
        size_mm, text = int(found[1]), bytes.fromhex(found[2]).decode()
        picture = base64.b64encode(self._qr_picture(text, size_mm * 12)).decode()
        points = f'{size_mm * 72 / 25.4:.1f}pt'
        return f'<img src="data:image/png;base64,{picture}" style="width:{points};height:{points}">'
