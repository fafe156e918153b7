"""What a template may say in HTML: lists of tags and attributes, looked through line by line in the source."""
from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from contracts.templates.findings import MAX_FINDINGS, Fault, Trouble, at_line
from contracts.templates.rules_css import Sheet, check_sheet, check_style
from contracts.templates.sandbox import Sandbox

MASK: Final = '\ue000'
"""Where Jinja stands in the source."""
VOID: Final = frozenset({'br', 'hr', 'meta'})
PARTS: Final = frozenset({
    'html', 'head', 'title', 'style', 'body', 'header', 'footer', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th', 'li'})
"""Tags with a place of their own."""
TAGS: Final = frozenset({
    'html', 'head', 'title', 'meta', 'style', 'body', 'header', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p',
    'div', 'span', 'br', 'hr', 'b', 'strong', 'i', 'em', 'u', 's', 'sup', 'sub', 'small', 'big', 'table', 'thead',
    'tbody', 'tfoot', 'tr', 'td', 'th', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'pre', 'center',
})
_LENGTH: Final = re.compile(r'\d{1,4}(\.\d{1,3})?(px|pt|mm|cm|in|%)?')
_COUNT: Final = re.compile(r'[1-9]\d?')
_ALIGN: Final = re.compile(r'left|right|center|justify', re.IGNORECASE)
_VALIGN: Final = re.compile(r'top|middle|bottom', re.IGNORECASE)
_NAMES: Final = re.compile(r'[\w -]{0,200}')
_COLOR: Final = re.compile(r'#[0-9A-Fa-f]{3,6}|[A-Za-z]{1,30}')
_ANY_TAG: Final = {'class': _NAMES, 'id': re.compile(r'[A-Za-z][\w-]{0,60}'), 'lang': re.compile(r'[A-Za-z-]{2,12}')}
_CELL: Final = {
    'colspan': _COUNT, 'rowspan': _COUNT, 'width': _LENGTH, 'height': _LENGTH, 'align': _ALIGN, 'valign': _VALIGN,
    'bgcolor': _COLOR}
_ATTRIBUTES: Final[dict[str, dict[str, re.Pattern[str]]]] = {
    'table': {'width': _LENGTH, 'border': _LENGTH, 'cellpadding': _LENGTH, 'cellspacing': _LENGTH, 'align': _ALIGN,
              'bgcolor': _COLOR, 'repeat': _COUNT},
    'tr': {'align': _ALIGN, 'valign': _VALIGN, 'bgcolor': _COLOR}, 'td': _CELL, 'th': _CELL,
    'hr': {'width': _LENGTH, 'size': _LENGTH, 'color': _COLOR, 'align': _ALIGN},
    'ol': {'type': re.compile(r'[1aAiI]'), 'start': re.compile(r'\d{1,3}')},
    'ul': {'type': re.compile(r'circle|disk|square')},
    'meta': {'charset': re.compile(r'utf-?8', re.IGNORECASE)},
    **{name: {'align': _ALIGN} for name in ('p', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6')},
}
_REFERENCES: Final = frozenset({
    'src', 'href', 'action', 'background', 'data', 'poster', 'srcset', 'cite', 'formaction', 'xlink:href', 'manifest',
    'longdesc', 'codebase', 'archive', 'usemap', 'ping', 'content', 'http-equiv'})
_FETCHING: Final = frozenset({'img', 'link', 'image', 'pdf:include', 'pdf:insertpdf', 'pdf:font', 'base'})


def check_attribute(tag: str, name: str, value: str) -> Trouble | None:
    """What is wrong with an attribute; `style` is looked at by the rules of CSS."""
    if name == 'style':
        return None
    pattern = _ATTRIBUTES.get(tag, {}).get(name) or _ANY_TAG.get(name)
    if pattern is None:
        return Trouble.EXTERNAL_REFERENCE if name in _REFERENCES else Trouble.FORBIDDEN_ATTRIBUTE
    return None if pattern.fullmatch(value) else Trouble.FORBIDDEN_VALUE


def check_source(source: str) -> list[Fault]:
    """Every fault of the HTML part of a source that Jinja can read, each with its line."""
    masked = _masked(source)
    scan = _Scan()
    scan.feed(masked)
    scan.close()
    # A name of a tag that only Jinja knows is no tag to the parser.
    for number, line in enumerate(masked.split('\n'), 1):
        if f'<{MASK}' in line or f'</{MASK}' in line:
            scan.faults.append(at_line(number, Trouble.VARIABLE_IN_MARKUP, name='<{{…}}>'))
    return scan.faults[:MAX_FINDINGS]


def _masked(source: str) -> str:
    """The source with every statement and value of Jinja replaced by one character, the lines where they were."""
    parts: list[str] = []
    line = 1
    inside = False
    for number, kind, text in Sandbox().lex(source):
        if kind == 'data':
            parts += ['\n' * (number - line), text]
            line = max(number, line) + text.count('\n')
            inside = False
        elif not inside and 'comment' not in kind:
            parts += ['\n' * (number - line), MASK]
            line = max(number, line)
            inside = True
    return ''.join(parts)


class _Scan(HTMLParser):
    """Looks at every tag of the source; what it cannot see, the check of the written HTML does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[Fault] = []
        self._in_style = False
        self._sheet = Sheet(faults=self.faults)

    def say(self, trouble: Trouble, name: str = '') -> None:
        if len(self.faults) < MAX_FINDINGS:
            self.faults.append(at_line(self.getpos()[0], trouble, name=name.replace(MASK, '{{…}}')[:80]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MASK in tag:
            self.say(Trouble.VARIABLE_IN_MARKUP, tag)
            return
        if tag not in TAGS:
            fetches = tag in _FETCHING and any(name in _REFERENCES for name, _value in attrs)
            self.say(Trouble.EXTERNAL_REFERENCE if fetches else Trouble.FORBIDDEN_TAG, tag)
            return
        self._in_style = tag == 'style'
        for name, value in attrs:
            self._attribute(tag, name, value or '')

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if MASK in name or (MASK in value and name != 'class'):
            self.say(Trouble.VARIABLE_IN_MARKUP, name)
            return
        trouble = check_attribute(tag, name, value.replace(MASK, ' '))
        if trouble is not None:
            self.say(trouble, name if trouble != Trouble.FORBIDDEN_VALUE else f'{name}="{value}"')
        elif name == 'style':
            check_style(value, self.faults, self.getpos()[0])

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False
        if MASK in tag:
            self.say(Trouble.VARIABLE_IN_MARKUP, tag)

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            return
        if MASK in data:
            self.say(Trouble.VARIABLE_IN_MARKUP, 'style')
        else:
            check_sheet(data, self._sheet, self.getpos()[0])

    def handle_decl(self, decl: str) -> None:
        if decl.lower().split() != ['doctype', 'html']:
            self.say(Trouble.FORBIDDEN_MARKUP, f'<!{decl}>')

    def unknown_decl(self, data: str) -> None:
        self.say(Trouble.FORBIDDEN_MARKUP, f'<![{data}]>')

    def handle_pi(self, data: str) -> None:
        self.say(Trouble.FORBIDDEN_MARKUP, f'<?{data}>')
