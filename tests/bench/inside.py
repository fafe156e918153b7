"""Timings inside one process: validation and sealing. Medians, in microseconds."""
from __future__ import annotations

import json
import statistics
import sys
import timeit
from collections.abc import Callable
from contextlib import suppress

from django.utils import translation

from applications.questionnaire import Peek, Profile, first_look, peek, read_form
from applications.refusals import ValidationRefused
from tests.bench.form import encoded, full_form, with_five_errors
from vault.sealing import seal

REPEATS = 25


def main() -> None:
    """Prints one line of JSON."""
    form = full_form('5f0c1d8e-6a52-4c0b-9d53-0a4f3b7e2c11', 'P-1', 'POS-CREDIT')
    body, wrong = encoded(form), encoded(with_five_errors(form))
    profile = Profile('pos', 'ONLINE')
    with translation.override('ru'):
        sys.stdout.write(json.dumps({
            'body_bytes': len(body),
            'parsing_us': _microseconds(lambda: peek(body)),
            'valid_us': _validation(body, profile),
            'five_errors_us': _validation(wrong, profile),
            'errors_reported': _errors(wrong, profile),
            'sealing_us': _microseconds(lambda: seal(body, table='t', column='c', row='r')),
        }))


def _validation(body: bytes, profile: Profile) -> float:
    """From the parsed body to the checked form, or to the messages of all its errors."""
    look = Peek.read(first_look(body))

    def check() -> None:
        with suppress(ValidationRefused):
            read_form(look, profile=profile)

    return _microseconds(check)


def _errors(body: bytes, profile: Profile) -> int:
    try:
        read_form(body, profile=profile)
    except ValidationRefused as refused:
        return len(refused.data)
    return 0


def _microseconds(work: Callable[[], object], number: int = 200) -> float:
    work()
    return statistics.median(timeit.repeat(work, number=number, repeat=REPEATS)) / number * 1e6
