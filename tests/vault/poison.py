"""Files that must be refused, and good ones beside them; all made here."""
from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from vault.inspection.verdicts import Finding

Poison = tuple[str, Callable[[], bytes], Finding]
Good = tuple[str, Callable[[], bytes]]
PACKED = pikepdf.ObjectStreamMode.generate
JPEG, PNG, PDF = 'image/jpeg', 'image/png', 'application/pdf'


def picture(kind: str = 'JPEG', size: tuple[int, int] = (640, 400), mode: str = 'RGB', **options: Any) -> bytes:
    """A noisy picture that is surely not blank."""
    noise = Image.effect_noise(size, 80)
    image = noise.convert(mode) if mode != 'RGBA' else Image.merge('RGBA', (noise, noise, noise, noise))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def plain_png(size: tuple[int, int]) -> bytes:
    """One colour: a few kilobytes whatever the size."""
    out = io.BytesIO()
    Image.new('L', size, 200).save(out, 'PNG', compress_level=1)
    return out.getvalue()


def document(pages: int = 1, *, change: Callable[[pikepdf.Pdf], None] | None = None, **save: Any) -> bytes:
    """A PDF with empty pages and one change."""
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(200, 200))
    if change is not None:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack('!I', len(content)) + kind + content + struct.pack('!I', zlib.crc32(kind + content))


def png_of(width: int, height: int, rows: bytes = b'', *extra: tuple[bytes, bytes]) -> bytes:
    """A PNG put together by hand: its header may promise anything."""
    head = struct.pack('!IIBBBBB', width, height, 8, 0, 0, 0, 0)
    parts = [_chunk(b'IHDR', head), *(_chunk(*one) for one in extra), _chunk(b'IDAT', zlib.compress(rows)),
             _chunk(b'IEND', b'')]
    return b'\x89PNG\r\n\x1a\n' + b''.join(parts)


def _jpeg_with_size(width: int, height: int) -> bytes:
    good = bytearray(picture())
    at = good.find(b'\xff\xc0')
    good[at + 5:at + 9] = struct.pack('!HH', height, width)
    return bytes(good)


def _root(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for name, value in entries.items():
            pdf.Root[f'/{name}'] = value
    return change


def _page(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for name, value in entries.items():
            pdf.pages[0].obj[f'/{name}'] = value
    return change


def _action(kind: str, **entries: Any) -> Dictionary:
    return Dictionary(S=Name(f'/{kind}'), **entries)


def _annotated(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    return _page(Annots=Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)]))


def _deep(pdf: pikepdf.Pdf) -> None:
    hidden: Any = pdf.make_indirect(_action('JavaScript', JS='app.alert(1)'))
    for _ in range(6):
        hidden = Dictionary(Next=Array([hidden]))
    pdf.Root['/Extra'] = hidden


def _bomb(size_bytes: int, times: int = 1) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        content, filters = b'\0' * size_bytes, []
        for _ in range(times):
            content = zlib.compress(content, 1)
            filters.append(Name.FlateDecode)
        pdf.pages[0].obj['/Contents'] = pikepdf.Stream(pdf, content, Filter=Array(filters))
    return change


def _many_streams(pdf: pikepdf.Pdf) -> None:
    content = zlib.compress(b'\0' * 4_000_000, 1)
    streams = [pdf.make_indirect(pikepdf.Stream(pdf, content, Filter=Name.FlateDecode)) for _ in range(20)]
    pdf.pages[0].obj['/Extra'] = Array(streams)


def _huge_image(pdf: pikepdf.Pdf) -> None:
    image = pikepdf.Stream(pdf, picture(), Type=Name.XObject, Subtype=Name.Image, Width=30_000, Height=30_000,
                           ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode)
    pdf.pages[0].obj['/Resources'] = Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(image)))


def _attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments['a.exe'] = pikepdf.AttachedFileSpec(pdf, b'MZ')


def _cut_stream(pdf: pikepdf.Pdf) -> None:
    content = zlib.compress(b'q Q ' * 5000)
    pdf.pages[0].obj['/Contents'] = pikepdf.Stream(pdf, content[:-20], Filter=Name.FlateDecode)


def _many_objects(pdf: pikepdf.Pdf) -> None:
    pdf.Root['/Extra'] = Array([pdf.make_indirect(Dictionary()) for _ in range(20_100)])


def _nested(pdf: pikepdf.Pdf) -> None:
    value: Any = Array([])
    for _ in range(60):
        value = Array([value])
    pdf.Root['/Extra'] = value


XFA = Dictionary(AcroForm=Dictionary(XFA=Array(['template'])))
_ENCRYPTION = pikepdf.Encryption(owner='owner', user='')
_LOCKED = pikepdf.Encryption(owner='owner', user='user')


def poison() -> dict[str, Poison]:
    """Name to MIME type, bytes and what has to be found."""
    jpeg, png, pdf = picture(), picture('PNG'), document()
    return _wrong_types(jpeg, png, pdf) | _broken_pictures(jpeg, png) | _too_big() | _documents(pdf) | _active()


def _wrong_types(jpeg: bytes, png: bytes, pdf: bytes) -> dict[str, Poison]:
    unknown = Finding.UNKNOWN_TYPE
    other = Finding.OTHER_TYPE
    return {
        'jpeg as png': (PNG, lambda: jpeg, other), 'jpeg as pdf': (PDF, lambda: jpeg, other),
        'png as jpeg': (JPEG, lambda: png, other),
        'png as pdf': (PDF, lambda: png, other), 'pdf as jpeg': (JPEG, lambda: pdf, other),
        'jpeg as gif': ('image/gif', lambda: jpeg, other),
        'jpeg without a type': ('', lambda: jpeg, other), 'gif': ('image/gif', lambda: picture('GIF'), unknown),
        'bmp': (JPEG, lambda: picture('BMP'), unknown), 'tiff': (JPEG, lambda: picture('TIFF'), unknown),
        'webp': (JPEG, lambda: picture('WEBP'), unknown), 'icon': (PNG, lambda: picture('ICO'), unknown),
        'text': (JPEG, lambda: b'hello' * 100, unknown), 'empty': (JPEG, lambda: b'', unknown),
        'zip': (PDF, lambda: b'PK\3\4' + b'\0' * 99, unknown),
        'html': (PDF, lambda: b'<html><script>alert(1)</script></html>', unknown),
        'svg': (PNG, lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', unknown),
        'executable': (JPEG, lambda: b'MZ' + b'\x90' * 500, unknown),
        'postscript': (PDF, lambda: b'%!PS-Adobe-3.0\n', unknown),
        'pdf behind a kilobyte': (PDF, lambda: b'x' * 900 + pdf, unknown), 'nul': (JPEG, lambda: b'\0' * 4096, unknown),
    }


def _broken_pictures(jpeg: bytes, png: bytes) -> dict[str, Poison]:
    broken = Finding.BROKEN
    flipped = bytearray(png)
    flipped[len(png) // 2] ^= 0xff
    return {
        'jpeg head only': (JPEG, lambda: jpeg[:3], broken), 'jpeg without pixels': (JPEG, lambda: jpeg[:600], broken),
        'half a jpeg': (JPEG, lambda: jpeg[:len(jpeg) // 2], broken),
        'jpeg cut by a tenth': (JPEG, lambda: jpeg[:-len(jpeg) // 10], broken),
        'half a progressive jpeg': (JPEG, lambda: picture(progressive=True)[:9000], broken),
        'jpeg of garbage': (JPEG, lambda: b'\xff\xd8\xff\xe0' + bytes(range(256)) * 40, broken),
        'png head only': (PNG, lambda: png[:8], broken), 'half a png': (PNG, lambda: png[:len(png) // 2], broken),
        'png without its end': (PNG, lambda: png[:-2000], broken),
        'png with a flipped byte': (PNG, lambda: bytes(flipped), broken),
        'png of no size': (PNG, lambda: png_of(0, 100), broken),
        'png of garbage': (PNG, lambda: b'\x89PNG\r\n\x1a\n' + b'garbage!' * 100, broken),
        'png with a text bomb': (
            PNG, lambda: png_of(10, 10, b'\0' * 110, (b'zTXt', b'a\0\0' + zlib.compress(b'\0' * 80_000_000))), broken),
    }


def _too_big() -> dict[str, Poison]:
    pixels, side = Finding.TOO_MANY_PIXELS, Finding.TOO_LONG_SIDE
    return {
        'png of 41 megapixels': (PNG, lambda: plain_png((8200, 5000)), pixels),
        'png of 99 megapixels': (PNG, lambda: plain_png((11_000, 9_000)), pixels),
        'png that promises 4 gigapixels': (PNG, lambda: png_of(65_000, 65_000, b'\0' * 100), pixels),
        'png 13 000 wide': (PNG, lambda: plain_png((13_000, 100)), side),
        'png 12 001 high': (PNG, lambda: plain_png((10, 12_001)), side),
        'jpeg that promises 4 gigapixels': (JPEG, lambda: _jpeg_with_size(65_000, 65_000), pixels),
        'jpeg that promises 12 500 wide': (JPEG, lambda: _jpeg_with_size(12_500, 400), side),
        'nine megabytes': (JPEG, lambda: picture() + b'\0' * 9_000_000, Finding.TOO_LARGE),
    }


def _documents(pdf: bytes) -> dict[str, Poison]:
    broken, expands = Finding.BROKEN, Finding.EXPANDS
    return {
        'pdf head only': (PDF, lambda: b'%PDF-1.7\n', broken), 'half a pdf': (PDF, lambda: pdf[:len(pdf) // 2], broken),
        'pdf without its end': (PDF, lambda: pdf[:-30], broken),
        'pdf of garbage': (PDF, lambda: b'%PDF-1.7\n' + b'1 0 obj << ' * 500, broken),
        'pdf with a cut stream': (PDF, lambda: document(change=_cut_stream), broken),
        'pdf with 51 pages': (PDF, lambda: document(51), Finding.TOO_MANY_PAGES),
        'pdf with 400 pages': (PDF, lambda: document(400, object_stream_mode=PACKED), Finding.TOO_MANY_PAGES),
        'pdf without pages': (PDF, lambda: document(0), Finding.NO_PAGES),
        'pdf with an empty password': (PDF, lambda: document(encryption=_ENCRYPTION), Finding.ENCRYPTED),
        'pdf with a password': (PDF, lambda: document(encryption=_LOCKED), Finding.ENCRYPTED),
        'stream of 70 MB': (PDF, lambda: document(change=_bomb(70_000_000)), expands),
        'stream of 120 MB packed twice': (PDF, lambda: document(change=_bomb(120_000_000, 2)), expands),
        'twenty streams of 4 MB': (PDF, lambda: document(change=_many_streams), expands),
        'picture of 900 megapixels': (PDF, lambda: document(change=_huge_image), Finding.TOO_MANY_PIXELS),
        'twenty thousand objects': (PDF, lambda: document(change=_many_objects), expands),
        'sixty brackets': (PDF, lambda: document(change=_nested), expands),
    }


def _active() -> dict[str, Poison]:
    changes: dict[str, Callable[[pikepdf.Pdf], None]] = {
        'script on opening': _root(OpenAction=_action('JavaScript', JS='app.alert(1)')),
        'going somewhere on opening': _root(OpenAction=_action('GoTo', D='there')),
        'launch on opening': _root(OpenAction=_action('Launch', F='cmd.exe')),
        'script by name': _root(
            Names=Dictionary(JavaScript=Dictionary(Names=Array(['a', _action('JavaScript', JS='1')])))),
        'additional actions of the document': _root(AA=Dictionary(WC=_action('GoTo', D='x'))),
        'additional actions of a page': _page(AA=Dictionary(O=_action('JavaScript', JS='1'))),
        'a link that launches': _annotated(_action('Launch', F='cmd.exe')),
        'a link that sends a form': _annotated(_action('SubmitForm', F='http://127.0.0.1/')),
        'a link to another file': _annotated(_action('GoToR', F='other.pdf')),
        'a form of XFA': _root(**XFA), 'an attachment': _attachment, 'a script deep inside': _deep,
    }
    return {
        name: (PDF, partial(document, change=change), Finding.ACTIVE) for name, change in changes.items()
    } | {'a script in an object stream': (
        PDF, lambda: document(change=_deep, object_stream_mode=PACKED), Finding.ACTIVE)}


def good() -> dict[str, Good]:
    """What partners send."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        'jpeg': (JPEG, picture), 'jpeg by its other name': ('image/jpg', picture),
        'progressive jpeg': (JPEG, lambda: picture(progressive=True)), 'grey jpeg': (JPEG, lambda: picture(mode='L')),
        'jpeg of four colours': (JPEG, lambda: picture(mode='CMYK')), 'turned jpeg': (JPEG, lambda: picture(exif=exif)),
        'jpeg of 12 megapixels': (JPEG, lambda: picture(size=(4000, 3000), quality=30)),
        'jpeg with a tail': (JPEG, lambda: picture() + b'\0' * 300), 'tiny jpeg': (JPEG, lambda: picture(size=(1, 1))),
        'png': (PNG, lambda: picture('PNG')), 'png with transparency': (PNG, lambda: picture('PNG', mode='RGBA')),
        'black and white png': (PNG, lambda: picture('PNG', mode='1')),
        'png with a palette': (PNG, lambda: picture('PNG', mode='P')),
        'png of 38 megapixels': (PNG, lambda: plain_png((7600, 5000))),
        'pdf': (PDF, document), 'pdf of 50 pages': (PDF, lambda: document(50)),
        'linear pdf': (PDF, lambda: document(3, linearize=True)),
        'pdf with object streams': (PDF, lambda: document(3, object_stream_mode=PACKED)),
        'pdf that opens at a place': (
            PDF, lambda: document(change=lambda pdf: _root(OpenAction=Array([pdf.pages[0].obj, Name.Fit]))(pdf))),
        'pdf with a stream of 40 MB': (PDF, lambda: document(change=_bomb(40_000_000))),
    }
