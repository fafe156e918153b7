"""The Russian of the workstation's theme: django-unfold ships no translations, and some of Django's break on gender.

The catalogue lies beside ours and, like it, stands above those of the packages: a text of Django in it is replaced.
"""
from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import unfold
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from denimhub.conf.environment import ROOT

CATALOGUE = ROOT / 'locale' / 'unfold' / 'ru' / 'LC_MESSAGES' / 'django.po'
COMPILED = CATALOGUE.with_suffix('.mo')
THEME = Path(unfold.__file__).parent
# Parts of the theme for packages that are not installed here.
NOT_USED = {'constance', 'guardian', 'import_export', 'location_field', 'simple_history'}
KEYWORDS = {'_': None, 'gettext': None, 'gettext_lazy': None, 'ngettext': (1, 2), 'ngettext_lazy': (1, 2)}
Text = str | tuple[str, ...]


def texts_of_theme() -> Iterator[Text]:
    """Every text that the installed theme marks for translation, in its code and its templates."""
    for path in sorted(THEME.rglob('*')):
        if path.suffix in {'.py', '.html'} and not NOT_USED & set(path.relative_to(THEME).parts):
            source, method = path.read_text(encoding='utf-8'), 'python'
            if path.suffix == '.html':
                # What Django's makemessages makes of a template: calls of gettext among filler, not quite Python.
                source, method = templatize(source, origin=str(path)), 'javascript'
            for _line, text, _comments, _context in extract(method, io.BytesIO(source.encode()), keywords=KEYWORDS):
                yield text


def read_theme_catalogue() -> Catalog:
    """Our translations of the theme."""
    with CATALOGUE.open('rb') as file:
        return read_po(file, locale='ru')
