"""OpenAPI: all 15 methods, made from the models that validate; examples that are true; Swagger UI without a CDN."""
from __future__ import annotations

import json
import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.test import Client

from applications.questionnaire import Mode
from applications.questionnaire.fields import FIELDS
from denimhub.dp import examples
from denimhub.dp.documentation import openapi
from denimhub.dp.urls import METHODS
from tests.applications.forms import form, full_form, problems

KINDS = {
    Mode.POS_ONLINE: 'CreateFormPosOnline', Mode.POS_OFFLINE: 'CreateFormPosOffline', Mode.BNPL: 'CreateFormBnpl',
    Mode.BNPL_LARGE: 'CreateFormBnplLarge'}


def validator(name: str) -> Any:
    """Checks values against one component of the document."""
    schema = {'$ref': f'#/components/schemas/{name}', 'components': openapi()['components']}
    return jsonschema.Draft202012Validator(schema)


def test_all_15_methods_are_described_in_russian() -> None:
    paths = openapi()['paths']
    assert openapi()['openapi'] == '3.1.0'
    assert list(paths) == [*(f'/dp/{method.name}' for method in METHODS), '/dp/get_file']
    for path, operations in paths.items():
        [(verb, operation)] = operations.items()
        assert verb == ('get' if path == '/dp/get_file' else 'post')
        assert path == f'/dp/{operation["operationId"]}'
        assert re.search('[а-я]{4}', operation['summary'])
        assert re.search('[а-я]{4}', operation['description'])


def test_every_reference_leads_somewhere_and_the_document_is_openapi() -> None:
    components = openapi()['components']['schemas']
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(openapi())))
    assert references <= set(components)
    for name in components:
        jsonschema.Draft202012Validator.check_schema(components[name])


def test_the_examples_are_valid() -> None:
    assert problems(examples.POS_FORM, Mode.POS_ONLINE) == {}
    assert problems(examples.BNPL_FORM, Mode.BNPL) == {}
    for method in METHODS:
        operation = openapi()['paths'][f'/dp/{method.name}']['post']
        body = operation['requestBody']['content']['application/json']
        [name] = re.findall(r'\w+$', body['schema']['$ref'])
        for example in body['examples'].values():
            validator(name).validate(example['value'])
        method.module.Answer.model_validate_json(json.dumps(examples.answer_of(method.name)))
        answer = operation['responses']['200']['content']['application/json']
        outcome = jsonschema.Draft202012Validator({**answer['schema'], 'components': openapi()['components']})
        assert len(answer['examples']) == 1 + len(method.module.ERRORS)
        for example in answer['examples'].values():
            outcome.validate(example['value'])


def test_every_documented_error_is_in_some_example() -> None:
    shown = {code for method in METHODS for code in method.module.ERRORS}
    assert shown == {2000, 3102, 3103, 3104, 6009, 6010, 6011, 7000, 7001, 7002, 7003, 7004, 7005}


def test_all_fields_of_the_form_are_described_with_their_dictionaries() -> None:
    described = openapi()['components']['schemas']['CreateForm']['properties']
    assert set(described) == {row.name for row in FIELDS}
    assert described['marital_status']['$ref'] == '#/components/schemas/MaritalStatus'
    assert len(openapi()['components']['schemas']['ItemCategory']['enum']) == 80
    assert '`CAMCODER` – Видеокамеры' in openapi()['components']['schemas']['ItemCategory']['description']


@pytest.mark.parametrize('mode', KINDS)
def test_each_kind_requires_in_the_document_what_the_models_require(mode: Mode) -> None:
    body = form(mode)
    kind = validator(KINDS[mode])
    validator('CreateForm').validate(body)
    assert kind.is_valid(body)
    whole = validator('CreateForm')
    for row in FIELDS:
        if row.is_required(mode):
            less = {name: value for name, value in body.items() if name != row.name}
            assert not (kind.is_valid(less) and whole.is_valid(less)), row.name
    validator('CreateForm').validate(full_form())


def test_the_conditions_of_the_kinds_are_in_the_document() -> None:
    pos = form(Mode.POS_ONLINE)
    kind = validator('CreateFormPosOnline')
    assert not kind.is_valid({**pos, 'is_living_in_registration_address': False})
    assert kind.is_valid({**pos, 'is_living_in_registration_address': False, 'residence_address_string': 'x'})
    assert not kind.is_valid({name: value for name, value in pos.items() if name != 'registration_address'})
    assert not validator('CreateFormBnpl').is_valid({**form(Mode.BNPL), 'amount': 4_000_001})
    assert not validator('CreateFormBnplLarge').is_valid({**form(Mode.BNPL_LARGE), 'amount': 4_000_000})
    bare = form(Mode.BNPL)
    del bare['items'][0]['vendor_code']
    assert not validator('CreateFormBnpl').is_valid(bare)


def test_the_schema_and_swagger_ui_are_served_from_here(client: Client) -> None:
    answer = client.get('/schema/')
    assert answer.status_code == 200
    assert json.loads(answer.content)['info']['version'] == '1.0.7'
    page = client.get('/docs/')
    text = page.content.decode()
    assert page.status_code == 200
    assert 'support@denumtech.ru' in text
    assert not re.search(r'(src|href)="(https?:)?//', text)
    assert '<style' not in text
    assert not re.search(r'<script(?![^>]* src=)', text)
    policy = page.headers['Content-Security-Policy']
    assert 'unsafe' not in policy
    assert "img-src 'self' data:" in policy
    script = client.get('/docs/?script=')
    assert script.status_code == 200
    assert script['Content-Type'].startswith('application/javascript')
    assert '/schema/' in script.content.decode()
