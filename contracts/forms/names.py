"""Russian names in the cases that forms ask for: `договор с Ивановым Иваном Ивановичем`. Pure."""
from __future__ import annotations

import logging
import re
from typing import Final

from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

# At DEBUG the library writes the names it declines.
logging.getLogger('pytrovich.maker').setLevel(logging.WARNING)

_MAKER: Final = PetrovichDeclinationMaker()
_CASES: Final = {
    'genitive': Case.GENITIVE, 'dative': Case.DATIVE, 'accusative': Case.ACCUSATIVE,
    'instrumental': Case.INSTRUMENTAL, 'prepositional': Case.PREPOSITIONAL,
}
_WORD: Final = re.compile("[А-ЯЁ][А-Яа-яЁё'’]+(-[А-Яа-яЁё'’]+)*")
_MALE_PATRONYMIC: Final = ('вич', 'ьич', 'тич', 'мич', 'кич', 'нич')
_FEMALE_PATRONYMIC: Final = ('вна', 'чна', 'шна')
_SON, _DAUGHTER = ('оглы', 'оглу', 'улы', 'уулу'), ('кызы', 'гызы', 'кизи')


def decline(last: str, first: str, middle: str, gender: str, case: str) -> str:
    """A full name, family name first, in a case: genitive, dative, accusative, instrumental or prepositional.

    `gender` is `M` or `F`; where it is empty, the middle name tells it, and a name without either stays in the
    nominative. So does every word that is not a Russian name: Latin letters, initials, particles (фон, де, оглы).
    """
    wanted = _CASES[case]
    known = _gender(gender, middle)
    parts = ((NamePart.LASTNAME, last), (NamePart.FIRSTNAME, first), (_middle_part(middle), middle))
    words = [
        word if known is None else _declined(part, known, wanted, word)
        for part, name in parts for word in name.split()]
    return ' '.join(words)


def _gender(gender: str, middle: str) -> Gender | None:
    """The gender as it is stated (`M`, `F`), or as a patronymic shows it; None when nothing tells."""
    if gender:
        return {'M': Gender.MALE, 'F': Gender.FEMALE}.get(gender)
    middle = middle.lower().rstrip()
    if middle.endswith((*_MALE_PATRONYMIC, *_SON)):
        return Gender.MALE
    return Gender.FEMALE if middle.endswith((*_FEMALE_PATRONYMIC, *_DAUGHTER)) else None


def _middle_part(middle: str) -> NamePart:
    """A second given name (Мария Тереза) declines as a first one."""
    is_patronymic = middle.lower().rstrip().endswith(
        (*_MALE_PATRONYMIC, *_FEMALE_PATRONYMIC, *_SON, *_DAUGHTER))
    return NamePart.MIDDLENAME if is_patronymic else NamePart.FIRSTNAME


def _declined(part: NamePart, gender: Gender, case: Case, word: str) -> str:
    if not _WORD.fullmatch(word):
        return word
    if word.isupper():
        return _MAKER.make(part, gender, case, word.title()).upper()
    return _MAKER.make(part, gender, case, word)
