"""A PDF looked through: pages, actions, encryption, what its streams expand to. Runs only in the child process."""
from __future__ import annotations

import io
import zlib
from typing import Any

import pikepdf

from vault.inspection.verdicts import MAX_PIXELS, SCAN, Bounds, Finding

_MAX_DEPTH = 40
_BAD_KEYS = frozenset({
    '/JS', '/JavaScript', '/AA', '/EmbeddedFile', '/EmbeddedFiles', '/EF', '/XFA', '/RichMediaContent',
    '/RichMediaSettings',
})
_BAD_ACTIONS = frozenset({
    '/JavaScript', '/Launch', '/SubmitForm', '/ImportData', '/GoToE', '/GoToR', '/Rendition', '/Movie', '/Sound',
    '/RichMediaExecute', '/SetOCGState', '/Hide', '/Named', '/Trans',
})
_LINK_SCHEMES = ('https://', 'http://', 'mailto:', 'tel:', 'www.')
_TURNS_OF_PAGES = frozenset({'/NextPage', '/PrevPage', '/FirstPage', '/LastPage'})
_BAD_TYPES = frozenset({'/EmbeddedFile', '/Filespec', '/RichMedia', '/FileAttachment'})
# Compressed pictures inside are not decoded here: their size in pixels is bounded instead.
_PICTURE_FILTERS = frozenset({'/DCTDecode', '/DCT', '/JPXDecode', '/CCITTFaxDecode', '/CCF', '/JBIG2Decode'})
_FLATE = frozenset({'/FlateDecode', '/Fl'})


def warm_up() -> None:
    """Load what the parser loads late, ciphers among it."""
    for encryption in (False, pikepdf.Encryption(owner='owner', user='')):
        out = io.BytesIO()
        with pikepdf.new() as document:
            document.add_blank_page()
            document.save(out, encryption=encryption)
        check_pdf(out.getvalue())


class _Found(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


def check_pdf(content: bytes, bounds: Bounds = SCAN) -> Finding:
    """The first thing wrong with a PDF. Raises whatever the parser raises on a damaged one."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as document:
            if document.is_encrypted:
                return Finding.ENCRYPTED
            _Walk(document, bounds).run()
    except pikepdf.PasswordError:
        return Finding.ENCRYPTED
    except _Found as found:
        return found.finding
    return Finding.FINE


class _Walk:
    """One pass over every object of a document, with bounds on all that can grow."""

    def __init__(self, document: pikepdf.Pdf, bounds: Bounds) -> None:
        self.document = document
        self.bounds = bounds
        self.bad_actions = _BAD_ACTIONS - bounds.allowed_actions
        self.expanded_bytes = 0
        self.visits = 0

    def run(self) -> None:
        pages = len(self.document.pages)
        if pages > self.bounds.pages:
            raise _Found(Finding.TOO_MANY_PAGES)
        if not pages:
            raise _Found(Finding.NO_PAGES)
        # A bare destination says where a viewer opens the file; a dictionary is an action.
        opening = self.document.Root.get('/OpenAction')
        if isinstance(opening, pikepdf.Dictionary) and not self._is_harmless(opening):
            raise _Found(Finding.ACTIVE)
        if len(self.document.objects) > self.bounds.objects:
            raise _Found(Finding.EXPANDS)
        for item in self.document.objects:
            self._value(item, 0)
            if isinstance(item, pikepdf.Stream):
                self._stream(item)

    def _value(self, value: Any, depth: int) -> None:
        self.visits += 1
        if depth > _MAX_DEPTH or self.visits > self.bounds.visits:
            raise _Found(Finding.EXPANDS)
        # What is written elsewhere in the file comes by itself.
        if depth and getattr(value, 'is_indirect', False):
            return
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            self._dictionary(value, depth)
        elif isinstance(value, pikepdf.Array):
            for item in value.as_list():
                self._value(item, depth + 1)

    def _dictionary(self, value: Any, depth: int) -> None:
        keys = set(value.keys())
        action = _name(value, '/S')
        if keys & _BAD_KEYS or action in self.bad_actions:
            raise _Found(Finding.ACTIVE)
        if action in self.bounds.allowed_actions and not self._is_harmless(value):
            raise _Found(Finding.ACTIVE)
        if {_name(value, '/Type'), _name(value, '/Subtype')} & _BAD_TYPES:
            raise _Found(Finding.ACTIVE)
        for key in keys:
            self._value(value[key], depth + 1)

    def _is_harmless(self, action: Any) -> bool:
        """Whether an action of an allowed kind does no more than lead a reader to a page or an address."""
        kind = _name(action, '/S')
        if kind == '/URI':
            return str(action.get('/URI', '')).strip().lower().startswith(_LINK_SCHEMES)
        if kind == '/Named':
            return _name(action, '/N') in _TURNS_OF_PAGES
        return kind in self.bounds.allowed_actions

    def _stream(self, stream: Any) -> None:
        filters = _filters(stream)
        if _name(stream, '/Subtype') == '/Image':
            width, height = int(stream.get('/Width', 0)), int(stream.get('/Height', 0))
            if width * height > MAX_PIXELS:
                raise _Found(Finding.TOO_MANY_PIXELS)
        allowed = self.bounds.expanded_bytes - self.expanded_bytes
        if filters and not set(filters) & _PICTURE_FILTERS:
            self.expanded_bytes += _expanded(stream, filters, allowed)
        else:
            self.expanded_bytes += len(stream.read_raw_bytes())
        if self.expanded_bytes > self.bounds.expanded_bytes:
            raise _Found(Finding.EXPANDS)


def _name(value: Any, key: str) -> str:
    found = value.get(key)
    return str(found) if isinstance(found, pikepdf.Name) else ''


def _filters(stream: Any) -> list[str]:
    found = stream.get('/Filter')
    if found is None:
        return []
    return [str(item) for item in found.as_list()] if isinstance(found, pikepdf.Array) else [str(found)]


def _expanded(stream: Any, filters: list[str], allowed: int) -> int:
    """Bytes a stream expands to; more than `allowed` is never held."""
    if not set(filters) <= _FLATE:
        # Rare filters: the memory limit of this process is the bound.
        return len(stream.read_bytes())
    content = stream.read_raw_bytes()
    for _ in filters if content else ():
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(content, allowed + 1)
        if len(content) > allowed:
            raise _Found(Finding.EXPANDS)
        if not unpacker.eof:
            raise ValueError('a compressed stream ends too early')
    return len(content)
