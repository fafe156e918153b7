"""What is wrong with a file, in words: where to look and what to mend."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registries.matching.told import Problem

_TEXTS: Final[dict[str, str | Promise]] = {
    'empty': _('the file is empty'),
    'old_excel': _('a workbook of Excel 97–2003: save it as XLSX or CSV'),
    'binary': _('this is neither CSV nor XLSX'),
    'encoding': _('the text is neither in UTF-8 nor in windows-1251'),
    'quotes': _('quotes are not closed or stand in the wrong place'),
    'columns': _('too many columns'),
    'spreadsheet': _('the XLSX is damaged or locked by a password'),
    'bomb': _('unpacked the file is too large'),
    'too_large': _('the file is too large to be read'),
    'too_many': _('more than 1,000,000 lines'),
    'no_header': _('columns are not found, or stand there twice'),
    'no_mapping': _('which column mapping to read it by is not told, or there is none of this name'),
    'no_dates': _('the dates of the period are neither given nor told by the file'),
    'no_key': _('nothing names the deal'),
    'amount': _('not a sum with at most two decimals'),
    'at': _('not a date of this format'),
    'status': _('a word of status that the mapping does not have'),
    'too_long': _('the text is too long'),
}


def problem_text(problem: Problem) -> str:
    """One problem in the language in force: place, then what is wrong."""
    place = []
    if problem.sheet:
        place.append(gettext('sheet “%(name)s”') % {'name': problem.sheet})
    if problem.row:
        place.append(gettext('row %(number)d') % {'number': problem.row})
    if problem.column:
        place.append(gettext('column “%(name)s”') % {'name': problem.column})
    what = str(_TEXTS[problem.code])
    return f'{", ".join(place)}: {what}' if place else what


def problem_texts(problems: Iterable[Problem | dict[str, object]]) -> list[str]:
    """The same for those of a report."""
    return [problem_text(one if isinstance(one, Problem) else Problem(**one)) for one in problems]  # type: ignore[arg-type]


def column_problem_text(code: str, column: str) -> str:
    """A problem of one cell of a preview."""
    return problem_text(Problem(code, column=column))
