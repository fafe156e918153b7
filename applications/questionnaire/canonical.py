"""The canonical form of a questionnaire: equal bytes for equal forms, to be hashed under a key.

Versions are for ever: a stored hash is compared under its own version, so a release that learns new fields adds a
version and leaves the old ones as they are.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from applications.questionnaire.absent import HOLDERS
from applications.questionnaire.fields import NAMES
from applications.questionnaire.reading import Questionnaire

FORM_VERSION = 1
"""The version under which new forms are hashed."""

_NAMES_BY_VERSION: dict[int, Sequence[str]] = {1: sorted(NAMES)}


def canonical(form: Questionnaire, version: int = FORM_VERSION) -> bytes:
    """Bytes over the validated, normalised, known fields; a scan counts by its type, MIME type and SHA-256."""
    values = form.values.copy()
    for name in HOLDERS:
        if name in values:
            values[name] = _ordered(values[name])
    pairs = [(name, values[name]) for name in _NAMES_BY_VERSION[version] if name in values]
    scans = [(scan.type, scan.mime_type, scan.sha256) for scan in form.scans]
    return to_json([version, pairs, scans])


def _ordered(value: Any) -> Any:
    """Objects as pairs in the order of the alphabet, whatever order the table or the body has."""
    kind = type(value)
    if kind is dict:
        return sorted(value.items())
    return [sorted(inner.items()) for inner in value] if kind is list else value
