"""Failpoints end the process named by the environment, once."""

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.failpoints import failpoint

TREE = Path(__file__).resolve().parents[2]
PROGRAM = "from jobs.failpoints import failpoint; failpoint('other'); failpoint('here'); print('went on')"


def run(environment: dict[str, str]) -> 'subprocess.CompletedProcess[bytes]':
    return subprocess.run(
        [sys.executable, '-c', PROGRAM], cwd=TREE, env=environment, capture_output=True, check=False, timeout=60)


def test_nothing_happens_without_a_name() -> None:
    failpoint('here')
    assert run({}).stdout == b'went on\n'


def test_the_named_point_ends_the_process_every_time() -> None:
    for _ in range(2):
        ended = run({'DENIMHUB_FAILPOINT': 'here'})
        assert (ended.returncode, ended.stdout) == (137, b'')


def test_with_a_flag_file_the_next_process_goes_on(tmp_path: Path) -> None:
    environment = {'DENIMHUB_FAILPOINT': 'here', 'DENIMHUB_FAILPOINT_FLAG': str(tmp_path / 'flag')}
    assert run(environment).returncode == 137
    ended = run(environment)
    assert (ended.returncode, ended.stdout) == (0, b'went on\n')


def test_another_name_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DENIMHUB_FAILPOINT', 'elsewhere')
    failpoint('here')
