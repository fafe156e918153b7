"""What belongs to another partner answers byte for byte like what does not exist."""
from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from typing import Any

import pytest

from denimhub.demo.forms import scan
from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow

FORM_METHODS = ('get_offers', 'cancel')
OFFER_METHODS = (
    'confirm_offer', 'get_contract', 'send_sms_link', 'resend_sms_code', 'check_sms_code', 'save_scans',
    'get_scans_status', 'confirm_contract', 'get_signing_status', 'get_payment_status', 'get_issue_status')
EXTRA: dict[str, dict[str, Any]] = {
    'check_sms_code': {'code': '123456'}, 'save_scans': {'scans': [scan('PASSPORT_MAIN')]}}


@pytest.fixture(scope='module')
def deal(running_system: RunningSystem) -> Story:
    """A deal of the demo partner with a contract ready to sign."""
    story = Story(running_system)
    story.create()
    story.confirm_offer()
    story.contract()
    return story


def raw(system: RunningSystem, method: str, body: dict[str, Any]) -> tuple[int, bytes]:
    """Status and bytes of an answer."""
    request = urllib.request.Request(
        f'{system.base_url}/dp/{method}', json.dumps(body).encode(), {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.read()


@pytest.mark.parametrize('method', FORM_METHODS + OFFER_METHODS)
def test_a_strangers_form_is_not_found(running_system: RunningSystem, deal: Story, method: str) -> None:
    stranger = running_system.seeds['other_partner_guid']
    extra = EXTRA.get(method, {})
    before = deal.ok('get_issue_status')
    theirs = raw(running_system, method, {'partner_guid': stranger, **deal.keys, **extra})
    nothing = raw(running_system, method, {
        'partner_guid': stranger, 'form_guid': str(uuid.uuid4()), 'offer_guid': str(uuid.uuid4()), **extra})
    assert theirs == nothing
    assert json.loads(theirs[1])['error_code'] == 3102
    assert deal.ok('get_issue_status') == before


@pytest.mark.parametrize('method', OFFER_METHODS)
def test_a_strangers_offer_under_an_own_form_is_not_found(
    running_system: RunningSystem, deal: Story, method: str,
) -> None:
    own = Story(running_system)
    own.partner_guid = running_system.seeds['other_partner_guid']
    own.create()
    extra = EXTRA.get(method, {})
    theirs = raw(running_system, method, {
        'partner_guid': own.partner_guid, **own.keys, 'offer_guid': deal.keys['offer_guid'], **extra})
    nothing = raw(running_system, method, {
        'partner_guid': own.partner_guid, **own.keys, 'offer_guid': str(uuid.uuid4()), **extra})
    assert theirs == nothing
    assert json.loads(theirs[1])['error_code'] == 3103


@pytest.mark.parametrize('method', OFFER_METHODS)
def test_an_own_offer_of_another_own_form_is_6011(running_system: RunningSystem, deal: Story, method: str) -> None:
    own = Story(running_system)
    own.create()
    assert own.code(method, offer_guid=deal.keys['offer_guid'], **EXTRA.get(method, {})) == 6011


def test_a_strangers_file_is_404_like_one_that_does_not_exist(running_system: RunningSystem, deal: Story) -> None:
    file_guid = deal.ok('get_contract')['files'][0]['file_guid']
    own = get_file(running_system, deal.partner_guid, file_guid)
    assert own[0] == 200
    assert own[1].startswith(b'%PDF')
    stranger = running_system.seeds['other_partner_guid']
    theirs = get_file(running_system, stranger, file_guid)
    assert theirs == get_file(running_system, stranger, str(uuid.uuid4()))
    assert theirs == get_file(running_system, str(uuid.uuid4()), file_guid)
    assert theirs[0] == 404
    assert json.loads(theirs[1])['error_code'] == 404


def get_file(system: RunningSystem, partner_guid: str, file_guid: str) -> tuple[int, bytes]:
    """Status and bytes of a file."""
    url = f'{system.base_url}/dp/get_file?partner_guid={partner_guid}&file_guid={file_guid}'
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as missing:
        return missing.code, missing.read()
