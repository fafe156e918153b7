"""Scans that are poor, broken or paper, against the whole running system."""
from __future__ import annotations

import base64

import pytest

from tests.flows.story import Story
from tests.harness.system import RunningSystem
from tests.vault.papers import as_file, paper
from tests.vault.poison import picture, plain_png
from vault.inspection.pool import joined

pytestmark = pytest.mark.slow


def _scan(type_: str, mime_type: str, content: bytes) -> dict[str, str]:
    return {'type': type_, 'mime_type': mime_type, 'base64': base64.b64encode(content).decode()}


def test_a_poor_picture_comes_back_and_a_readable_document_is_accepted(healthy_system: RunningSystem) -> None:
    story = Story(healthy_system)
    story.to_signed()
    story.ok('save_scans', scans=[_scan('PASSPORT_MAIN', 'image/png', plain_png((800, 600)))])
    data = story.scans({'RESCAN_NEEDED'})
    assert [(row['type'], row['status']) for row in data['scans']] == [('PASSPORT_MAIN', 'RESCAN_NEEDED')]
    assert data['scans'][0]['decline_reason']
    assert story.code('confirm_contract') == 6010
    both = joined([as_file(paper('a')), as_file(paper('b'))])
    story.ok('save_scans', scans=[_scan('PASSPORT_MAIN', 'application/pdf', both)])
    assert story.scans({'ACCEPTED'})['scans'] == [{'type': 'PASSPORT_MAIN', 'status': 'CONFIRMED'}]
    assert story.confirm()['status'] == 'success'
    story.issue()
    assert sum(story.effects('send_scans').values()) == 1


def test_files_that_must_not_come_in_are_2000_by_path(healthy_system: RunningSystem) -> None:
    story = Story(healthy_system, 'pos_offline')
    form = story.form()
    form['scans'] = [
        _scan('PASSPORT_MAIN', 'image/jpeg', picture()), _scan('PASSPORT_REGISTRATION', 'image/png', picture()),
        _scan('CLIENT_PHOTO', 'image/jpeg', picture()[:5000])]
    answer = story.call('create_form', **form)
    assert answer['error_code'] == 2000
    assert set(answer['data']) == {'scans[1].mime_type', 'scans[2].base64'}
    form['scans'] = story.form()['scans']
    assert story.call('create_form', **form)['status'] == 'success'
