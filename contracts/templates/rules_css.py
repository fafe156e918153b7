"""What a template may say in CSS: listed properties, plain values, simple selectors, written anew out of tokens."""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import tinycss2

from contracts.templates.findings import Fault, Trouble, at_line

MAX_RULES: Final = 400
MAX_SELECTOR: Final = 200
_SIDES: Final = ('top', 'right', 'bottom', 'left')
PROPERTIES: Final[frozenset[str]] = frozenset({
    'color', 'background-color', 'background', 'font-family', 'font-size', 'font-weight', 'font-style',
    'text-decoration', 'line-height', 'letter-spacing', 'text-transform', 'text-align', 'text-indent',
    'vertical-align', 'white-space', 'overflow-wrap', 'word-wrap', 'display', 'width', 'height', 'margin', 'padding',
    'border', 'border-color', 'border-style', 'border-width', 'border-collapse', 'border-spacing', 'border-radius',
    'list-style-type', 'page-break-before', 'page-break-after', 'page-break-inside', '-pdf-keep-with-next',
    *(f'{name}-{side}' for name in ('margin', 'padding', 'border') for side in _SIDES),
    *(f'border-{side}-{part}' for side in _SIDES for part in ('color', 'style', 'width')),
})
PAGE_PROPERTIES: Final = frozenset({'size', 'margin', *(f'margin-{side}' for side in _SIDES)})
_UNITS: Final = frozenset({'pt', 'px', 'mm', 'cm', 'in', 'em', 'ex', 'pc'})
_WORD: Final = re.compile(r'-?[A-Za-z][A-Za-z0-9_-]{0,60}')
_TEXT: Final = re.compile(r'[\w ,.-]{0,80}')
_PSEUDO: Final = frozenset({'first-child', 'last-child'})
_DISPLAY: Final = frozenset({'block', 'inline', 'inline-block', 'none'})
_MOST_POINTS: Final = 2_000
_MOST_FONT: Final = 200
_EXTERNAL: Final = frozenset({'import', 'font-face', 'namespace', 'charset'})
_LENGTHS: Final = {'mm': 2.83465, 'cm': 28.3465, 'in': 72.0, 'pt': 1.0, 'px': 0.75, 'pc': 12.0}


@dataclass(slots=True)
class Sheet:
    """The rules of a template written anew, its page in points, and what was wrong."""

    rules: list[str] = field(default_factory=list)
    size: str = 'a4 portrait'
    margins: dict[str, float] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def check_sheet(source: str, sheet: Sheet, first_line: int = 1) -> None:
    """Add the rules of a style element to a sheet, and its faults."""
    for node in tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True):
        line = first_line + node.source_line - 1
        if len(sheet.rules) >= MAX_RULES:
            sheet.faults.append(at_line(line, Trouble.TOO_MANY_RULES))
            return
        if node.type == 'at-rule':
            _at_rule(node, sheet, line)
        elif node.type == 'qualified-rule':
            selector = _selector(node.prelude)
            if not selector:
                shown = tinycss2.serialize(node.prelude).strip()[:60]
                sheet.faults.append(at_line(line, Trouble.FORBIDDEN_CSS, name=shown))
            declared = _declarations(node.content, PROPERTIES, sheet.faults, first_line)
            sheet.rules.append(f'{selector}{{{declared}}}')
        else:
            sheet.faults.append(at_line(line, Trouble.FORBIDDEN_CSS, name=getattr(node, 'message', node.type)))


def check_style(source: str, faults: list[Fault], line: int) -> str:
    """The declarations of a style attribute, written anew."""
    return _declarations(source, PROPERTIES, faults, line)


def _at_rule(node: Any, sheet: Sheet, line: int) -> None:
    name = node.lower_at_keyword
    if name in _EXTERNAL:
        sheet.faults.append(at_line(line, Trouble.EXTERNAL_REFERENCE, name=f'@{name}'))
    elif name != 'page' or tinycss2.serialize(node.prelude).strip() or node.content is None:
        sheet.faults.append(at_line(line, Trouble.FORBIDDEN_CSS, name=f'@{name}'))
    else:
        before = len(sheet.faults)
        _declarations(node.content, PAGE_PROPERTIES, sheet.faults, line - node.source_line + 1)
        if len(sheet.faults) == before:
            _page(node.content, sheet)


def _page(content: Sequence[Any], sheet: Sheet) -> None:
    for found in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if found.lower_name == 'size':
            words = [token.lower_value for token in found.value if token.type == 'ident']
            paper = next((word for word in words if word in {'a4', 'a5'}), 'a4')
            sheet.size = f'{paper} {"landscape" if "landscape" in words else "portrait"}'
            continue
        points = [_points(token) for token in found.value if token.type in {'dimension', 'number'}]
        if found.lower_name == 'margin' and points:
            top, right, bottom, left = (
                points[0], points[1 % len(points)], points[2 % len(points) if len(points) != 3 else 2],
                points[3] if len(points) > 3 else points[1 % len(points)])
            sheet.margins |= {'top': top, 'right': right, 'bottom': bottom, 'left': left}
        elif points:
            sheet.margins[found.lower_name.removeprefix('margin-')] = points[0]


def _points(token: Any) -> float:
    return float(token.value) * _LENGTHS.get(getattr(token, 'lower_unit', 'pt'), 1.0)


def _declarations(content: Any, allowed: frozenset[str], faults: list[Fault], first_line: int) -> str:
    written: list[str] = []
    for found in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        line = first_line + found.source_line - 1
        if found.type != 'declaration':
            shown = f'@{found.lower_at_keyword}' if found.type == 'at-rule' else getattr(found, 'message', found.type)
            trouble = Trouble.EXTERNAL_REFERENCE if shown.removeprefix('@') in _EXTERNAL else Trouble.FORBIDDEN_CSS
            faults.append(at_line(line, trouble, name=shown))
        elif found.lower_name not in allowed:
            trouble = Trouble.EXTERNAL_REFERENCE if _is_external(found.value) else Trouble.FORBIDDEN_CSS
            faults.append(at_line(line, trouble, name=found.name[:60]))
        elif _is_external(found.value):
            faults.append(at_line(line, Trouble.EXTERNAL_REFERENCE, name=f'{found.name}: url'))
        else:
            value = _value(found.lower_name, found.value)
            if value is None:
                shown = f'{found.name}: {tinycss2.serialize(found.value).strip()}'[:60]
                faults.append(at_line(line, Trouble.FORBIDDEN_CSS, name=shown))
            else:
                written.append(f'{found.lower_name}:{value}')
    return ';'.join(written)


def _is_external(tokens: Iterable[Any]) -> bool:
    return any(
        token.type in {'url', 'bad-url'} or (token.type == 'function' and token.lower_name in {'url', 'src', 'image'})
        for token in tokens)


def _value(name: str, tokens: Sequence[Any]) -> str | None:
    """The value written anew, None when something in it is not allowed."""
    if len(tokens) > 40:
        return None
    written: list[str] = []
    for token in tokens:
        text = _token(name, token)
        if text is None:
            return None
        written.append(text)
    value = ''.join(written).strip()
    return None if name == 'display' and value not in _DISPLAY else value or None


def _token(name: str, token: Any) -> str | None:
    kind = token.type
    if kind == 'whitespace':
        return ' '
    if kind == 'ident':
        return token.value if _WORD.fullmatch(token.value) else None
    if kind == 'literal':
        return token.value if token.value in {',', '/'} else None
    if kind == 'string':
        return f'"{token.value}"' if name == 'font-family' and _TEXT.fullmatch(token.value) else None
    if kind == 'hash':
        return f'#{token.value}' if re.fullmatch(r'[0-9A-Fa-f]{3,8}', token.value) else None
    if kind in {'number', 'percentage', 'dimension'}:
        return _number(name, token)
    if kind == 'function' and token.lower_name in {'rgb', 'rgba'} and len(token.arguments) <= 12:
        parts = [_token(name, part) for part in token.arguments]
        return None if None in parts else f'{token.lower_name}({"".join(part or "" for part in parts)})'
    return None


def _number(name: str, token: Any) -> str | None:
    most = _MOST_FONT if name in {'font-size', 'line-height'} else _MOST_POINTS
    unit = getattr(token, 'lower_unit', '')
    if unit and unit not in _UNITS:
        return None
    scale = 12.0 if unit in {'em', 'ex'} else _LENGTHS.get(unit, 1.0)
    least = -most if name in {'text-indent', 'letter-spacing'} else 0
    size = float(token.value)
    if token.type == 'percentage':
        return f'{size:g}%' if 0 <= size <= 400 else None
    return f'{size:g}{unit}' if least <= size * scale <= most else None


def _selector(tokens: Sequence[Any]) -> str:
    """A selector of names, classes, ids and first or last children written anew, empty when it holds anything else."""
    if not tokens or len(tokens) > MAX_SELECTOR:
        return ''
    written: list[str] = []
    before = ''
    for token in tokens:
        if token.type == 'whitespace':
            text = ' '
        elif token.type == 'ident' and _WORD.fullmatch(token.value):
            text = token.value if before != ':' or token.lower_value in _PSEUDO else ''
        elif token.type == 'hash' and _WORD.fullmatch(token.value):
            text = f'#{token.value}'
        elif token.type == 'literal' and token.value in {'.', ',', '>', '*', ':', '+'}:
            text = token.value
        else:
            text = ''
        if not text:
            return ''
        written.append(text)
        before = text
    return ''.join(written).strip()
