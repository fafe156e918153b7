"""Pre-processing: from our form to the shape one lender wants. Pure functions: the same form gives the same bytes."""
from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import iuliia
from pydantic import BaseModel, ConfigDict

from lenders.contract import FormFile, LenderForm

NO_MIDDLE_NAMES: Final = frozenset({'', '-', 'нет'})


class FormStyle(BaseModel):
    """How one lender wants the form; `settings.form` of its row.

    `words` maps a dictionary field to the lender's own words; a value that is missing there is an error, never a guess.
    """

    model_config = ConfigDict(strict=True, extra='forbid', frozen=True)

    names: Literal['as_is', 'upper'] = 'as_is'
    latin_names: bool = False
    phones: Literal['e164', 'eleven_digits', 'ten_digits'] = 'e164'
    addresses: Literal['parts', 'line'] = 'parts'
    absent_middle_name: Literal['omit', 'empty', 'dash'] = 'omit'
    passport: Literal['parts', 'line'] = 'parts'
    words: dict[str, dict[str, str]] = {}


class Unmappable(ValueError):
    """The form holds a value for which this lender has no word."""


NAME_FIELDS: Final = (
    'last_name', 'first_name', 'middle_name', 'previous_last_name', 'previous_first_name', 'previous_middle_name')
PHONE_FIELDS: Final = frozenset({'mobile_phone', 'home_phone', 'registration_phone', 'work_phone'})
PASSPORT_FIELDS: Final = {
    'passport_series': 'series', 'passport_number': 'number', 'passport_division_code': 'division_code',
    'passport_issue_date': 'issue_date', 'passport_issued_by': 'issued_by'}
ADDRESSES: Final = ('registration_address', 'residence_address', 'employer_address')
TOP_FIELDS: Final = frozenset({
    'partner_guid', 'point_code', 'external_id', 'credit_product_code', 'amount', 'initial_payment', 'term_value',
    'success_payment_redirect_url', 'failed_payment_redirect_url', 'life_insurance', 'work_insurance', 'scans', 'items',
    'relation_persons', 'first_name_translit', 'last_name_translit', 'is_living_in_registration_address'})


def form_body(form: LenderForm, style: FormStyle) -> dict[str, Any]:
    """The body of submit for this lender."""
    values = form.values
    body: dict[str, Any] = {
        'kind': form.kind, 'channel': form.channel, 'amount': form.amount, 'initial_payment': form.initial_payment,
        'loan_amount': form.loan_amount, 'life_insurance': bool(values.get('life_insurance')),
        'work_insurance': bool(values.get('work_insurance')),
        'partner': form.partner_name, 'point': form.point_code, 'product': form.product_code,
        'success_url': form.success_url, 'failed_url': form.failed_url,
        'client': client(values, style), 'details': details(values, style),
        'contacts': [contact(person, style) for person in values.get('relation_persons') or ()],
        'items': [item(entry, style) for entry in values.get('items') or ()],
    }
    if form.term_value is not None:
        body['term_value'] = form.term_value
    if form.files:
        body['files'] = files(form.files)
    return body


def client(values: Mapping[str, Any], style: FormStyle) -> dict[str, Any]:
    """Who the client is: names, birth, phone, passport, addresses."""
    made: dict[str, Any] = names(values, style)
    for field, wire in (('birth_date', 'birth_date'), ('birth_place', 'birth_place'), ('email', 'email')):
        _put(made, wire, values.get(field))
    if values.get('gender') is not None:
        made['gender'] = word('gender', str(values['gender']), style)
    _put(made, 'phone', phone(values.get('mobile_phone'), style))
    _put(made, 'passport', passport(values, style))
    for field in ADDRESSES:
        _put(made, field, address(values.get(field), values.get(f'{field}_string'), style))
    if values.get('is_living_in_registration_address') and 'residence_address' not in made:
        _put(made, 'residence_address', made.get('registration_address'))
    return made


def names(values: Mapping[str, Any], style: FormStyle) -> dict[str, Any]:
    """Names as the lender writes them; a client without a middle name is told in the lender's way."""
    made: dict[str, Any] = {}
    for field in NAME_FIELDS:
        text = str(values.get(field) or '').strip()
        if field == 'middle_name' and text.lower() in NO_MIDDLE_NAMES:
            if style.absent_middle_name != 'omit':
                made[field] = '-' if style.absent_middle_name == 'dash' else ''
        elif text:
            made[field] = text.upper() if style.names == 'upper' else text
    if style.latin_names:
        for field in ('last_name', 'first_name'):
            own = str(values.get(f'{field}_translit') or '').strip()
            _put(made, f'{field}_latin', own.upper() or latin(str(values.get(field) or '')))
    return made


def latin(text: str) -> str:
    """A name in Latin capitals by ICAO 9303, as in a travel passport."""
    translated: str = iuliia.ICAO_DOC_9303.translate(text.strip())
    return translated.upper()


def phone(value: Any, style: FormStyle) -> str:
    """A phone out of E.164 in the lender's notation; a foreign number stays as it is."""
    text = str(value or '')
    if style.phones == 'e164' or not (text.startswith('+7') and len(text) == 12):
        return text
    return text[2:] if style.phones == 'ten_digits' else text[1:]


def passport(values: Mapping[str, Any], style: FormStyle) -> dict[str, Any] | None:
    """The passport, by parts or with series and number in one line."""
    made = {wire: values[field] for field, wire in PASSPORT_FIELDS.items() if values.get(field)}
    if style.passport == 'line' and 'series' in made and 'number' in made:
        made['number'] = f'{made.pop("series")} {made["number"]}'
    return made or None


def address(parts: Any, line: Any, style: FormStyle) -> dict[str, Any] | None:
    """An address by parts, or in one line; a line cannot be split with certainty and is sent as it came."""
    if isinstance(parts, Mapping) and parts:
        if style.addresses == 'parts':
            return {name: value for name, value in parts.items() if value not in (None, '')}
        return {'line': address_line(parts)}
    return {'line': str(line)} if line else None


def address_line(parts: Mapping[str, Any]) -> str:
    """The parts in the order of a Russian envelope."""
    pieces = [str(parts.get('postal_code') or '')]
    for level in ('region', 'area', 'city', 'settlement', 'street'):
        name = str(parts.get(f'{level}_name') or '')
        if name:
            pieces.append(f'{parts.get(f"{level}_type") or ""} {name}'.strip())
    for field, short in (('house', 'д.'), ('building', 'корп.'), ('construction', 'стр.'), ('flat', 'кв.')):
        if parts.get(field):
            pieces.append(f'{short} {parts[field]}')
    return ', '.join(piece for piece in pieces if piece)


def details(values: Mapping[str, Any], style: FormStyle) -> dict[str, Any]:
    """All the rest of the form, under the names of the partner API, in the lender's words and notation."""
    taken = TOP_FIELDS | set(NAME_FIELDS) | set(PASSPORT_FIELDS) | set(ADDRESSES) | {
        'birth_date', 'birth_place', 'email', 'gender', 'mobile_phone', *(f'{field}_string' for field in ADDRESSES)}
    made: dict[str, Any] = {}
    for field in sorted(values):
        value = values[field]
        if field in taken or value in (None, '', [], {}):
            continue
        if field in PHONE_FIELDS:
            value = phone(value, style)
        elif isinstance(value, str):
            value = word(field, value, style)
        made[field] = value
    return made


def contact(person: Mapping[str, Any], style: FormStyle) -> dict[str, Any]:
    """A contact person."""
    made: dict[str, Any] = {'type': word('relation_type', str(person.get('type') or ''), style)}
    for field in ('last_name', 'first_name', 'middle_name'):
        text = str(person.get(field) or '').strip()
        _put(made, field, text.upper() if style.names == 'upper' else text)
    _put(made, 'phone', phone(person.get('mobile_phone'), style))
    return made


def item(entry: Mapping[str, Any], style: FormStyle) -> dict[str, Any]:
    """A piece of the goods; the price stays in kopecks."""
    made = {name: value for name, value in entry.items() if value not in (None, '')}
    for field in ('group', 'category'):
        if isinstance(made.get(field), str):
            made[field] = word(field, made[field], style)
    return made


def files(sent: Sequence[FormFile]) -> list[dict[str, Any]]:
    """Scans with their bytes in base64; the number of a page only where a scan has several files."""
    return [{
        'type': file.type, 'version': file.version, 'from_form': file.from_form, 'content_type': file.content_type,
        **({'page': file.page, 'pages': file.pages} if file.pages > 1 else {}),
        'content': base64.b64encode(file.content).decode()} for file in sent]


def word(field: str, value: str, style: FormStyle) -> str:
    """A dictionary value in the lender's words; fields without a table go as they are."""
    table = style.words.get(field)
    if table is None:
        return value
    try:
        return table[value]
    except KeyError:
        raise Unmappable(f'no word of the lender for a value of {field}') from None


def _put(made: dict[str, Any], name: str, value: Any) -> None:
    if value not in (None, ''):
        made[name] = value
