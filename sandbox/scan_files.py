"""Which files each sandbox lender takes for scans: real lenders are as particular as this."""
from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.shapes import Body, BodyError

JPEG, PDF = 'image/jpeg', 'application/pdf'
_STARTS = {JPEG: b'\xff\xd8\xff', PDF: b'%PDF-'}
_ENDS = {JPEG: b'\xff\xd9', PDF: b'%%EOF'}


@dataclass(frozen=True, slots=True)
class ScanRules:
    """What a lender takes: one MIME type, so many bytes a file, so many files of one type of scan."""

    content_type: str
    most_bytes: int
    most_files: int


def refusal(rules: ScanRules, body: Body) -> str:
    """Why the lender does not take the files of a body; empty when it takes them all."""
    files = body.objects('files')
    for file in files:
        problem = _problem(rules, file)
        if problem:
            return f'{file["type"]}: {problem}'
    return _too_many(rules, [file['type'] for file in files])


def _problem(rules: ScanRules, file: dict[str, Any]) -> str:
    if file.get('content_type') != rules.content_type:
        return f'content_type must be {rules.content_type}'
    try:
        content = base64.b64decode(file['content'], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BodyError('files: content is not base64') from None
    if len(content) > rules.most_bytes:
        return f'more than {rules.most_bytes} bytes'
    is_whole = content.startswith(_STARTS[rules.content_type]) and content.rstrip().endswith(_ENDS[rules.content_type])
    return '' if is_whole else f'the content is not a whole {rules.content_type}'


def _too_many(rules: ScanRules, types: Sequence[str]) -> str:
    crowded = sorted({kind for kind in types if types.count(kind) > rules.most_files})
    return f'{crowded[0]}: more than {rules.most_files} file(s) of one type' if crowded else ''
