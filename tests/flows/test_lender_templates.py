"""The demonstration's microfinance company prints by its own templates: uploaded as files, no code of ours."""
from __future__ import annotations

import urllib.request

import pytest

from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow


def _file(system: RunningSystem, story: Story, file_guid: str) -> bytes:
    url = f'{system.base_url}/dp/get_file?partner_guid={story.partner_guid}&file_guid={file_guid}'
    with urllib.request.urlopen(url, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def test_the_forms_of_a_lender_come_from_its_templates_and_stay_the_same(running_system: RunningSystem) -> None:
    story = Story(running_system, 'bnpl')
    story.create()
    story.confirm_offer()
    consents = story.ok('get_offers')['files']
    assert 'Согласие на обработку персональных данных (Тестовая МФО).pdf' in [file['file_name'] for file in consents]
    files = story.contract()['files']
    assert [file['file_name'] for file in files] == ['Договор об оплате товара частями.pdf', 'График платежей.pdf']
    contents = [_file(running_system, story, file['file_guid']) for file in (*consents, *files)]
    assert all(content.startswith(b'%PDF') for content in contents)
    assert [_file(running_system, story, file['file_guid']) for file in (*consents, *files)] == contents
