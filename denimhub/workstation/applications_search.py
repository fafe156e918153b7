"""The search of applications: one field, whole values, each found by an index.

What the text looks like decides which indexes are asked. Names, phones and passports lie in the database as blind
indexes only, so a part of a value finds nothing.
"""
from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from applications.models import Application
from applications.questionnaire.phones import mobile_phone
from applications.services import name_key
from vault.blind import blind_indexes

MAY_BE_TYPED: Final = (
    'guid анкеты', 'внешний номер партнёра', 'номер договора', 'телефон в любой записи',
    'серия и номер паспорта', 'фамилия или фамилия и имя')
"""Each whole: a part of a value finds nothing."""
LONGEST: Final = 1024
_GUID: Final = re.compile(r'(?:urn:uuid:)?\{?([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})\}?', re.IGNORECASE)
_PHONE: Final = re.compile(r'[+()0-9\s.\u2010-\u2015\u2212-]{10,40}')
_PASSPORT: Final = re.compile(r'[0-9]{2}\s?[0-9]{2}(?:\s|№|N|-)*[0-9]{3}\s?[0-9]{3}')
_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’ʼ.-])*")
_MOST_WORDS: Final = 6
_EXTERNAL_ID: Final = """
    SELECT id FROM applications_application
     WHERE partner_id = ANY(ARRAY(SELECT id FROM partners_partner)) AND external_id = %s"""
_NUMBER: Final = 'SELECT application_id FROM contracts_contract WHERE number = %s'
_UNSAFE: Final = re.compile('[\x00\ud800-\udfff]')


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text may mean; what it cannot mean is empty. `text` may be an external id or the number of a contract."""

    text: str
    guid: uuid.UUID | None = None
    phone: str | None = None
    passport: str | None = None
    last_name: str | None = None
    full_names: tuple[str, ...] = ()


def read_search(typed: str) -> Wanted | None:
    """What the text may mean; None for an empty one and for one that no value can equal."""
    text = ' '.join(typed.split())
    if not text or len(text) > LONGEST or _UNSAFE.search(text):
        return None
    guid, digits = _GUID.fullmatch(text), re.sub('[^0-9]', '', text)
    is_name = _NAME.fullmatch(text) is not None
    return Wanted(
        text=typed.strip(),
        guid=uuid.UUID(guid[1]) if guid else None,
        phone=mobile_phone(text) if _PHONE.fullmatch(text) else None,
        passport=digits if _PASSPORT.fullmatch(text) else None,
        last_name=name_key(text) if is_name else None,
        full_names=_full_names(name_key(text).split(' ')) if is_name else ())


def _full_names(words: list[str]) -> tuple[str, ...]:
    """Last and first name in this order, with or without a patronymic behind them; two words in the other order too."""
    if not 2 <= len(words) <= _MOST_WORDS:
        return ()
    ahead = [' '.join(words[:count]) for count in range(2, len(words) + 1)]
    swapped = [f'{words[1]} {words[0]}'] if len(words) == 2 else []
    return tuple(dict.fromkeys([*ahead, *swapped]))


def find(rows: models.QuerySet[Application], typed: str) -> models.QuerySet[Application]:
    """The rows a person may mean by this text; none for a text that means nothing, all for an empty one."""
    if not typed.strip():
        return rows
    wanted = read_search(typed)
    if wanted is None:
        return rows.none()
    if wanted.last_name is None or wanted.full_names:
        return rows.filter(_meant(wanted))
    # A frequent name has tens of thousands of forms: its index gives them newest first, if the condition stands alone.
    named = Q(last_name_index__in=blind_indexes(wanted.last_name, 'name'))
    by_text = list(Application.objects.filter(_meant(Wanted(text=wanted.text))).values_list('pk', flat=True))
    return rows.filter(named | Q(pk__in=by_text) if by_text else named)


def _meant(wanted: Wanted) -> RawSQL:
    """One look-up for each thing the text may mean; whatever they find is looked up by id, whichever filters follow.

    External ids are asked of the one index (partner, external id) for every partner.
    """
    sql = [_EXTERNAL_ID, _NUMBER]
    values: list[Any] = [wanted.text, wanted.text]
    blind = {
        'phone_index': _indexes('phone', wanted.phone), 'passport_index': _indexes('passport', wanted.passport),
        'last_name_index': _indexes('name', wanted.last_name), 'full_name_index': _indexes('name', *wanted.full_names)}
    if wanted.guid is not None:
        sql.append('SELECT id FROM applications_application WHERE guid = %s')
        values.append(wanted.guid)
    for column, indexes in blind.items():
        if indexes:
            sql.append(f'SELECT id FROM applications_application WHERE {column} = ANY(%s)')  # noqa: S608 - our columns
            values.append(indexes)
    return RawSQL(  # noqa: S611 - constants
        f'"applications_application"."id" = ANY(ARRAY({" UNION ALL ".join(sql)}))', values,
        output_field=models.BooleanField())


def _indexes(purpose: str, *texts: str | None) -> list[bytes]:
    return [index for text in texts if text for index in blind_indexes(text, purpose)]
