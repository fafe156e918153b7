"""PDFs written byte by byte: what no library would write."""
from __future__ import annotations

import zlib
from collections.abc import Sequence


def raw(
    objects: Sequence[bytes], *, trailer: bytes = b'', root: int = 1, version: bytes = b'1.7', update: bytes = b'',
) -> bytes:
    """Objects numbered from 1 with a true cross-reference table; `update` is appended as it is."""
    out = bytearray(b'%PDF-' + version + b'\n%\xe2\xe3\xcf\xd3\n')
    places = []
    for number, item in enumerate(objects, start=1):
        places.append(len(out))
        out += b'%d 0 obj\n' % number + item + b'\nendobj\n'
    start = len(out)
    out += b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1)
    for place in places:
        out += b'%010d 00000 n \n' % place
    out += b'trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n' % (
        len(objects) + 1, root, trailer, start)
    return bytes(out + update)


def stream(content: bytes, entries: bytes = b'') -> bytes:
    """A stream object."""
    return b'<< /Length %d %s >>\nstream\n' % (len(content), entries) + content + b'\nendstream'


def paged(catalog: bytes = b'', page: bytes = b'', *more: bytes, **options: bytes) -> bytes:
    """One page; catalogue, page and further objects (from number 4) as given."""
    return raw([
        b'<< /Type /Catalog /Pages 2 0 R %s >>' % catalog, b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] %s >>' % page, *more], **options)  # type: ignore[arg-type]


def updated(base: bytes, number: int, item: bytes) -> bytes:
    """The same file with an incremental update that replaces one object."""
    at = base.rindex(b'startxref\n') + len(b'startxref\n')
    previous = int(base[at:base.index(b'\n', at)])
    place = len(base)
    body = b'%d 0 obj\n' % number + item + b'\nendobj\n'
    size = base.count(b' 0 obj\n') + 1
    table = b'xref\n%d 1\n%010d 00000 n \n' % (number, place)
    table += b'trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\n' % (size, previous)
    return base + body + table + b'startxref\n%d\n%%%%EOF\n' % (place + len(body))


def flate(content: bytes, times: int = 1) -> bytes:
    """Packed so many times."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content


def ascii_hex(content: bytes) -> bytes:
    """For ASCIIHexDecode."""
    return content.hex().encode() + b'>'


def run_length(length: int) -> bytes:
    """For RunLengthDecode: two bytes make 128."""
    return b'\x81\x00' * (length // 128) + b'\x80'


def lzw_zeros(length: int) -> bytes:
    """For LZWDecode: a long run of one byte, by ever longer codes."""
    bits, width, code, made = '', 9, 258, 0
    bits += f'{256:09b}{0:09b}'
    made = 1
    run = 1
    while made < length:
        if code >= 4094:
            bits += f'{256:0{width}b}'
            width, code, run = 9, 258, 1
            bits += f'{0:09b}'
            made += 1
            continue
        bits += f'{code:0{width}b}'
        run += 1
        made += run
        code += 1
        if code + 1 >= 1 << width and width < 12:
            width += 1
    bits += f'{257:0{width}b}'
    bits += '0' * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, 'big')
