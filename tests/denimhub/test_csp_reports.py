"""Reports of browsers about the content policy."""
from __future__ import annotations

import json
from typing import Any

import pytest
import structlog
from django.test import Client

WHERE = '/csp-report'


def send(body: Any) -> tuple[int, list[Any]]:
    """(status, lines of the log about refusals)."""
    with structlog.testing.capture_logs() as logs:
        answer = Client().post(WHERE, data=body, content_type='application/csp-report')
    return answer.status_code, [line for line in logs if line['event'] == 'csp.refused']


def test_a_report_is_a_line_without_whole_addresses() -> None:
    status, lines = send(json.dumps({'csp-report': {
        'effective-directive': 'script-src', 'blocked-uri': 'https://evil.example/x.js?secret=1',
        'document-uri': 'https://credit.example.ru/accounts/password/reset/key/abc-secret/'}}))
    assert status == 204
    assert [(line['directive'], line['blocked'], line['page']) for line in lines] == [
        ('script-src', 'evil.example', '/accounts')]


@pytest.mark.parametrize('body', ['', '[]', '{"csp-report": 5}', '{}', 'x'], ids=repr)
def test_nonsense_is_refused_and_not_told(body: str) -> None:
    assert send(body) == (400, [])


def test_a_long_report_is_not_read() -> None:
    assert send('{"csp-report": {"blocked-uri": "' + 'x' * 9000 + '"}}') == (413, [])


def test_pages_name_the_place_of_reports(db: None) -> None:
    assert 'report-uri /csp-report' in Client().get('/').headers['Content-Security-Policy']
