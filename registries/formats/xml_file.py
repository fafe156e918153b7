"""XML after docs/registry.xsd: sums in whole kopecks, moments with their zone, texts as they are stored."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from registries.formats.base import Format, Sheet, printable
from registries.rules import Column, Show

NAMESPACE: Final = 'urn:denimhub:registry:1'
_LINES_A_PIECE: Final = 500


def write(sheet: Sheet) -> Iterator[bytes]:
    """The file in pieces."""
    head = {
        'xmlns': NAMESPACE, 'counterparty': sheet.counterparty, 'code': sheet.code, 'from': str(sheet.date_from),
        'to': str(sheet.date_to), 'zone': sheet.zone, 'version': str(sheet.version),
        **({} if sheet.replaces is None else {'replaces': str(sheet.replaces)}),
        'madeAt': sheet.made_at.isoformat(timespec='seconds'), 'count': str(sheet.count), 'sha256': sheet.sha256}
    attributes = ' '.join(f'{name}={quoteattr(printable(value))}' for name, value in head.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<registry {attributes}>\n  <totals>\n'.encode()
    for column in sheet.columns:
        if column.show == Show.MONEY:
            yield f'    <{column.key}>{sheet.totals[column.key]}</{column.key}>\n'.encode()
    yield b'  </totals>\n  <lines>\n'
    writers = [_writer(column, sheet.zone) for column in sheet.columns]
    piece: list[str] = []
    for row in sheet.rows():
        fields = ''.join(write_one(text) for write_one, text in zip(writers, row, strict=True) if text)
        piece.append(f'    <line>{fields}</line>\n')
        if len(piece) == _LINES_A_PIECE:
            yield ''.join(piece).encode()
            piece.clear()
    yield ''.join(piece).encode() + b'  </lines>\n</registry>\n'


def _writer(column: Column, zone: str) -> Callable[[str], str]:
    """How one column of one line is written; an empty one is left out."""
    start, end = f'<{column.key}>', f'</{column.key}>'
    if column.show == Show.MONEY:
        return lambda text: f'{start}{_kopecks(text)}{end}'
    if column.show == Show.MOMENT:
        where = ZoneInfo(zone)
        return lambda text: f'{start}{datetime.fromisoformat(text).replace(tzinfo=where).isoformat()}{end}'
    if column.show == Show.NUMBER:
        return lambda text: f'{start}{text}{end}'
    return lambda text: f'{start}{escape(printable(text))}{end}'


def _kopecks(text: str) -> int:
    """`-12.34` is -1234: the point is dropped, no float is made."""
    return int(text.replace('.', ''))


XML = Format('xml', 'application/xml', write)
