"""HTML templates: checked before they are taken, printed on values. Only in the limited child."""
from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from jinja2 import TemplateError

from contracts.forms.data import FormKind
from contracts.forms.qr import qr_png
from contracts.templates.findings import MAX_FINDINGS, Fault, Trouble, Unfit, at_line, in_file
from contracts.templates.paper import MAX_PAGES, NotPrinted, print_page
from contracts.templates.rules_html import check_source
from contracts.templates.rules_jinja import check_jinja
from contracts.templates.samples import sample_values
from contracts.templates.sandbox import TooMuchOutput, write
from contracts.templates.variables import Stage
from contracts.templates.written import read_written

MAX_HTML_BYTES: Final = 1024 * 1024
CHECK_SECONDS, PRINT_SECONDS = 8.0, 22.0
"""Wall time of the layout, less than the process that asked waits; printing may stand in line for a processor."""
_PRINTING: Final = {
    'slow': Trouble.TOO_SLOW, 'broken': Trouble.FAILED_AT_PRINTING, 'bytes': Trouble.TOO_LARGE_OUTPUT,
}


def check_html(source: bytes, kind: FormKind, stage: Stage) -> list[Fault]:
    """Everything wrong with a template at once; one that reads well is printed on the sample of its kind and stage."""
    text, faults = _read(source)
    if faults:
        return faults
    jinja = check_jinja(text, stage)
    # A source that Jinja cannot read cannot be told from its markup either.
    markup = [] if any(fault.trouble == Trouble.SYNTAX for fault in jinja) else check_source(text)
    faults = sorted([*jinja, *markup], key=lambda fault: int(fault.at or 0))
    if faults:
        return faults[:MAX_FINDINGS]
    try:
        _print(text, sample_values(kind, stage), CHECK_SECONDS)
    except Unfit as unfit:
        return [unfit.fault]
    return []


def render_html(source: bytes, values: Mapping[str, Any]) -> bytes:
    """The PDF of a template on values. Raises Unfit."""
    text, faults = _read(source)
    faults = faults or check_jinja(text, Stage.CONTRACT if 'contract' in values else Stage.OFFER)
    if faults:
        raise Unfit(faults[0])
    return _print(text, values, PRINT_SECONDS)


def _read(source: bytes) -> tuple[str, list[Fault]]:
    if len(source) > MAX_HTML_BYTES:
        return '', [in_file(Trouble.TOO_LARGE, most=f'{MAX_HTML_BYTES // 1024} КиБ')]
    try:
        text = source.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        return '', [at_line(source.count(b'\n', 0, error.start) + 1, Trouble.NOT_UTF8)]
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    if not text.strip():
        return '', [in_file(Trouble.EMPTY)]
    bad = [
        at_line(number, Trouble.CONTROL_CHARACTER, code=f'U+{ord(char):04X}')
        for number, line in enumerate(text.split('\n'), 1) for char in sorted(set(line)) if _is_bad(char)]
    return text, bad[:MAX_FINDINGS]


def _is_bad(char: str) -> bool:
    """Control characters but the tab, lone surrogates, private use: the marks of our own functions live there."""
    code = ord(char)
    return (code < 32 and char != '\t') or 0x7f <= code < 0xa0 or 0xd800 <= code < 0xf900 or code >= 0xf0000 or (
        code & 0xfffe == 0xfffe)


def _print(text: str, values: Mapping[str, Any], seconds: float) -> bytes:
    try:
        html = write(text, {name: value for name, value in values.items() if name != 'qr'})
    except TooMuchOutput:
        raise Unfit(in_file(Trouble.TOO_LARGE_OUTPUT)) from None
    except TemplateError as error:
        raise Unfit(at_line(_line_of(error), Trouble.FAILED_AT_PRINTING, reason=(error.message or '')[:200])) from None
    except (TypeError, ValueError, OverflowError, ArithmeticError) as error:
        raise Unfit(at_line(_line_of(error), Trouble.FAILED_AT_PRINTING, reason='')) from None
    except MemoryError:
        raise Unfit(in_file(Trouble.TOO_HEAVY)) from None
    except (RecursionError, SyntaxError):
        raise Unfit(in_file(Trouble.TOO_DEEP)) from None
    try:
        page = read_written(html, qr_png)
        if page.faults:
            raise Unfit(page.faults[0])
        return print_page(page, seconds)
    except NotPrinted as failed:
        if failed.reason == 'pages':
            raise Unfit(in_file(Trouble.TOO_MANY_PAGES, most=str(MAX_PAGES))) from None
        raise Unfit(in_file(_PRINTING[failed.reason], reason='')) from None
    except MemoryError:
        raise Unfit(in_file(Trouble.TOO_HEAVY)) from None
    except RecursionError:
        raise Unfit(in_file(Trouble.TOO_DEEP)) from None


def _line_of(error: BaseException) -> int:
    """The line of the template in which it failed: Jinja puts it into the traceback."""
    found = getattr(error, 'lineno', None) or 1
    step: TracebackType | None = error.__traceback__ or sys.exc_info()[2]
    while step is not None:
        if step.tb_frame.f_code.co_filename == '<template>':
            found = step.tb_lineno
        step = step.tb_next
    return int(found)
