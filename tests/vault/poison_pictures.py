"""Pictures that are cut, lie, belong to two formats at once or carry more than pixels."""
from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

from PIL import Image, PngImagePlugin

from tests.vault.papers import as_file, paper
from tests.vault.raw_pdf import paged
from vault.inspection.verdicts import Finding

Refused = tuple[str, Callable[[], bytes], frozenset[Finding]]
Tamed = tuple[str, Callable[[], bytes], tuple[bytes, ...]]
JPEG, PNG, PDF = 'image/jpeg', 'image/png', 'application/pdf'
PAGE = paper('page', size=(900, 700))
A_JPEG, A_PNG = as_file(PAGE, quality=85), as_file(PAGE, 'PNG')
SCRIPT = b'<script>alert(1)</script>'
_UNKNOWN, _OTHER = frozenset({Finding.UNKNOWN_TYPE}), frozenset({Finding.OTHER_TYPE})
_BROKEN = frozenset({Finding.BROKEN})


def zipped(name: str = 'evil.sh', content: bytes = b'rm -rf /') -> bytes:
    """A small archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        archive.writestr(name, content)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG with its check sum."""
    return struct.pack('!I', len(content)) + kind + content + struct.pack('!I', zlib.crc32(kind + content))


def with_chunk(kind: bytes, content: bytes, *, before: bytes = b'IDAT') -> bytes:
    """The good PNG with one chunk more."""
    at = A_PNG.index(before) - 4
    return A_PNG[:at] + chunk(kind, content) + A_PNG[at:]


def with_segment(marker: int, content: bytes) -> bytes:
    """The good JPEG with one segment more, right at its start."""
    return A_JPEG[:2] + bytes((0xff, marker)) + struct.pack('!H', len(content) + 2) + content + A_JPEG[2:]


def cut() -> dict[str, Refused]:
    """Every format cut at many places."""
    cases: dict[str, Refused] = {}
    progressive = as_file(PAGE, progressive=True)
    document = paged(b'', b'/Contents 4 0 R', b'<< /Length 3 >>\nstream\nq Q\nendstream')
    for name, mime_type, whole in (
            ('jpeg', JPEG, A_JPEG), ('progressive jpeg', JPEG, progressive), ('png', PNG, A_PNG),
            ('pdf', PDF, document)):
        for percent in (2, 10, 25, 50, 75, 90, 96):
            part = whole[:max(len(whole) * percent // 100, 12)]
            cases[f'{name} cut at {percent} %'] = (mime_type, lambda part=part: part, _BROKEN)  # type: ignore[misc]
    return cases


def foreign() -> dict[str, Refused]:
    """Other formats under the names of the three."""
    cases: dict[str, Refused] = {}
    for kind in ('GIF', 'BMP', 'TIFF', 'WEBP', 'JPEG2000', 'AVIF', 'ICO', 'PPM', 'TGA', 'PCX', 'EPS'):
        for mime_type in (JPEG, PDF):
            cases[f'{kind.lower()} as {mime_type}'] = (
                mime_type, lambda kind=kind: as_file(  # type: ignore[misc]
                    PAGE.resize((64, 64)).convert('RGB'), kind), _UNKNOWN)
    heic = b'\0\0\0\x18ftypheic\0\0\0\0mif1heic' + b'\0' * 400
    words = {
        'heic': heic, 'svg': b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        'html': b'<!doctype html>' + SCRIPT, 'zip': zipped(), 'docx': zipped('word/document.xml', b'<w/>'),
        'gzip': b'\x1f\x8b\x08\0' + b'\0' * 90, 'rar': b'Rar!\x1a\x07\0' + b'\0' * 90, 'elf': b'\x7fELF' + b'\0' * 90,
        'php': b'<?php system($_GET["x"]); ?>', 'rtf': b'{\\rtf1 {\\object}}', 'postscript': b'%!PS\n(x) run',
        'gif with a jpeg inside': b'GIF89a' + A_JPEG, 'html before a png': SCRIPT + A_PNG,
        'zip before a pdf': zipped() + paged(), 'a jpeg behind a space': b' ' + A_JPEG}
    for name, content in words.items():
        cases[f'{name} as a picture'] = (JPEG, lambda content=content: content, _UNKNOWN)  # type: ignore[misc]
    return cases | {
        'a jpeg that is a pdf as a pdf': (PDF, lambda: A_JPEG + paged(), _OTHER),
        'a png that is a zip as a pdf': (PDF, lambda: A_PNG + zipped(), _OTHER),
        'a pdf with a jpeg behind it as a jpeg': (JPEG, lambda: paged() + A_JPEG, _OTHER),
    }


def lying() -> dict[str, Refused]:
    """Headers and chunks that promise what is not there."""
    head = A_PNG.index(b'IHDR') + 4
    frame = A_JPEG.index(b'\xff\xc0')

    def png_head(**places: int) -> bytes:
        made = bytearray(A_PNG)
        for at, value in places.items():
            made[head + int(at[1:])] = value
        made[head + 13:head + 17] = struct.pack('!I', zlib.crc32(bytes(made[head - 4:head + 13])))
        return bytes(made)

    def jpeg_size(width: int, height: int) -> bytes:
        return A_JPEG[:frame + 5] + struct.pack('!HH', height, width) + A_JPEG[frame + 9:]

    return {
        'png of no width': (PNG, lambda: png_head(_0=0, _1=0, _2=0, _3=0), _BROKEN),
        'png of no height': (PNG, lambda: png_head(_4=0, _5=0, _6=0, _7=0), _BROKEN),
        'png of an unknown depth': (PNG, lambda: png_head(_8=7), _BROKEN),
        'png of an unknown colour': (PNG, lambda: png_head(_9=5), _BROKEN),
        'png that promises colour': (PNG, lambda: png_head(_9=2), _BROKEN),
        'png that promises to be interlaced': (PNG, lambda: png_head(_12=1), _BROKEN),
        'png with a wrong sum': (PNG, lambda: A_PNG[:head + 13] + b'\0\0\0\0' + A_PNG[head + 17:], _BROKEN),
        'png without pixels': (PNG, lambda: A_PNG[:A_PNG.index(b'IDAT') - 4] + chunk(b'IEND', b''), _BROKEN),
        'png with a text bomb': (PNG, lambda: with_chunk(
            b'zTXt', b'a\0\0' + zlib.compress(b'a' * 90_000_000)), _BROKEN),
        'png with an international bomb': (PNG, lambda: with_chunk(
            b'iTXt', b'a\0\1\0\0\0' + zlib.compress(b'a' * 90_000_000)), _BROKEN),
        'png with a profile bomb': (PNG, lambda: with_chunk(
            b'iCCP', b'a\0\0' + zlib.compress(b'a' * 90_000_000)), _BROKEN),
        'jpeg of no width': (JPEG, lambda: jpeg_size(0, 700), _BROKEN),
        'jpeg of no height': (JPEG, lambda: jpeg_size(900, 0), _BROKEN),
        'jpeg of 60 000 points': (JPEG, lambda: jpeg_size(60_000, 700), frozenset({
            Finding.TOO_MANY_PIXELS, Finding.TOO_LONG_SIDE})),
        'jpeg of 3 gigapixels': (JPEG, lambda: jpeg_size(60_000, 60_000), frozenset({Finding.TOO_MANY_PIXELS})),
        'jpeg whose segment never ends': (JPEG, lambda: A_JPEG[:2] + b'\xff\xe1\xff\xff' + A_JPEG[2:900], _BROKEN),
        'jpeg without tables': (JPEG, lambda: A_JPEG.replace(b'\xff\xdb', b'\xff\xef'), _BROKEN),
        'jpeg without loss': (JPEG, lambda: A_JPEG.replace(b'\xff\xc0', b'\xff\xc3', 1), _BROKEN),
        'jpeg of 12 bits': (JPEG, lambda: A_JPEG[:frame + 4] + b'\x0c' + A_JPEG[frame + 5:], _BROKEN),
    }


def tamed() -> dict[str, Tamed]:
    """Files that open, and what must be left of them neither in the copy people see nor in the lender's."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x0132] = 'SECRETWORD', 'SECRETNAME', '2026:01:01 00:00:00'
    exif[0x8769] = {0x9286: b'ASCII\0\0\0SECRETCOMMENT'}
    text = PngImagePlugin.PngInfo()
    text.add_text('Comment', 'SECRETWORD')
    text.add_itxt('XML:com.adobe.xmp', '<x:xmpmeta>SECRETNAME</x:xmpmeta>')
    frames = [paper(str(number), size=(900, 700)) for number in range(3)]
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/">SECRETWORD</x:xmpmeta>'
    link = b'/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://SECRETHOST/) >> >>] '
    drawn = b'<< /Length 24 >>\nstream\n9 w 20 20 m 180 180 l S \nendstream'
    return {
        'jpeg and pdf': (JPEG, lambda: A_JPEG + paged(), (b'MediaBox [0 0 200 200]',)),
        'jpeg half of which is missing': (JPEG, taller, ()),
        'jpeg without its codes': (JPEG, lambda: A_JPEG.replace(b'\xff\xc4', b'\xff\xef'), ()),
        'jpeg that says its codes are arithmetic': (JPEG, lambda: A_JPEG.replace(b'\xff\xc0', b'\xff\xc9', 1), ()),
        'jpeg and script': (JPEG, lambda: with_segment(0xfe, b'*/=1;' + SCRIPT + b'/*'), (SCRIPT,)),
        'jpeg and zip': (JPEG, lambda: A_JPEG + zipped(), (b'PK\x03\x04', b'evil.sh')),
        'jpeg and html behind it': (JPEG, lambda: A_JPEG + SCRIPT, (SCRIPT,)),
        'jpeg and php in exif': (JPEG, lambda: with_segment(0xe1, b'Exif\0\0<?php system(1); ?>'), (b'<?php',)),
        'jpeg with another jpeg behind it': (JPEG, lambda: A_JPEG + A_JPEG, ()),
        'jpeg with a pdf in a comment': (JPEG, lambda: with_segment(0xfe, paged()), (b'MediaBox [0 0 200 200]',)),
        'png and zip': (PNG, lambda: A_PNG + zipped(), (b'PK\x03\x04', b'evil.sh')),
        'png and html': (PNG, lambda: with_chunk(b'tEXt', b'Comment\0' + SCRIPT), (SCRIPT,)),
        'png and html behind it': (PNG, lambda: A_PNG + SCRIPT, (SCRIPT,)),
        'png and script in a chunk of its own': (PNG, lambda: with_chunk(b'evIl', SCRIPT), (SCRIPT, b'evIl')),
        'exif': (JPEG, lambda: as_file(PAGE, exif=exif), (b'SECRET', b'2026:01:01')),
        'exif in a png': (PNG, lambda: as_file(PAGE, 'PNG', exif=exif), (b'SECRET',)),
        'xmp': (JPEG, lambda: with_segment(0xe1, xmp), (b'SECRET', b'xmpmeta')),
        'photoshop block': (JPEG, lambda: with_segment(0xed, b'Photoshop 3.0\x008BIM\4\4\0\0SECRETWORD'), (b'SECRET',)),
        'a profile': (JPEG, lambda: as_file(PAGE, icc_profile=b'SECRETPROFILE' * 3000), (b'SECRET',)),
        'a huge comment': (JPEG, lambda: with_segment(0xfe, b'SECRET' * 10_000), (b'SECRET',)),
        'forty huge comments': (
            JPEG, lambda: A_JPEG[:2] + (b'\xff\xfe\xff\xff' + b'S' * 65_533) * 40 + A_JPEG[2:], (b'SSSSSSSS',)),
        'broken exif': (JPEG, lambda: with_segment(
            0xe1, b'Exif\0\0II*\0\xff\xff\xff\xff' + b'SECRET' * 9), (b'SECRET',)),
        'exif that points to itself': (
            JPEG, lambda: with_segment(
                0xe1, b'Exif\0\0II*\0\x08\0\0\0' + b'\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0'), ()),
        'text in a png': (PNG, lambda: as_file(PAGE, 'PNG', pnginfo=text), (b'SECRET', b'xmpmeta')),
        'moving png': (PNG, lambda: as_file(
            frames[0], 'PNG', save_all=True, append_images=frames[1:]), (b'acTL', b'fcTL', b'fdAT')),
        'png of 16 bits': (PNG, lambda: as_file(
            PAGE.convert('I').point(lambda level: level * 256).convert('I;16'), 'PNG'), ()),
        'colour png of 16 bits': (PNG, png_of_16_bits, ()),
        'palette with transparency': (PNG, lambda: as_file(
            PAGE.convert('P'), 'PNG', transparency=bytes(range(256))), (b'tRNS',)),
        'one transparent colour': (PNG, lambda: as_file(
            PAGE.convert('RGB'), 'PNG', transparency=(9, 9, 9)), (b'tRNS',)),
        'black and white': (PNG, lambda: as_file(PAGE.convert('1'), 'PNG'), ()),
        'interlaced png': (PNG, interlaced_png, ()),
        'absurd density': (JPEG, lambda: as_file(PAGE, dpi=(65_535, 1)), (b'\xff\xff\0\1',)),
        'no density': (JPEG, lambda: A_JPEG.replace(b'JFIF\0\1\1\0\0\1\0\1', b'JFIF\0\1\1\1\0\0\0\0'), ()),
        'absurd density of a png': (PNG, lambda: with_chunk(b'pHYs', struct.pack('!IIB', 2**31 - 1, 1, 1)), (b'pHYs',)),
        'four colours': (JPEG, lambda: as_file(PAGE.convert('CMYK')), (b'Adobe',)),
        'progressive': (JPEG, lambda: as_file(PAGE, progressive=True, optimize=True), ()),
        'fine colour': (JPEG, lambda: as_file(PAGE.convert('RGB'), subsampling=0, quality=95), ()),
        'several pictures (MPO)': (JPEG, lambda: as_file(
            frames[0].convert('RGB'), 'MPO', save_all=True, append_images=[frames[1].convert('RGB')]), (b'MPF\0',)),
        'pdf with a link': (PDF, lambda: paged(b'', link + b'/Contents 4 0 R', drawn), (b'SECRET', b'/URI')),
        'pdf with metadata': (PDF, lambda: paged(
            b'/Metadata 5 0 R', b'/Contents 4 0 R /Metadata 5 0 R', drawn,
            b'<< /Type /Metadata /Length 10 >>\nstream\nSECRETWORD\nendstream',
            trailer=b'/Info << /Author (SECRETNAME) >>'), (b'SECRET',)),
        'pdf with private data': (PDF, lambda: paged(
            b'/PieceInfo << /X (SECRET) >>', b'/Contents 4 0 R /PieceInfo << /X (SECRET) >>', drawn), (b'SECRET',)),
        'pdf with something behind it': (PDF, lambda: (
            paged(b'', b'/Contents 4 0 R', drawn) + b'\n%' + SCRIPT), (SCRIPT,)),
        'pdf with a wrong length': (PDF, lambda: paged(
            b'', b'/Contents 4 0 R', drawn.replace(b'/Length 24', b'/Length 99999999')), (b'99999999',)),
        'pdf that opens at a page': (PDF, lambda: paged(
            b'/OpenAction [3 0 R /Fit] /PageMode /FullScreen', b'/Contents 4 0 R', drawn), (
                b'OpenAction', b'FullScreen')),
        **{f'turned by exif {orientation}': (JPEG, partial(turned, orientation), (b'Exif',))
           for orientation in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65_535)},
    }


def taller() -> bytes:
    """A header that promises twice the rows there are: decoders leave the rest grey."""
    frame = A_JPEG.index(b'\xff\xc0')
    return A_JPEG[:frame + 5] + struct.pack('!H', 1400) + A_JPEG[frame + 7:]


def turned(orientation: int) -> bytes:
    """A picture whose camera was held so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return as_file(PAGE, exif=exif)


def _hand_made(colour: int, depth: int, rows: bytes, size: tuple[int, int], interlaced: int = 0) -> bytes:
    head = struct.pack('!IIBBBBB', *size, depth, colour, 0, 0, interlaced)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')


def png_of_16_bits() -> bytes:
    """RGB with two bytes a colour."""
    grey = PAGE.tobytes()
    width, height = PAGE.size
    rows = b''.join(
        b'\0' + b''.join(bytes((level, 0)) * 3 for level in grey[row * width:(row + 1) * width])
        for row in range(height))
    return _hand_made(2, 16, rows, PAGE.size)


def interlaced_png() -> bytes:
    """Adam7, which Pillow reads and does not write."""
    width, height = PAGE.size
    grey = PAGE.tobytes()
    rows = b''
    for left, top, right, down in (
            (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        for row in range(top, height, down):
            rows += b'\0' + grey[row * width + left:(row + 1) * width:right]
    return _hand_made(0, 8, rows, PAGE.size, interlaced=1)
