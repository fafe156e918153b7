"""Scans of a body looked at before anything is stored: what is wrong with each, in the caller's language."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.questionnaire import ScanIn
from applications.refusals import Busy
from vault.inspection.pool import look_at
from vault.inspection.verdicts import Finding
from vault.limited.pool import TooSlow

_MESSAGES: Mapping[Finding, str | Promise] = {
    Finding.UNKNOWN_TYPE: _('The file is not a JPEG, PNG or PDF: send one of these'),
    Finding.OTHER_TYPE: _('The content is of another type than mime_type says: send the true one'),
    Finding.TOO_LARGE: _('The file is larger than 8 MiB: send a smaller one'),
    Finding.BROKEN: _('The file does not open or is cut off: scan the document again'),
    Finding.TOO_MANY_PIXELS: _('The picture has more than 40 megapixels: send a smaller one'),
    Finding.TOO_LONG_SIDE: _('A side of the picture is longer than 12 000 pixels: send a smaller one'),
    Finding.TOO_MANY_PAGES: _('The PDF has more than 50 pages: send fewer'),
    Finding.NO_PAGES: _('The PDF has no pages: scan the document again'),
    Finding.ACTIVE: _('The PDF holds scripts, actions or attachments: save it without them'),
    Finding.ENCRYPTED: _('The PDF is encrypted: save it without a password'),
    Finding.EXPANDS: _('The file expands beyond 64 MiB: send a simpler one'),
}


def inspect_files(files: Sequence[tuple[str, bytes]]) -> list[str | None]:
    """A message for each (MIME type, content), None for a good one. Raises Busy when nothing could be said in 2 s."""
    try:
        findings = look_at(files)
    except TooSlow:
        raise Busy from None
    return [None if finding == Finding.FINE else str(_MESSAGES[finding]) for finding in findings]


def scan_problems(scans: Sequence[ScanIn]) -> dict[str, list[str]]:
    """Messages by path (`scans[0].base64`, `scans[0].mime_type`) for all scans of a body, none left out before them."""
    try:
        findings = look_at([(scan.mime_type, scan.content) for scan in scans])
    except TooSlow:
        raise Busy from None
    problems: dict[str, list[str]] = {}
    for scan, finding in zip(scans, findings, strict=True):
        if finding != Finding.FINE:
            field = 'mime_type' if finding == Finding.OTHER_TYPE else 'base64'
            problems[f'scans[{scan.place}].{field}'] = [str(_MESSAGES[finding])]
    return problems
