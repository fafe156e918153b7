"""PDFs that act, expand, go in circles or lie; by name: bytes and what has to be found."""
from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.vault.raw_pdf import ascii_hex, flate, lzw_zeros, paged, raw, run_length, stream, updated
from vault.inspection.verdicts import Finding

Case = tuple[Callable[[], bytes], frozenset[Finding]]
ACTIVE, BROKEN, EXPANDS = Finding.ACTIVE, Finding.BROKEN, Finding.EXPANDS
SCRIPT = b'<< /S /JavaScript /JS (app.alert\\(1\\)) >>'
MEGA = 1_000_000

_ACTIONS = {
    'script': SCRIPT, 'script in a stream': b'<< /S /JavaScript /JS 4 0 R >>',
    'launch': b'<< /S /Launch /F (cmd.exe) >>', 'launch of windows': b'<< /S /Launch /Win << /F (cmd.exe) >> >>',
    'sending a form': b'<< /S /SubmitForm /F (http://127.0.0.1/) >>',
    'import of data': b'<< /S /ImportData /F (x.fdf) >>',
    'going to another file': b'<< /S /GoToR /F (other.pdf) /D [0 /Fit] >>',
    'going to an attachment': b'<< /S /GoToE /T << /R /C /N (a) >> >>', 'a film': b'<< /S /Movie /T (m) >>',
    'a sound': b'<< /S /Sound /Sound 4 0 R >>', 'a rendition': b'<< /S /Rendition /OP 0 >>',
    'media': b'<< /S /RichMediaExecute >>',
    'a script hidden in hex': b'<< /#53 /J#61vaScript /#4aS (app.alert\\(1\\)) >>',
    'a script after a jump': b'<< /S /GoTo /D [3 0 R /Fit] /Next ' + SCRIPT + b' >>',
    'a script after five jumps': (
        b'<< /S /GoTo /D [3 0 R /Fit] /Next ' * 5 + SCRIPT + b' >>' * 5),
    'a script in a list of next': b'<< /S /URI /URI (http://a) /Next [<< /S /GoTo >> ' + SCRIPT + b'] >>',
}


def _places(action: bytes) -> dict[str, bytes]:
    """The same action wherever one can hide."""
    link = b'/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] %s >>]'
    field = b'<< /FT /Tx /T (f) /Subtype /Widget /Rect [0 0 9 9] /AA << /%s %s >> >>'
    code = stream(b'app.alert(1)')
    return {
        'on opening': paged(b'/OpenAction ' + action, b'', code),
        'on opening, elsewhere': paged(b'/OpenAction 5 0 R', b'', code, action),
        'of a link': paged(b'', link % (b'/A ' + action), code),
        'when a link is shown': paged(b'', link % (b'/AA << /PV ' + action + b' >>'), code),
        'when a page opens': paged(b'', b'/AA << /O ' + action + b' >>', code),
        'when a page closes': paged(b'', b'/AA << /C 5 0 R >>', code, action),
        'before printing': paged(b'/AA << /WP ' + action + b' >>', b'', code),
        'when a key is struck in a field': paged(
            b'/AcroForm << /Fields [5 0 R] >>', b'/Annots [5 0 R]', code, field % (b'K', action)),
        'in the tree of names': paged(b'/Names << /JavaScript << /Names [(a) ' + action + b'] >> >>', b'', code),
        'of a bookmark': paged(b'/Outlines << /First << /Title (t) /A ' + action + b' >> >>', b'', code),
        'in an object nobody names': paged(b'', b'', code, action),
    }


def acting() -> dict[str, Case]:
    """Every action at one place, the script at every place."""
    active = frozenset({ACTIVE})
    places = _places(SCRIPT)
    cases: dict[str, Case] = {f'a script {place}': (partial(bytes, made), active) for place, made in places.items()}
    for name, action in _ACTIONS.items():
        made = _places(action)
        for place in ('on opening', 'of a link', 'in an object nobody names'):
            cases[f'{name} {place}'] = (partial(bytes, made[place]), active)
    plain = paged()
    cases |= {
        'a script added by an update': (lambda: updated(
            plain, 1, b'<< /Type /Catalog /Pages 2 0 R /OpenAction ' + SCRIPT + b' >>'), active),
        'a script hidden by an update': (lambda: updated(
            paged(b'/OpenAction ' + SCRIPT), 3,
            b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>'), active),
        'a script in an object stream': (_in_object_stream, active),
        'embedded file': (lambda: paged(
            b'/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>', b'',
            b'<< /Type /Filespec /F (a.exe) /EF << /F 5 0 R >> >>',
            stream(b'MZ', b'/Type /EmbeddedFile')), active),
        'attachment as an annotation': (lambda: paged(
            b'', b'/Annots [<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS 4 0 R >>]', b'<< /F (a.exe) >>'), active),
        'form of XFA': (lambda: paged(
            b'/AcroForm << /Fields [] /XFA 4 0 R >>', b'', stream(b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"/>')),
            active),
        'XFA in hex': (lambda: paged(b'/AcroForm << /#58#46#41 [(template)] >>'), active),
        'rich media': (lambda: paged(
            b'', b'/Annots [<< /Subtype /RichMedia /Rect [0 0 9 9] /RichMediaContent << >> >>]'), active),
        'optional content that acts': (lambda: paged(b'/OpenAction << /S /SetOCGState /State [/ON] >>'), active),
    }
    return cases


def _in_object_stream() -> bytes:
    """Object 5 lies packed in object 4; a cross-reference stream finds it."""
    inner = b'5 0 ' + b'<< /S /JavaScript /JS (app.alert(1)) >>'
    packed = flate(inner)
    parts = [
        b'1 0 obj\n<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>\nendobj\n',
        b'2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n',
        b'3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n',
        b'4 0 obj\n' + stream(packed, b'/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode') + b'\nendobj\n']
    out, places = bytearray(b'%PDF-1.7\n'), []
    for part in parts:
        places.append(len(out))
        out += part
    start = len(out)
    rows = [(0, 0, 65535), *((1, place, 0) for place in places), (2, 4, 0), (1, start, 0)]
    table = b''.join(
        kind.to_bytes(1, 'big') + at.to_bytes(4, 'big') + last.to_bytes(2, 'big') for kind, at, last in rows)
    out += b'6 0 obj\n' + stream(table, b'/Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R') + b'\nendobj\n'
    return bytes(out + b'startxref\n%d\n%%%%EOF\n' % start)


def _packed(content: bytes, filters: bytes, entries: bytes = b'') -> bytes:
    return paged(b'', b'/Contents 4 0 R', stream(content, b'/Filter %s %s' % (filters, entries)))


def expanding() -> dict[str, Case]:
    """Bombs."""
    no = frozenset({EXPANDS, BROKEN})
    return {
        'flate of 65 MB': (lambda: _packed(flate(b'\0' * 68 * MEGA), b'/FlateDecode'), frozenset({EXPANDS})),
        'flate under its short name': (lambda: _packed(flate(b'\0' * 70 * MEGA), b'/Fl'), frozenset({EXPANDS})),
        'flate three times': (
            lambda: _packed(flate(b'\0' * 300 * MEGA, 3), b'[/FlateDecode /FlateDecode /FlateDecode]'), no),
        'hex around flate': (lambda: _packed(
            ascii_hex(flate(b'\0' * 80 * MEGA)), b'[/ASCIIHexDecode /FlateDecode]'), no),
        'run length of 100 MB': (lambda: _packed(run_length(100 * MEGA), b'/RunLengthDecode'), no),
        'run length in flate of 600 MB': (lambda: _packed(
            flate(run_length(600 * MEGA)), b'[/FlateDecode /RunLengthDecode]'), no),
        'LZW of 100 MB': (lambda: _packed(lzw_zeros(100 * MEGA), b'/LZWDecode'), no),
        'LZW in flate': (lambda: _packed(
            flate(lzw_zeros(90 * MEGA)), b'[/FlateDecode /LZWDecode]'), no),
        'a predictor over 70 MB': (lambda: _packed(
            flate(b'\2' + b'\0' * 70 * MEGA), b'/FlateDecode',
            b'/DecodeParms << /Predictor 12 /Columns 70000000 >>'), no),
        'forty streams of 2 MB': (lambda: paged(b'', b'', *(
            stream(flate(b'\0' * 2 * MEGA), b'/Filter /FlateDecode') for _ in range(40))), frozenset({EXPANDS})),
        'an object stream of 100 MB': (lambda: paged(b'', b'', stream(
            flate(b' ' * 100 * MEGA), b'/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode')), no),
        'a picture of 1 gigapixel': (lambda: paged(
            b'', b'/Resources << /XObject << /I 4 0 R >> >>', stream(
                b'', b'/Subtype /Image /Width 32000 /Height 32000 /BitsPerComponent 1 /Filter /CCITTFaxDecode')),
            frozenset({Finding.TOO_MANY_PIXELS})),
        'JBIG2 of 4 gigapixels': (lambda: paged(
            b'', b'/Resources << /XObject << /I 4 0 R >> >>', stream(
                b'\0' * 40, b'/Subtype /Image /Width 65535 /Height 65535 /BitsPerComponent 1 /Filter /JBIG2Decode')),
            frozenset({Finding.TOO_MANY_PIXELS})),
        'JPEG 2000 of 100 megapixels': (lambda: paged(
            b'', b'/Resources << /XObject << /I 4 0 R >> >>', stream(
                b'\0' * 40, b'/Subtype /Image /Width 10000 /Height 10000 /Filter /JPXDecode')),
            frozenset({Finding.TOO_MANY_PIXELS})),
        'a thousand nested lists': (lambda: paged(b'/X ' + b'[' * 1000 + b']' * 1000), no),
        'a hundred thousand nested lists': (lambda: paged(b'/X ' + b'[' * 100_000 + b']' * 100_000), no),
        'ten thousand nested dictionaries': (lambda: paged(b'/X ' + b'<< /X ' * 10_000 + b'>> ' * 10_000), no),
        'a million numbers': (lambda: paged(b'/X [' + b'1 ' * 1_000_000 + b']'), no),
    }


def circling() -> dict[str, Case]:
    """Loops and lies in what holds the file together."""
    no = frozenset({BROKEN, Finding.NO_PAGES, EXPANDS, ACTIVE, Finding.TOO_MANY_PAGES})
    page = b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>'
    good = paged()
    return {
        'pages that hold themselves': (lambda: raw([
            b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [2 0 R] /Count 1 >>']), no),
        'pages in a ring': (lambda: raw([
            b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
            b'<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>']), no),
        'no pages at all': (lambda: raw([b'<< /Type /Catalog >>']), no),
        'pages that are nothing': (lambda: raw([b'<< /Type /Catalog /Pages 9 0 R >>']), no),
        'an empty list of pages': (lambda: raw([
            b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [] /Count 9 >>']), no),
        'one page five hundred times': (lambda: raw([
            b'<< /Type /Catalog /Pages 2 0 R >>',
            b'<< /Type /Pages /Kids [%s] /Count 500 >>' % (b'3 0 R ' * 500), page]), no),
        'no root': (lambda: raw([page], root=7), no),
        'a table that leads to itself': (lambda: good.replace(
            b'/Root 1 0 R', b'/Root 1 0 R /Prev %d' % good.rindex(b'xref\n0')), no),
        'a table behind the end': (lambda: good[:good.rindex(b'startxref')] + b'startxref\n99999999\n%%EOF\n', no),
        'a table at zero': (lambda: good[:good.rindex(b'startxref')] + b'startxref\n0\n%%EOF\n', no),
        'a table with wrong places': (lambda: good.replace(b'00000 n ', b'00007 n '), no),
        'an unknown filter': (lambda: _packed(b'abc', b'/NoSuchDecode'), no),
        'flate that is none': (lambda: _packed(b'not packed', b'/FlateDecode'), no),
        'encryption of an unknown sort': (lambda: paged(trailer=b'/Encrypt << /Filter /Nobody /V 99 >>'), no | {
            Finding.ENCRYPTED}),
        'encryption without its words': (lambda: paged(trailer=b'/Encrypt << /Filter /Standard /V 2 /R 3 >>'), no | {
            Finding.ENCRYPTED}),
    }
