"""Rules between fields. Each runs over whatever fields are valid and also writes normal values back."""
from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications.questionnaire.documents import is_inn, is_snils
from applications.questionnaire.marks import ADDRESS_MODES, Mode
from applications.questionnaire.phones import any_phone, mobile_phone
from applications.questionnaire.problems import Location, Problems, path_of
from applications.questionnaire.redirects import redirect_problem
from applications.vocabulary import CATEGORIES_BY_GROUP, SCANS_OF_OFFLINE_POS

ADULT_YEARS = 18
NO_MIDDLE_NAME = frozenset({'-', 'нет'})
_GROUP_OF = {category.value: group.value for group, several in CATEGORIES_BY_GROUP.items() for category in several}
_OTHER_PHONES = ('home_phone', 'registration_phone', 'work_phone')
_PASSPORT_DATES = ('passport_issue_date', 'international_passport_issue_date')
_REDIRECTS = ('success_payment_redirect_url', 'failed_payment_redirect_url')
CHECKED_TEXTS = (
    'mobile_phone', *_OTHER_PHONES, 'birth_date', *_PASSPORT_DATES, *_REDIRECTS, 'inn', 'snils', 'passport_series',
    'passport_division_code', 'middle_name', 'gender',
)
"""Texts of the form itself that rules look at."""


@dataclass(slots=True)
class Draft:
    """A form in the making: its valid fields, names of all fields sent, valid or not, and what it is checked by."""

    values: dict[str, Any]
    sent: Collection[str]
    mode: Mode
    today: str
    redirect_hosts: Sequence[str]
    problems: Problems


def check_goods(draft: Draft) -> None:
    """A category belongs to its group; 0 ≤ initial_payment < amount ≤ the sum of item prices."""
    total: int | None = 0
    for index, item in enumerate(draft.values.get('items', ())):
        group, category, price = item.get('group'), item.get('category'), item.get('price')
        if group and category and _GROUP_OF[category] != group:
            draft.problems.add(
                path_of(('items', index, 'category')),
                _('Take a category of the group %(group)s') % {'group': group})
        total = None if total is None or price is None else total + price
    amount, first = draft.values.get('amount'), draft.values.get('initial_payment', 0)
    if amount is None:
        return
    if amount <= first:
        path = 'initial_payment' if first else 'amount'
        draft.problems.add(path, _('initial_payment must be less than amount'))
    if total is not None and 'items' in draft.values and amount > total:
        draft.problems.add(
            'amount', _('amount must not exceed the sum of item prices, %(total)s kopecks') % {'total': total})


def check_dates(draft: Draft) -> None:
    """The client is an adult; passports are given after birth and not in the future."""
    values, today = draft.values, draft.today
    birth = values.get('birth_date')
    if birth is not None and f'{int(birth[:4]) + ADULT_YEARS}{birth[4:]}' > today:
        draft.problems.add('birth_date', _('The client must be at least 18 years old'))
    for name in _PASSPORT_DATES:
        given = values.get(name)
        if given is None:
            continue
        if given > today:
            draft.problems.add(name, _('The date must not be in the future'))
        elif birth is not None and given <= birth:
            draft.problems.add(name, _('The date must be after the date of birth'))


def check_phones(draft: Draft) -> None:
    """Mobile phones are Russian mobiles, the others any Russian number; all become E.164."""
    values = draft.values
    if 'mobile_phone' in values:
        _check_mobile(values, ('mobile_phone',), draft.problems)
    for index, person in enumerate(values.get('relation_persons', ())):
        if 'mobile_phone' in person:
            _check_mobile(person, ('relation_persons', index, 'mobile_phone'), draft.problems)
    for name in _OTHER_PHONES:
        if name not in values:
            continue
        found = any_phone(values[name])
        if found is None:
            draft.problems.add(name, _('Send a Russian phone number like +7 495 123-45-67'))
            continue
        values[name], extension = found
        if extension and name == 'work_phone':
            values.setdefault('additional_work_phone', extension)


def _check_mobile(holder: dict[str, Any], place: Location, problems: Problems) -> None:
    number = mobile_phone(holder['mobile_phone'])
    if number is None:
        problems.add(path_of(place), _('Send a Russian mobile phone number like +7 912 345-67-89'))
    else:
        holder['mobile_phone'] = number


def check_documents(draft: Draft) -> None:
    """Checksums of INN and SNILS; the passport in its plain notation."""
    values = draft.values
    if 'inn' in values and not is_inn(values['inn']):
        draft.problems.add('inn', _('The check digits do not fit: correct the INN'))
    if 'snils' in values:
        values['snils'] = digits = _only_digits(values['snils'])
        if not is_snils(digits):
            draft.problems.add('snils', _('The check digits do not fit: correct the SNILS'))
    if 'passport_series' in values:
        values['passport_series'] = _only_digits(values['passport_series'])
    if 'passport_division_code' in values:
        digits = _only_digits(values['passport_division_code'])
        values['passport_division_code'] = f'{digits[:3]}-{digits[3:]}'


def _only_digits(text: str) -> str:
    """Of a number whose pattern allows nothing else but blanks and dashes."""
    return text.replace(' ', '').replace('-', '')


def check_person(draft: Draft) -> None:
    """`-` or `нет` in middle_name means that the client has none; the Cyrillic М of gender is M."""
    values = draft.values
    if values.get('middle_name', '').lower() in NO_MIDDLE_NAME:
        del values['middle_name']
    if 'gender' in values and values['gender'] != 'F':
        values['gender'] = 'M'


def check_addresses(draft: Draft) -> None:
    """Each address is sent as a line or as an object; who lives where registered needs no residence address."""
    if draft.mode not in ADDRESS_MODES:
        return
    names = ['registration_address']
    lives_there = 'is_living_in_registration_address'
    if draft.values.get(lives_there) is not True and lives_there not in draft.problems:
        names.append('residence_address')
    for name in names:
        if name not in draft.sent and f'{name}_string' not in draft.sent:
            draft.problems.add(
                f'{name}_string', _('Required field: send %(name)s_string or %(name)s') % {'name': name})


def check_redirects(draft: Draft) -> None:
    """https, no user info, on the partner's host list when it has one."""
    for name in _REDIRECTS:
        if name in draft.values:
            problem = redirect_problem(draft.values[name], draft.redirect_hosts)
            if problem is not None:
                draft.problems.add(name, problem)


def check_scans(draft: Draft) -> None:
    """An OFFLINE pos form brings both pages of the passport and the client's photo."""
    if draft.mode != Mode.POS_OFFLINE or 'scans' not in draft.values:
        return
    brought = {scan.get('type') for scan in draft.values['scans']}
    wanted = [scan_type.value for scan_type in SCANS_OF_OFFLINE_POS if scan_type.value not in brought]
    if wanted:
        draft.problems.add('scans', _('Add the missing scans: %(types)s') % {'types': ', '.join(wanted)})


RULES: tuple[Callable[[Draft], None], ...] = (
    check_goods, check_dates, check_phones, check_documents, check_person, check_addresses, check_redirects,
    check_scans,
)
