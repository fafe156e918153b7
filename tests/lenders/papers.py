"""Printed forms as lenders send them, good and bad, and how the protocol announces them."""
from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import pikepdf
from reportlab.pdfgen.canvas import Canvas


def a_pdf(text: str = 'form', pages: int = 1) -> bytes:
    """A small sound PDF."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for _ in range(pages):
        canvas.drawString(100, 700, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def with_action(action: dict[str, Any], *, on: str = 'link') -> bytes:
    """A PDF with an action: behind a link on its page, or at its opening."""
    with pikepdf.open(io.BytesIO(a_pdf())) as document:
        made = pikepdf.Dictionary({
            key: pikepdf.Name(value) if key in ('/S', '/N') else value for key, value in action.items()})
        if on == 'opening':
            document.Root.OpenAction = document.make_indirect(made)
        else:
            link = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 100, 20], A=made)
            document.pages[0].Annots = pikepdf.Array([document.make_indirect(link)])
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def signed_pdf() -> bytes:
    """A PDF with a field that holds a digital signature, and bookmarks."""
    with pikepdf.open(io.BytesIO(a_pdf())) as document:
        signature = document.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, Filter=pikepdf.Name('/Adobe.PPKLite'),
            SubFilter=pikepdf.Name('/ETSI.CAdES.detached'), ByteRange=[0, 10, 20, 30],
            Contents=pikepdf.String(b'\x30\x82' * 100), Name='АО «Банк»'))
        field = document.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T='signature', V=signature,
            Rect=[0, 0, 0, 0], F=132, P=document.pages[0].obj))
        document.pages[0].Annots = pikepdf.Array([field])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)
        document.Root.Perms = pikepdf.Dictionary(DocMDP=signature)
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem('Раздел 1', 0))
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF that opens without a password and is encrypted all the same."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner='owner', user=''))
    return out.getvalue()


def with_attachment() -> bytes:
    """A PDF that carries another file."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as document:
        document.attachments['data.xml'] = b'<data/>'
        document.save(out)
    return out.getvalue()


def announced(content: bytes, /, **changes: Any) -> dict[str, Any]:
    """What the protocol says of a form: its bytes in Base64, unless the changes say how else they come."""
    told = {
        'kind': 'contract', 'name': 'Договор.pdf', 'content_type': 'application/pdf', 'size_bytes': len(content),
        'sha256': hashlib.sha256(content).hexdigest(), **changes}
    if not {'url', 'document_id', 'content'} & set(told):
        told['content'] = base64.b64encode(content).decode()
    return told
