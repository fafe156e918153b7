"""Templates checked and printed in limited children: this process works on, whatever a template does."""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from contracts.forms.data import FormKind
from contracts.templates.findings import MAX_FINDINGS, Fault, Finding, Trouble, in_file
from contracts.templates.messages import told
from contracts.templates.variables import Stage
from vault.limited.pool import ChildDied, Pool, TooSlow, pool_of

MODULE: Final = 'contracts.templates.child'
CHECK_SECONDS: Final = 9.5
"""Wall time of one check: 10 s with whatever the end of a child takes."""
PRINT_SECONDS: Final = 24.0
"""Wall time of one form of a template that has passed the check; the child has 10 s of CPU for it all the same."""
MAX_BYTES: Final = {'html': 1024 * 1024, 'pdf': 10 * 1024 * 1024}
MAX_PAGES: Final = 50
MAX_OUTPUT_BYTES: Final = 20 * 1024 * 1024


class TemplateFailed(Exception):
    """A template did not become a form; the text says why, names a code and holds nothing of the client."""


def pool() -> Pool:
    """The children of this process."""
    return pool_of(MODULE)


def check_template(format_: str, content: bytes, *, kind: FormKind, stage: Stage) -> list[Finding]:
    """Everything wrong with a template ('html' or 'pdf'), in Russian; nothing, when it may be taken."""
    return [told(fault) for fault in _faults(format_, content, kind, stage)[:MAX_FINDINGS]]


def render_template(format_: str, content: bytes, values: Mapping[str, Any]) -> bytes:
    """The PDF of a checked template filled with values. Raises TemplateFailed."""
    if format_ not in MAX_BYTES:
        raise TemplateFailed(f'unknown format {format_[:20]!r}')
    packed = json.dumps(values, ensure_ascii=False).encode()
    try:
        head, made = pool().ask(
            b'r', format_, len(packed).to_bytes(4, 'big') + packed + content, seconds=PRINT_SECONDS)
    except TooSlow:
        raise TemplateFailed('too_slow') from None
    except ChildDied:
        raise TemplateFailed('too_heavy') from None
    if 'failed' in head:
        fault = Fault.from_json(head['failed'])
        raise TemplateFailed(f'{fault.trouble.value} ({fault.place.value} {fault.at})'.replace(' )', ')'))
    if len(made) > MAX_OUTPUT_BYTES or not made.startswith(b'%PDF-'):
        raise TemplateFailed('too_large_output')
    return made


def _faults(format_: str, content: bytes, kind: FormKind, stage: Stage) -> list[Fault]:
    most = MAX_BYTES.get(format_)
    if most is None:
        return [in_file(Trouble.BROKEN)]
    if not content:
        return [in_file(Trouble.EMPTY)]
    if len(content) > most:
        return [in_file(Trouble.TOO_LARGE, most=f'{most // 1024} КиБ')]
    try:
        head, _rest = pool().ask(b'c', f'{format_}:{kind.value}:{stage.value}', content, seconds=CHECK_SECONDS)
    except TooSlow:
        return [in_file(Trouble.TOO_SLOW)]
    except ChildDied:
        return [in_file(Trouble.TOO_HEAVY)]
    if 'failed' in head:
        return [Fault.from_json(head['failed'])]
    return [Fault.from_json(found) for found in head['faults']]
