"""What the server is handed by Django: whole answers as a list, streams as streams. Calls of methods go straight."""
from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.signals import request_finished

from denimhub.wsgi import application


def _call(path: str) -> tuple[Any, dict[str, str]]:
    headers: dict[str, str] = {}

    def start_response(status: str, given: list[tuple[str, str]]) -> None:
        headers.update(given, status=status)

    environ = {
        'REQUEST_METHOD': 'POST', 'PATH_INFO': path, 'SCRIPT_NAME': '', 'CONTENT_TYPE': 'application/json',
        'CONTENT_LENGTH': '2', 'wsgi.input': io.BytesIO(b'{}'), 'SERVER_NAME': 'localhost', 'SERVER_PORT': '80'}
    return application(environ, start_response), headers


@pytest.mark.django_db
def test_an_answer_of_the_api_is_whole_and_says_its_length() -> None:
    finished: list[object] = []

    def note(**_: object) -> None:
        finished.append(True)

    request_finished.connect(note)
    try:
        answer, headers = _call('/dp/no_such_method')
    finally:
        request_finished.disconnect(note)
    assert isinstance(answer, list)
    assert headers['status'] == '404 Not Found'
    assert headers['Content-Length'] == str(len(answer[0]))
    assert finished == [True]
