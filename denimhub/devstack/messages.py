"""`make messages`: texts out of the code into the Russian catalogue, and the catalogue into the form Django reads.

GNU gettext is not needed: Babel does both.
"""
from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from denimhub.conf.environment import ROOT
from denimhub.devstack import messages_theme

CATALOGUE = ROOT / 'locale' / 'ru' / 'LC_MESSAGES' / 'django.po'
COMPILED = CATALOGUE.with_suffix('.mo')
PACKAGES = (
    'vault', 'jobs', 'partners', 'applications', 'lenders', 'offers', 'contracts', 'scans', 'registries', 'denimhub')
KEYWORDS = {'_': None, 'gettext': None, 'gettext_lazy': None, 'ngettext': (1, 2), 'ngettext_lazy': (1, 2),
            'gettext_noop': None, 'russian': None}


def texts_in_code() -> Iterator[str | tuple[str, ...]]:
    """Every text marked for translation in our packages, each as often as it stands there."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob('*.py')):
            if 'migrations' not in path.parts:
                for _line, text, _comments, _context in extract_from_file('python', str(path), keywords=KEYWORDS):
                    yield text


def read_catalogue(path: Path = CATALOGUE) -> Catalog:
    """The Russian catalogue as it is kept."""
    with path.open('rb') as file:
        return read_po(file, locale='ru')


def brought_up_to_date(known: Catalog) -> Catalog:
    """The catalogue with exactly the texts of the code, those without a translation left empty."""
    fresh = Catalog(locale='ru', project='DenimHub', version='1', charset='utf-8', fuzzy=False)
    for text in texts_in_code():
        message = known.get(text[0] if isinstance(text, tuple) else text)
        fresh.add(text, message.string if message else '')
    return fresh


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts that a Russian reader would see in English."""
    return sorted(str(message.id) for message in catalogue if message.id and not all(
        message.string if isinstance(message.string, tuple) else (message.string,)))


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue in the binary form of GNU gettext."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _theme() -> list[str]:
    """Compile the catalogue of the theme, which is kept by hand; returns what it lacks."""
    kept = messages_theme.read_theme_catalogue()
    messages_theme.COMPILED.write_bytes(compiled(kept))
    return untranslated(kept)


def main() -> int:
    """Rewrite the files; the exit status is 1 when translations are missing."""
    catalogue = brought_up_to_date(read_catalogue())
    with CATALOGUE.open('wb') as file:
        write_po(file, catalogue, sort_output=True, no_location=True, width=110)
    COMPILED.write_bytes(compiled(read_catalogue()))
    missing = untranslated(catalogue) + _theme()
    for text in missing:
        sys.stdout.write(f'no translation: {text}\n')
    return 1 if missing else 0


if __name__ == '__main__':
    sys.exit(main())
