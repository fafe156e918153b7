"""What the documentation promises, tried by a machine: no 5xx, always the envelope, an invalid body is an error."""
from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from denimhub.dp.documentation import openapi
from denimhub.dp.urls import METHODS
from tests.dp.wire import Reply, is_envelope
from tests.world import a_partner, a_point

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
CALM = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


@pytest.fixture
def keys() -> dict[str, str]:
    """A real partner and its point, so that a valid body gets past the first question."""
    point = a_point(a_partner())
    return {'partner_guid': str(point.partner.guid), 'point_code': point.code}


API = schemathesis.openapi.from_dict(openapi())
POST = [method.name for method in METHODS]


def generated(path: str, verb: str, mode: GenerationMode) -> Any:
    """Calls of one operation, as the document allows them or as it does not."""
    return API[path][verb].as_strategy(generation_mode=mode)


@cache
def validator(path: str) -> Any:
    """Checks bodies of one address against the document."""
    content = openapi()['paths'][path]['post']['requestBody']['content']['application/json']
    return jsonschema.Draft202012Validator({**content['schema'], 'components': openapi()['components']})


def filled(value: Any) -> Any:
    """The body as it is meant: null and "" are absent."""
    if isinstance(value, list):
        return [filled(inner) for inner in value]
    if isinstance(value, dict):
        return {name: filled(inner) for name, inner in value.items() if inner is not None and inner not in ('', [])}
    return value


@pytest.mark.parametrize('mode', list(GenerationMode))
@pytest.mark.parametrize('name', POST)
def test_an_invalid_body_is_an_error_and_nothing_is_a_5xx(
    name: str, mode: GenerationMode, keys: dict[str, str], client: Client,
) -> None:
    path = f'/dp/{name}'

    @CALM
    @given(call=generated(path, 'POST', mode))
    def check(call: Any) -> None:
        body = call.body
        if isinstance(body, dict):
            body = body | {field: value for field, value in keys.items() if body.get(field) and isinstance(
                body[field], str)}
        text = json.dumps(body, default=str).encode()
        answer = client.post(path, text, content_type=call.media_type or 'application/json')
        assert answer.status_code < 500
        assert is_envelope(reply_of(answer))
        if not (isinstance(body, dict) and validator(path).is_valid(filled(body))):
            said = answer.json()
            assert said['status'] == 'error'
            assert said['error_code'] in {2000, 400, 415}, text[:2000]

    check()


@pytest.mark.parametrize('mode', list(GenerationMode))
def test_get_file_answers_anything_with_404(mode: GenerationMode, client: Client) -> None:

    @CALM
    @given(call=generated('/dp/get_file', 'GET', mode))
    def check(call: Any) -> None:
        answer = client.get('/dp/get_file', {name: str(value) for name, value in (call.query or {}).items()})
        assert answer.status_code == 404
        assert is_envelope(reply_of(answer))

    check()


def reply_of(answer: Any) -> Reply:
    return Reply(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content)
