"""OpenAPI 3.1 of the partner API: operations, envelopes, examples."""
from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.utils.translation import override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from applications import refusals
from applications.refusals import Refusal
from denimhub.dp import errors, examples
from denimhub.dp.call import Method
from denimhub.dp.openapi_shapes import REF, Schema, dictionary_components, form_components, model_components

TAG = 'dp'
_JSON = 'application/json'
_REFUSALS: dict[int, type[Refusal]] = {
    kind.code: kind for kind in vars(refusals).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal}
_FAULTS: dict[str, type[errors.Fault]] = {
    '400': errors.BadBody, '404': errors.UnknownMethod, '405': errors.WrongVerb, '413': errors.TooLong,
    '415': errors.WrongMediaType, '416': errors.UnsatisfiableRange, '429': errors.TooManyRequests,
    '500': errors.Fault, '503': errors.Unavailable}
_WITH_RETRY = ('429', '503')
_BINARY = {'application/pdf': {'schema': {'type': 'string', 'format': 'binary'}}}


class MethodSchema(AutoSchema):  # type: ignore[no-untyped-call, misc, unused-ignore]
    """Describes a view of the partner API by its own method file instead of by serializers."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry,
    ) -> Schema:
        with override('ru'):
            described: Method | None = getattr(self.view, 'method', None)
            if described is None:
                return _get_file(getattr(self.view, 'summary', ''), getattr(self.view, 'description', ''), registry)
            return _post(described, registry)


def _post(method: Method, registry: ComponentRegistry) -> Schema:
    name = _camel(method.name)
    is_form = method.name == 'create_form'
    components = model_components(
        [(f'{name}Answer', method.module.Answer)] + ([] if is_form else [(name, method.request)]))
    _register(registry, components | dictionary_components() | _envelopes() | (form_components() if is_form else {}))
    bodies = {'pos': examples.POS_FORM, 'bnpl': examples.BNPL_FORM} if is_form else {
        'request': examples.request_of(method.name)}
    limit = f'\n\nНаибольший размер тела – {method.limit_bytes // 1024} КиБ.'
    return {
        'operationId': method.name, 'summary': method.summary, 'tags': [TAG], 'security': [],
        'description': method.module.DESCRIPTION + limit,
        'requestBody': {'required': True, 'content': {_JSON: {
            'schema': {'$ref': REF.format(model=name)}, 'examples': _values(bodies)}}},
        'responses': {'200': _outcome(method, name), **_faults(('400', '413', '415', '429', '500', '503'))}}


def _outcome(method: Method, name: str) -> Schema:
    """HTTP 200 is success or the envelope of a documented error."""
    success = {
        'type': 'object', 'required': ['status', 'data'], 'additionalProperties': False,
        'properties': {'status': {'const': 'success'}, 'data': {'$ref': REF.format(model=f'{name}Answer')}}}
    shown: dict[str, Any] = {'success': {'status': 'success', 'data': examples.answer_of(method.name)}}
    for code in method.module.ERRORS:
        shown[str(code)] = _error(code, str(_REFUSALS[code].message), examples.error_data_of(method.name, code))
    return {
        'description': 'Успех или документированная ошибка',
        'content': {_JSON: {
            'schema': {'oneOf': [success, {'$ref': REF.format(model='Error')}]}, 'examples': _values(shown)}}}


def _faults(statuses: tuple[str, ...]) -> Schema:
    answers: Schema = {}
    for status in statuses:
        message = str(_FAULTS[status].message)
        answers[status] = {
            'description': HTTPStatus(int(status)).phrase,
            'content': {_JSON: {
                'schema': {'$ref': REF.format(model='Fault')}, 'example': _error(int(status), message, {})}}}
        if status in _WITH_RETRY:
            answers[status]['headers'] = {'Retry-After': {
                'description': 'Через сколько секунд повторить', 'schema': {'type': 'integer', 'minimum': 1}}}
    return answers


def _get_file(summary: str, description: str, registry: ComponentRegistry) -> Schema:
    _register(registry, _envelopes())
    return {
        'operationId': 'get_file', 'summary': summary, 'description': description, 'tags': [TAG],
        'security': [],
        'parameters': [
            {'name': name, 'in': 'query', 'required': True, 'description': words, 'schema': {'type': 'string'},
             'example': example}
            for name, words, example in (
                ('partner_guid', 'Уникальный идентификатор партнера', examples.PARTNER_GUID),
                ('file_guid', 'Уникальный идентификатор файла', examples.FILE_GUID))],
        'responses': {
            '200': {'description': 'Файл', 'content': _BINARY},
            '206': {'description': 'Часть файла по заголовку Range', 'content': _BINARY},
            **_faults(('404', '416', '429', '500', '503'))}}


def _envelopes() -> dict[str, Schema]:
    codes = {code: str(kind.message) for code, kind in sorted(_REFUSALS.items())}
    return {
        'Error': _envelope(
            {'enum': list(codes), 'description': '\n'.join(f'* `{code}` – {words}' for code, words in codes.items())},
            'Документированная ошибка, HTTP 200. Для 2000 data – это {"путь": ["сообщение", …]}.'),
        'Fault': _envelope(
            {'description': 'Равен статусу HTTP'}, 'Ошибка протокола: error_code равен статусу HTTP, data пуст.')}


def _envelope(code: Schema, description: str) -> Schema:
    return {
        'type': 'object', 'description': description, 'additionalProperties': False,
        'required': ['status', 'error_code', 'error_message', 'data'],
        'properties': {
            'status': {'const': 'error'}, 'error_code': {'type': 'integer', **code},
            'error_message': {'type': 'string'}, 'data': {'type': 'object'}}}


def _error(code: int, message: str, data: dict[str, Any]) -> dict[str, Any]:
    return {'status': 'error', 'error_code': code, 'error_message': message, 'data': data}


def _values(several: dict[str, Any]) -> Schema:
    return {name: {'value': value} for name, value in several.items()}


def _camel(name: str) -> str:
    return name.title().replace('_', '')


def _register(registry: ComponentRegistry, components: dict[str, Schema]) -> None:
    for name, schema in components.items():
        registry.register_on_missing(ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema))
