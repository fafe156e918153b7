"""Column mappings: where in a counterparty's file the values stand and how they are written."""
from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from zoneinfo import available_timezones

from registries.matching.words import KNOWN_WORDS, Word

KEYS: Final = ('contract_number', 'lender_deal_id', 'form_guid', 'external_id')
"""Values by which a deal is found, in the order in which they are tried."""
FIELDS: Final = (*KEYS, 'line_id', 'status', 'amount', 'at')
SUMS: Final = ('amount', 'price', 'to_pay')
"""Which sum of the ledger the file's amount is: the loan, the price of the goods, what is paid to the partner."""
TOTALS: Final = ('итого', 'итог', 'всего', 'total', 'строк', 'lines', 'sha-256')
_POSITION: Final = re.compile(r'#([1-9]\d{0,2})')
_MOST = 200


@dataclass(frozen=True, slots=True)
class Mapping:
    """One way to read a file.

    `columns`: field -> titles it may have (any case), or `#3` for the third column. `header_row` 0 looks for the titles
    in the first rows. `skip_rows` rows after the header are passed over; so is every row whose first filled cell is a
    word of `totals`. `statuses`: the file's word -> Word; without a column of status every line is ISSUED (RETURNED
    when its sum is negative). `date_formats` are those of strptime; none means ISO 8601 and dd.mm.yyyy.
    Fields of `optional` may be missing from a file; so may all keys but one. Moments without an offset are meant in
    `zone`, or in the counterparty's.
    """

    columns: dict[str, list[str]]
    unit: str = 'rubles'
    decimal: str = 'any'
    date_formats: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    header_row: int = 0
    skip_rows: int = 0
    totals: list[str] = field(default_factory=lambda: list(TOTALS))
    sum: str = 'amount'
    zone: str = ''
    optional: list[str] = field(default_factory=list)

    @property
    def by_position(self) -> bool:
        """Whether no title is looked for, so that the file needs no header."""
        return all(_POSITION.fullmatch(name) for names in self.columns.values() for name in names)

    def words(self) -> dict[str, str]:
        """Every word of status that is understood, in lower case."""
        return {**KNOWN_WORDS, **{plain(word): to for word, to in self.statuses.items()}}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def plain(title: str) -> str:
    """A title or word as it is compared: lower case, single spaces."""
    return ' '.join(title.replace('\ufeff', '').split()).casefold()


def position(name: str) -> int | None:
    """The index of `#3`, None for a title."""
    found = _POSITION.fullmatch(name)
    return int(found[1]) - 1 if found else None


def mapping_from(data: Dict[str, Any]) -> Mapping:
    """A mapping out of JSON. Raises ValueError with all that is wrong with it."""
    problems = mapping_problems(data)
    if problems:
        raise ValueError('; '.join(problems))
    columns = {name: [titles] if isinstance(titles, str) else list(titles)
               for name, titles in data['columns'].items()}
    return Mapping(**{**data, 'columns': columns})


def mapping_problems(data: Dict[str, Any]) -> list[str]:
    """Why a mapping cannot be used; empty when it can."""
    unknown = sorted(set(data) - set(Mapping.__dataclass_fields__))
    problems = [f'unknown settings: {", ".join(unknown)}'] if unknown else []
    problems += _of_columns(data.get('columns'))
    for name, choices in (('unit', ('rubles', 'kopecks')), ('decimal', ('any', ',', '.')), ('sum', SUMS)):
        if data.get(name, choices[0]) not in choices:
            problems.append(f'{name} is one of {", ".join(choices)}')
    for name in ('header_row', 'skip_rows'):
        value = data.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
            problems.append(f'{name} is a number from 0 to {_MOST}')
    for name in ('date_formats', 'totals'):
        if not _texts(data.get(name, [])):
            problems.append(f'{name} is a list of texts')
    if data.get('zone') and data['zone'] not in available_timezones():
        problems.append('zone is the name of a time zone')
    if not set(data.get('optional', [])) <= set(FIELDS) - {'amount'}:
        problems.append('optional: fields that may be missing')
    return problems + _of_statuses(data.get('statuses', {}))


def _of_columns(columns: Any) -> list[str]:
    if not isinstance(columns, dict) or not columns:
        return ['columns: which column holds what is not told']
    problems = []
    unknown = sorted(set(columns) - set(FIELDS))
    if unknown:
        problems.append(f'columns: unknown {", ".join(map(str, unknown))}')
    problems += [
        f'columns: {name} is a title or a list of titles' for name, titles in columns.items()
        if not (isinstance(titles, str) and titles.strip()) and not (_texts(titles) and titles)]
    if not set(columns) & set(KEYS):
        problems.append(f'columns: one of {", ".join(KEYS)} is needed')
    if 'amount' not in columns:
        problems.append('columns: amount is needed')
    return problems


def _of_statuses(statuses: Any) -> list[str]:
    words = {str(word) for word in Word}
    if isinstance(statuses, dict) and all(isinstance(word, str) and to in words for word, to in statuses.items()):
        return []
    return [f'statuses: each word is one of {", ".join(sorted(words))}']


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MOST and all(
        isinstance(one, str) and 0 < len(one) <= _MOST for one in value)
