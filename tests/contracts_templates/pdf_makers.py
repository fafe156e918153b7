"""PDF forms written object by object, with the habits of different programs."""
from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import Any, cast

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

A4 = (595, 842)
CONTENT = b'q 0.85 0.9 1 rg 20 20 100 40 re f Q\nBT ET'


class Maker:
    """A document under construction; `field` adds a widget that is its own field, as most programs write it."""

    def __init__(self, pages: int = 1, size: tuple[float, float] = A4, content: bytes = CONTENT) -> None:
        self.pdf = pikepdf.new()
        for _ in range(pages):
            page = self.pdf.add_blank_page(page_size=size)
            page.obj.Contents = self.pdf.make_indirect(pikepdf.Stream(self.pdf, content))
            page.obj.Annots = Array()
        self.pdf.Root.AcroForm = self.pdf.make_indirect(Dictionary(
            Fields=Array(), DA=String('/Helv 0 Tf 0 g'),
            DR=Dictionary(Font=Dictionary(Helv=Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)))))

    @property
    def form(self) -> Any:
        return self.pdf.Root.AcroForm

    def page(self, number: int = 0) -> Any:
        return self.pdf.pages[number].obj

    def widget(self, box: tuple[float, float, float, float], page: int = 0, **more: Any) -> Any:
        found = self.pdf.make_indirect(Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, Rect=Array(box), F=4, **more))
        self.page(page).Annots.append(found)
        return found

    def field(
        self, name: str, box: tuple[float, float, float, float] = (50, 700, 350, 720), page: int = 0,
        look: str = '/Helv 10 Tf 0 g', kind: str = '/Tx', **more: Any,
    ) -> Any:
        found = self.widget(box, page, FT=Name(kind), T=String(name), DA=String(look), **more)
        self.form.Fields.append(found)
        return found

    def parent(self, name: str, **more: Any) -> Any:
        """A field without a place of its own."""
        found = self.pdf.make_indirect(Dictionary(T=String(name), Kids=Array(), **more))
        self.form.Fields.append(found)
        return found

    def kid(self, parent: Any, box: tuple[float, float, float, float], page: int = 0, **more: Any) -> Any:
        found = self.widget(box, page, Parent=parent, **more)
        parent.Kids.append(found)
        return found

    def done(self, **saving: Any) -> bytes:
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # some of these forms are odd on purpose
            self.pdf.save(out, **saving)
        return out.getvalue()


def one_field(name: str, box: tuple[float, float, float, float] = (50, 700, 350, 720), **more: Any) -> bytes:
    """A form of one page with one field."""
    maker = Maker()
    maker.field(name, box, **more)
    return maker.done()


def changed(content: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """The same document after a change."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        change(document)
        document.save(out)
    return out.getvalue()


def text_of(content: bytes, page: int = 0) -> str:
    """The text of a page as Chromium's viewer extracts it."""
    document = pypdfium2.PdfDocument(content)
    try:
        found: str = document[page].get_textpage().get_text_range()
    finally:
        document.close()
    return ' '.join(found.replace('\u00a0', ' ').replace('\ufffe', '').split())


def picture(content: bytes, page: int = 0, scale: float = 1.0) -> Image.Image:
    """A page as it is seen, in grey."""
    document = pypdfium2.PdfDocument(content)
    try:
        made: Image.Image = document[page].render(scale=scale).to_pil().convert('L')
    finally:
        document.close()
    return made


def text_boxes(content: bytes, page: int = 0) -> list[tuple[float, float, float, float]]:
    """Boxes of the characters of a page in user space."""
    document = pypdfium2.PdfDocument(content)
    try:
        words = document[page].get_textpage()
        return [
            words.get_charbox(index) for index in range(words.count_chars()) if words.get_text_range(index, 1).strip()]
    finally:
        document.close()


def all_within(content: bytes, box: tuple[float, float, float, float]) -> bool:
    """Whether a page has text, all of it within a box in user space."""
    found = text_boxes(content)
    return bool(found) and all(
        char[0] >= box[0] and char[1] >= box[1] and char[2] <= box[2] and char[3] <= box[3] for char in found)


def level(seen: Image.Image, x: int, y: int) -> int:
    """How light a point is, 0 to 255."""
    return cast(int, seen.getpixel((x, y)))


def darkest(seen: Image.Image) -> int:
    """The darkest point, 0 to 255."""
    return cast(int, seen.getextrema()[0])


def ink_box(content: bytes, page: int = 0, scale: float = 2.0) -> tuple[float, float, float, float]:
    """What is darker than grey on a page as it is seen: left, top, right, bottom in points of the viewer."""
    found = picture(content, page, scale).point(lambda level: 255 if level < 110 else 0).getbbox()
    assert found is not None
    return found[0] / scale, found[1] / scale, found[2] / scale, found[3] / scale
