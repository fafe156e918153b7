"""Objects inside the form: Item, Address, RelationPerson, Scan."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired, Required

import typing_extensions
from pydantic import ConfigDict, Field

from applications.questionnaire.formats import (
    BASE64,
    KLADR,
    KOPECKS,
    MIME_TYPE,
    PHONE,
    POSTAL_CODE,
    TEXT,
    word,
)
from applications.questionnaire.marks import Mark, Mode, Row
from applications.vocabulary import ItemCategory, ItemGroup, RelationType, ScanType

# The one of typing cannot be read by pydantic before Python 3.12; Any, since ours are made from tables.
_TYPED_DICT: Any = typing_extensions.TypedDict
MAX_ITEMS = 100
MAX_RELATION_PERSONS = 10
MAX_SCANS = 20
ALL, BNPL, NEVER = Mark.ALL, Mark.BNPL, Mark.NEVER

ITEM: tuple[Row, ...] = (
    Row('group', word(ItemGroup), ALL, 'Код группы товара'),
    Row('category', word(ItemCategory), ALL, 'Код категории товара: категория из этой же группы'),
    Row('description', TEXT, ALL, 'Наименование товара'),
    Row('price', KOPECKS, ALL, 'Цена единицы товара в копейках; количества у товара нет: n штук – это n товаров'),
    Row('vendor_code', TEXT, BNPL, 'Артикул (обязательно для bnpl)'),
    Row('storage_unit', TEXT, BNPL, 'Единица хранения (обязательно для bnpl)'),
    Row('vat', TEXT, NEVER, 'Налог'),
)
ADDRESS: tuple[Row, ...] = (
    Row('region_name', TEXT, ALL, 'Наименование региона без указания типа'),
    Row('region_type', TEXT, ALL, 'Тип региона'),
    Row('region_code', KLADR, ALL, 'Код региона по КЛАДР'),
    Row('area_name', TEXT, NEVER, 'Наименование района без указания типа'),
    Row('area_type', TEXT, NEVER, 'Тип района'),
    Row('area_code', KLADR, NEVER, 'Код района по КЛАДР'),
    Row('city_name', TEXT, NEVER, 'Наименование города без указания типа'),
    Row('city_type', TEXT, NEVER, 'Тип города'),
    Row('city_code', KLADR, NEVER, 'Код города по КЛАДР'),
    Row('settlement_name', TEXT, NEVER, 'Наименование населенного пункта без указания типа'),
    Row('settlement_type', TEXT, NEVER, 'Тип населенного пункта'),
    Row('settlement_code', KLADR, NEVER, 'Код населенного пункта по КЛАДР'),
    Row('street_name', TEXT, ALL, 'Наименование улицы без указания типа'),
    Row('street_type', TEXT, ALL, 'Тип улицы'),
    Row('street_code', KLADR, ALL, 'Код улицы по КЛАДР'),
    Row('house', TEXT, ALL, 'Номер дома'),
    Row('building', TEXT, NEVER, 'Корпус'),
    Row('construction', TEXT, NEVER, 'Строение'),
    Row('flat', TEXT, NEVER, 'Квартира'),
    Row('postal_code', POSTAL_CODE, NEVER, 'Почтовый индекс, 6 цифр'),
)
RELATION_PERSON: tuple[Row, ...] = (
    Row('type', word(RelationType), ALL, 'Тип контактного лица'),
    Row('first_name', TEXT, NEVER, 'Имя контактного лица'),
    Row('middle_name', TEXT, NEVER, 'Отчество контактного лица'),
    Row('last_name', TEXT, NEVER, 'Фамилия контактного лица'),
    Row('mobile_phone', PHONE, ALL, 'Номер мобильного телефона контактного лица'),
)
SCAN: tuple[Row, ...] = (
    Row('type', word(ScanType), ALL, 'Тип отсканированного документа'),
    Row('mime_type', MIME_TYPE, ALL, 'MIME-тип загружаемого файла; image/jpg – то же, что image/jpeg'),
    Row('base64', BASE64, ALL, (
        'Содержимое скана, закодированное с применением алгоритма Base64, не более 8 МиБ после раскодирования; '
        'переносы строк и префикс data:…;base64, допустимы')),
)


def object_type(name: str, rows: Sequence[Row], mode: Mode) -> Any:
    """The type of an object of these rows in one mode: unknown keys are left out, nothing is converted."""
    fields: dict[str, Any] = {}
    for row in rows:
        kind: Any = row.type_in(mode)
        described: Any = Annotated[kind, Field(description=row.description)]
        fields[row.name] = Required[described] if row.is_required(mode) else NotRequired[described]
    made = _TYPED_DICT(name, fields)
    made.__pydantic_config__ = ConfigDict(extra='ignore', strict=True, hide_input_in_errors=True)
    return made


def _list(inner: Any, longest: int) -> Any:
    return Annotated[list[inner], Field(strict=True, min_length=1, max_length=longest)]


ADDRESS_TYPE = object_type('Address', ADDRESS, Mode.UNKNOWN)
SCAN_TYPE = object_type('Scan', SCAN, Mode.UNKNOWN)
ITEM_TYPES: dict[Mode, Any] = {mode: object_type('Item', ITEM, mode) for mode in Mode}
ITEMS: dict[Mode, Any] = {mode: _list(item, MAX_ITEMS) for mode, item in ITEM_TYPES.items()}
RELATION_PERSONS = _list(object_type('RelationPerson', RELATION_PERSON, Mode.UNKNOWN), MAX_RELATION_PERSONS)
SCANS = _list(SCAN_TYPE, MAX_SCANS)
