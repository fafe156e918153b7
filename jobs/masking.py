"""Error texts fit to be kept beside a job and in logs: what happened and where, nothing about a person."""

import re
import traceback
from typing import Final

_LONGEST: Final = 300
_GUID: Final = r'[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
_SECRET: Final = re.compile(
    rf'(?P<guid>{_GUID})'
    r"|'[^']*'|\"[^\"]*\"|«[^»]*»"          # quoted values
    r'|\S+@\S+'                             # e-mails
    r'|[+(]?\d[\d\s()./-]{2,}\d|\d{4,}'     # phones, passports, dates, codes
    r'|[А-Яа-яЁё]+'                         # names and addresses: our own messages to ops are English
    r'|[A-Za-z0-9+/=_-]{40,}'               # keys, tokens, base64
)


def masked(text: str) -> str:
    """The first line of a text without numbers of four digits and more, quotations, e-mails and Cyrillic words."""
    line = text.strip().partition('\n')[0]
    return _SECRET.sub(lambda found: found['guid'] or '***', line)[:_LONGEST]


def describe(error: BaseException) -> str:
    """Class and masked text of an error, with the place where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f' at {_place(frames[-1])}' if frames else ''
    text = masked(str(error))
    return f'{type(error).__name__}: {text}{place}' if text else f'{type(error).__name__}{place}'


def trail(error: BaseException) -> list[str]:
    """Where an error passed, innermost last, as file:line function: a traceback without any values."""
    return [_place(frame) for frame in traceback.extract_tb(error.__traceback__)[-12:]]


def _place(frame: traceback.FrameSummary) -> str:
    return f'{"/".join(frame.filename.split("/")[-2:])}:{frame.lineno} {frame.name}'
