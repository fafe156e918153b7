"""Component schemas of the documentation, made from the models that validate and the shapes that answer."""
from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from applications import vocabulary
from applications.questionnaire.forms import FORMS
from applications.questionnaire.marks import ADDRESS_MODES, LARGE_BNPL_ABOVE_KOPECKS, Mode

Schema = dict[str, Any]
REF = '#/components/schemas/{model}'
DICTIONARIES: dict[str, type[TextChoices]] = {
    name: choices for name, choices in vars(vocabulary).items()
    if isinstance(choices, type) and issubclass(choices, TextChoices)}
# The document calls an object ScanStatus, and so do we call the words of its field `status`.
_NAMES = {'ScanStatus': 'ScanStatusWord', 'ScanStatusOf': 'ScanStatus'}
_KINDS = {
    Mode.POS_ONLINE: ('pos, ONLINE', 'Кредит, онлайн-точка.'),
    Mode.POS_OFFLINE: (
        'pos, OFFLINE',
        'Кредит, офлайн-точка: сканы PASSPORT_MAIN, PASSPORT_REGISTRATION и CLIENT_PHOTO обязательны.'),
    Mode.BNPL: ('bnpl до 40 000 ₽', 'Оплата частями, amount не больше 4 000 000 копеек.'),
    Mode.BNPL_LARGE: (
        'bnpl свыше 40 000 ₽', 'Оплата частями, amount больше 4 000 000 копеек: нужны паспорт и адреса.'),
}


def dictionary_components() -> dict[str, Schema]:
    """Each dictionary of the document with the Russian names of its words."""
    return {
        _NAMES.get(name, name): {
            'type': 'string', 'enum': list(choices.values),
            'description': '\n'.join(f'* `{value}` – {label}' for value, label in choices.choices)}
        for name, choices in DICTIONARIES.items()}


def model_components(models: list[tuple[str, type[BaseModel]]]) -> dict[str, Schema]:
    """Schemas of models under the names given, and of everything they are made of."""
    found, definitions = models_json_schema([(model, 'validation') for _name, model in models], ref_template=REF)
    components = dict(definitions.get('$defs', {}))
    for name, model in models:
        key = str(found[model, 'validation']['$ref']).rpartition('/')[2]
        components[name] = {**components.pop(key), 'title': name}
    return {_NAMES.get(name, name): _with_dictionaries(schema) for name, schema in components.items()
            if name not in DICTIONARIES}


def form_components() -> dict[str, Schema]:
    """CreateForm: all fields once, and what each kind requires beyond what all of them do."""
    common = _form_schema(Mode.UNKNOWN)
    components = {name: _with_dictionaries(schema) for name, schema in common.pop('$defs').items()}
    components['CreateForm'] = {
        **_with_dictionaries(common), 'title': 'CreateForm',
        'description': (
            'Анкета. Вид кредита и канал – свойства торговой точки; обязательные поля каждого вида – в anyOf. '
            'null и пустая строка в необязательном поле – то же, что его отсутствие; в обязательном – ошибка. '
            'Неизвестные поля не сохраняются.'),
        'anyOf': [{'$ref': REF.format(model=_kind_name(mode))} for mode in _KINDS]}
    for mode in _KINDS:
        components[_kind_name(mode)] = _kind(mode, common)
    return components


def _kind(mode: Mode, common: Schema) -> Schema:
    title, words = _KINDS[mode]
    schema = _form_schema(mode)
    item, common_item = schema['$defs']['Item'], components_item()
    kind: Schema = {
        'title': title, 'description': words, 'type': 'object', 'properties': {},
        'required': [name for name in schema['required'] if name not in common['required']]}
    extra = [name for name in item['required'] if name not in common_item['required']]
    if extra:
        kind['properties']['items'] = {'items': {'required': extra}}
        kind['description'] += f' В каждом товаре обязательны {", ".join(extra)}.'
    if mode is Mode.BNPL:
        kind['properties']['amount'] = {'maximum': LARGE_BNPL_ABOVE_KOPECKS}
    if mode is Mode.BNPL_LARGE:
        kind['properties']['amount'] = {'minimum': LARGE_BNPL_ABOVE_KOPECKS + 1}
    if mode in ADDRESS_MODES:
        kind['description'] += (
            ' Адрес регистрации и адрес проживания – строкой или объектом; адрес проживания не нужен, если '
            'is_living_in_registration_address = true.')
        kind['allOf'] = [
            {'anyOf': _either('registration_address')},
            {'anyOf': [*_either('residence_address'), {
                'properties': {'is_living_in_registration_address': {'const': True}},
                'required': ['is_living_in_registration_address']}]}]
    return kind


def components_item() -> Schema:
    item: Schema = _form_schema(Mode.UNKNOWN)['$defs']['Item']
    return item


def _either(name: str) -> list[Schema]:
    return [{'required': [f'{name}_string']}, {'required': [name]}]


def _kind_name(mode: Mode) -> str:
    return 'CreateForm' + mode.value.title().replace('_', '')


def _form_schema(mode: Mode) -> Schema:
    return FORMS[mode].json_schema(ref_template=REF)


def _with_dictionaries(value: Any) -> Any:
    """The words of a dictionary give way to a reference to it; titles made of field names say nothing."""
    if isinstance(value, list):
        return [_with_dictionaries(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    title = value.get('title')
    if 'enum' in value and title in DICTIONARIES:
        described = {'description': value['description']} if 'description' in value else {}
        return {'$ref': REF.format(model=_NAMES.get(title, title)), **described}
    if '$ref' in value:
        model = str(value['$ref']).rpartition('/')[2]
        return {**value, '$ref': REF.format(model=_NAMES.get(model, model))}
    return {name: _with_dictionaries(inner) for name, inner in value.items()
            if name != 'title' or not isinstance(inner, str)}
