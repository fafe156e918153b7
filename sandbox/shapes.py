"""Reading of request bodies: JSON objects with typed look-ups, nothing of the client is kept."""
from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any


class BodyError(Exception):
    """The body is not what the protocol says."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """What the sandbox keeps of a file: its type, the platform's version of it, whether it came with the form.

    `page` numbers the files of a scan that has several.
    """

    type: str
    version: int
    from_form: bool
    page: int = 1


class Body:
    """A JSON object of a request."""

    def __init__(self, raw: bytes) -> None:
        try:
            values = json.loads(raw or b'{}')
        except (ValueError, RecursionError) as error:
            raise BodyError('the body is not JSON') from error
        if not isinstance(values, dict):
            raise BodyError('the body is not a JSON object')
        self.values: dict[str, Any] = values
        canonical = json.dumps(values, sort_keys=True, separators=(',', ':')).encode()
        self.sha256 = hashlib.sha256(canonical).hexdigest()

    def _find(self, path: str) -> Any:
        value: Any = self.values
        for name in path.split('.'):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def text(self, path: str) -> str:
        """A string, empty when absent."""
        value = self._find(path)
        if value is None:
            return ''
        if not isinstance(value, str):
            raise BodyError(f'{path} is not a string')
        return value

    def optional_integer(self, path: str) -> int | None:
        """A whole number, or None when absent."""
        value = self._find(path)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise BodyError(f'{path} is not an integer')
        return value

    def integer(self, path: str) -> int:
        """A whole number that must be there."""
        value = self.optional_integer(path)
        if value is None:
            raise BodyError(f'{path} is missing')
        return value

    def flag(self, path: str) -> bool:
        """A boolean, false when absent."""
        return self._find(path) is True

    def objects(self, path: str) -> list[dict[str, Any]]:
        """Files of a body as they came; each must bring its type and content."""
        value = self._find(path)
        if value is None:
            return []
        if not isinstance(value, list):
            raise BodyError(f'{path} is not a list')
        for item in value:
            if not isinstance(item, dict) or not item.get('content') or not isinstance(item.get('type'), str):
                raise BodyError(f'{path}: a file without type or content')
        return value

    def files(self, path: str) -> list[FileMark]:
        """Files of a body: type, version and page."""
        marks = []
        for item in self.objects(path):
            version, page = item.get('version', 1), item.get('page', 1)
            if any(not isinstance(number, int) or isinstance(number, bool) for number in (version, page)):
                raise BodyError(f'{path}: version or page is not an integer')
            marks.append(FileMark(item['type'], version, item.get('from_form') is True, page))
        return marks
