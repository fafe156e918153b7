"""The evidence of one credit of the running system: exported by the command, verified by a stranger offline."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow


def verify(place: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and verdict of the package's own script, isolated, in an empty folder."""
    empty = place / 'empty'
    empty.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, '-I', *arguments], cwd=empty, env={'PYTHONIOENCODING': 'utf-8'}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding='utf-8')
    return done.returncode, done.stdout


def test_the_evidence_of_a_credit_is_verified_offline(running_system: RunningSystem, tmp_path: Path) -> None:
    story = Story(running_system, 'pos_online')
    story.create()
    story.confirm_offer()
    files = story.contract()['files']
    wrong = '000001' if story.sms_code() != '000001' else '000002'
    assert story.code('check_sms_code', code=wrong) == 7000
    story.sign()
    story.confirm()
    story.issue()
    guid = story.keys['form_guid']
    told = json.loads(running_system.manage('evidence', guid, '--out', str(tmp_path), '--json'))
    key = tmp_path / 'keys.pem'
    key.write_text(running_system.manage('vault_keys', 'public'))
    folder = Path(told['folder'])
    for package in (folder, Path(told['zip'])):
        status, verdict = verify(tmp_path, str(folder / 'verify.py'), str(package), '--key', str(key))
        assert (status, 'VERDICT: GENUINE' in verdict) == (0, True), verdict
    evidence = json.loads((folder / 'evidence.json').read_text())
    signed = evidence['records'][0]['body']
    assert signed['client']['mobile_phone'] == story.phone
    assert [tried['result'] for tried in signed['codes'][-1]['tries']] == ['wrong', 'accepted']
    assert {row['file_guid'] for row in signed['documents'] if row['stage'] == 'contract'} == {
        file['file_guid'] for file in files}
    assert [entry['body']['kind'] for entry in evidence['records']] == ['signature', 'report']
    document = next((folder / 'documents').iterdir())
    document.write_bytes(document.read_bytes() + b' ')
    status, verdict = verify(tmp_path, str(folder / 'verify.py'), '--key', str(key))
    assert (status, 'VERDICT: REFUSED' in verdict) == (1, True), verdict
    whole = json.loads(running_system.manage('verify_evidence', '--json'))
    assert (whole['whole'], whole['last'] >= evidence['records'][-1]['link']['number']) == (True, True)
