"""Scans of a body: out of Base64 one at a time, each text let go as soon as its bytes are there."""
from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from applications.questionnaire.objects import MAX_SCANS
from applications.questionnaire.problems import Problems, path_of

MAX_SCAN_BYTES = 8 * 1024 * 1024
_MAX_TEXT_LENGTH = MAX_SCAN_BYTES * 3 // 2
_PREFIX = re.compile(r'\s*data:([\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[\w."+-]*)*;base64,', re.ASCII | re.IGNORECASE)
_PREFIX_LENGTH = 200
_BLANKS = {ord(blank): None for blank in ' \t\r\n'}
_PLACEHOLDER = 'AA=='


@dataclass(frozen=True)
class ScanIn:
    """A scan as it came: wire type of the document, MIME type (`image/jpg` is `image/jpeg` by now), its bytes, its
    place in the array of the body.
    """

    type: str
    mime_type: str
    content: bytes
    place: int = 0

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes in hexadecimal."""
        return sha256(self.content).hexdigest()


def take_texts(document: dict[str, Any]) -> list[str | None]:
    """Takes the Base64 texts of `scans` out of the document and leaves a short stand-in in the place of each.

    What is no text stays where it is, for the model to complain about.
    """
    scans = document.get('scans')
    if not isinstance(scans, list):
        return []
    texts: list[str | None] = []
    for scan in scans:
        text = scan.get('base64') if isinstance(scan, dict) else None
        if isinstance(text, str) and text:
            scan['base64'] = _PLACEHOLDER
            texts.append(text)
        else:
            texts.append(None)
    return texts


def decode_scans(scans: Any, texts: list[str | None], problems: Problems) -> list[ScanIn]:
    """The scans whose texts `take_texts` took; what is wrong with a text is added to `problems`.

    Empties `texts` on the way, so that a body of 20 MB is not held twice.
    """
    decoded: list[ScanIn] = []
    if len(texts) > MAX_SCANS:
        return decoded  # the model has said so; nobody decodes and opens thousands of them
    for index, text in enumerate(texts):
        texts[index] = None
        if text is None:
            continue
        scan = scans[index]
        mime_type = plain_mime_type(scan.get('mime_type'))
        content = _decode(
            _without_prefix(text, mime_type, index, problems), path_of(('scans', index, 'base64')), problems)
        if content is not None and isinstance(scan.get('type'), str):
            decoded.append(ScanIn(scan['type'], mime_type, content, index))
    return decoded


def plain_mime_type(value: object) -> str:
    """`image/jpg` and `image/jpeg` are one type."""
    text = value.strip().lower() if isinstance(value, str) else ''
    return 'image/jpeg' if text == 'image/jpg' else text


def _without_prefix(text: str, mime_type: str, index: int, problems: Problems) -> str:
    found = _PREFIX.match(text[:_PREFIX_LENGTH])
    if found is None:
        return text
    named = plain_mime_type(found.group(1) or '')
    if named and mime_type and named != mime_type:
        problems.add(
            path_of(('scans', index, 'mime_type')), _('It differs from the type in the data prefix: send the same one'))
    return text[found.end():]


def _decode(text: str, path: str, problems: Problems) -> bytes | None:
    if len(text) <= _MAX_TEXT_LENGTH:
        try:
            content = _bytes_of(text)
        except ValueError:
            problems.add(path, _('This is not Base64: encode the whole file again'))
            return None
        if not content:
            problems.add_missing(path)
            return None
        if len(content) <= MAX_SCAN_BYTES:
            return content
    problems.add(path, _('The file is larger than 8 MiB: send a smaller one'))
    return None


def _bytes_of(text: str) -> bytes:
    try:
        return _strict(text)
    except ValueError:
        return _strict(text.translate(_BLANKS))


def _strict(text: str) -> bytes:
    if len(text) % 4:
        raise ValueError('not padded')
    return binascii.a2b_base64(text, strict_mode=True)
