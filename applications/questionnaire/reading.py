"""The door of the questionnaire: a first look to choose the mode, then the whole check."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from pydantic import ValidationError

from applications.questionnaire.absent import drop_blank, without_absent
from applications.questionnaire.first_look import first_look
from applications.questionnaire.forms import VALIDATORS
from applications.questionnaire.marks import LARGE_BNPL_ABOVE_KOPECKS, Mode
from applications.questionnaire.problems import Location, Problems
from applications.questionnaire.rules import CHECKED_TEXTS, RULES, Draft
from applications.questionnaire.scans import ScanIn, decode_scans, take_texts
from applications.refusals import ValidationRefused

_LOOKED_INTO = frozenset({'items', 'relation_persons', 'scans'})


@dataclass(frozen=True, slots=True)
class Profile:
    """What a form is checked against: `pos`/`bnpl` and `ONLINE`/`OFFLINE` of the point (None when it is unknown),
    the partner's redirect hosts (empty: any), today's date where the client is.
    """

    kind: str | None
    channel: str | None
    redirect_hosts: Sequence[str] = ()
    today: date = field(default_factory=date.today)


@dataclass(frozen=True, slots=True)
class Peek:
    """A parsed body before its check; what is not of its type is None here and reported by the check.

    `document` is emptied of the scans' texts by the check.
    """

    partner_guid: str | None
    point_code: str | None
    credit_product_code: str | None
    external_id: str | None
    amount: int | None
    document: dict[str, Any]

    @classmethod
    def read(cls, document: dict[str, Any]) -> Self:
        get = document.get
        return cls(
            partner_guid=_text(get('partner_guid')), point_code=_text(get('point_code')),
            credit_product_code=_text(get('credit_product_code')), external_id=_text(get('external_id')),
            amount=_integer(get('amount')), document=document)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A valid form: known fields under their wire names, absent ones left out, dates as text, phones E.164; its
    scans apart; the mode it was checked in.
    """

    values: dict[str, Any]
    scans: list[ScanIn]
    mode: Mode


Inspect = Callable[[Sequence[ScanIn]], Mapping[str, Sequence[str]]]


def peek(body: bytes) -> Peek:
    """Partner, point, product and amount of a body, to choose a Profile; raises NotAForm."""
    return Peek.read(first_look(body))


def mode_of(profile: Profile, amount: int | None) -> Mode:
    """Which set of required fields holds for a form of this profile and amount (kopecks)."""
    if profile.kind == 'pos' and profile.channel is not None:
        return Mode.POS_OFFLINE if profile.channel == 'OFFLINE' else Mode.POS_ONLINE
    if profile.kind == 'bnpl':
        return Mode.BNPL_LARGE if amount is not None and amount > LARGE_BNPL_ABOVE_KOPECKS else Mode.BNPL
    return Mode.UNKNOWN


def read_form(
    body: bytes | Peek, *, profile: Profile, problems: Mapping[str, Sequence[str]] | None = None,
    inspect: Inspect | None = None,
) -> Questionnaire:
    """The valid form of a body; raises ValidationRefused with all its problems and those the caller brings along.

    `inspect` opens the decoded scans and says what is wrong with them by path. With an unknown kind only the rules
    common to all kinds are checked, and the caller's problems say what is unknown.
    """
    look = body if isinstance(body, Peek) else peek(body)
    found = Problems()
    found.add_all(problems or {})
    mode = mode_of(profile, look.amount)
    texts = take_texts(look.document)
    document = without_absent(look.document)
    values = _valid_values(document, mode, found)
    draft = Draft(values, document.keys(), mode, profile.today.isoformat(), profile.redirect_hosts, found)
    for rule in RULES:
        rule(draft)
    scans = decode_scans(document.get('scans'), texts, found)
    if inspect is not None and scans:
        found.add_all(inspect(scans))
    if found:
        raise ValidationRefused(found.by_path())
    if mode is Mode.UNKNOWN:
        raise ValueError('a form of an unknown kind is refused by its caller: name the unknown partner or point')
    values.pop('scans', None)
    return Questionnaire(values, scans, mode)


def _valid_values(document: dict[str, Any], mode: Mode, problems: Problems) -> dict[str, Any]:
    """All fields, or the valid ones among them with the problems of the others noted."""
    validator = VALIDATORS[mode]
    try:
        return validator.validate_python(document)  # type: ignore[no-any-return]
    except ValidationError as trouble:
        errors = trouble.errors(include_url=False, include_input=False)
    if any(error['type'] == 'string_too_short' for error in errors):
        drop_blank(document)
        try:
            return validator.validate_python(document)  # type: ignore[no-any-return]
        except ValidationError as trouble:
            errors = trouble.errors(include_url=False, include_input=False)
    return _valid_part(document, problems.add_errors(errors))


def _valid_part(document: dict[str, Any], bad: list[Location]) -> dict[str, Any]:
    """The fields without those at the bad places. Objects the rules look into are copied; a bad field in an
    address leaves the address, which no rule looks into.
    """
    part = document.copy()
    for name in _LOOKED_INTO:
        if type(part.get(name)) is list:
            part[name] = [dict(inner) if type(inner) is dict else {} for inner in part[name]]
    for place in bad:
        name = str(place[0])
        if len(place) == 1 or name not in _LOOKED_INTO:
            part.pop(name, None)
        elif len(place) > 2 and name in part:
            part[name][place[1]].pop(place[2], None)
    for name in CHECKED_TEXTS:
        if name in part:
            part[name] = part[name].strip()
    return part


def _text(value: object) -> str | None:
    """A text that may go into a query; one with a NUL is left to the check."""
    return (value.strip() or None) if isinstance(value, str) and '\x00' not in value else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
