"""The child that reads files of counterparties: it knows no settings, no database and no client."""
from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import Any

from openpyxl import Workbook

from registries.matching.mapping import mapping_from
from registries.matching.reading import read
from registries.matching.told import LENGTH, MOST_BYTES, Problem, Unreadable
from vault.limited.serving import serve

CPU_SECONDS = 120


def _answer(verb: bytes, _name: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    length, = LENGTH.unpack(content[:LENGTH.size])
    mappings = [mapping_from(one) for one in json.loads(content[LENGTH.size:LENGTH.size + length])]
    try:
        found = read(content[LENGTH.size + length:], mappings, preview=verb == b'p')
    except Unreadable as bad:
        return {'problems': [asdict(problem) for problem in bad.problems]}, b''
    except MemoryError:
        return {'problems': [asdict(Problem('too_large'))]}, b''
    head = asdict(found)
    lines = head.pop('lines')
    return head, lines


def _warm_up() -> None:
    """Load what needs files: codecs, the parts of openpyxl."""
    book = Workbook()
    sheet = book.create_sheet()
    sheet.append(['number', 'sum', 'at'])
    sheet.append(['1', 1.5, '2026-03-10 10:00:00'])
    out = io.BytesIO()
    book.save(out)
    mapping = mapping_from({'columns': {'contract_number': ['number'], 'amount': ['sum'], 'at': ['at']}})
    read(out.getvalue(), [mapping])
    read('number;sum;at\n1;1,5;10.03.2026\n'.encode('cp1251'), [mapping])


if __name__ == '__main__':
    serve(_answer, _warm_up, most_bytes=MOST_BYTES + (1 << 20), cpu_seconds=CPU_SECONDS)
