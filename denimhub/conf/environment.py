"""Where a process takes its environment from: the real one always wins, then a running development stack.

`make run` writes `var/development.env` and holds a lock on `var/devstack.lock` as long as it lives; the file of a
stack that is gone (or was killed) is never taken, because nobody holds its lock.
"""
import fcntl
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / 'var'
ENVIRONMENT_FILE = STATE / 'development.env'
LOCK_FILE = STATE / 'devstack.lock'


def read_environment_file(path: Path) -> dict[str, str]:
    """Plain NAME=value lines; the value is taken to the end of the line, unquoted."""
    values: dict[str, str] = {}
    for line in path.read_text(encoding='utf-8').splitlines():
        name, equals, value = line.partition('=')
        if equals and not line.startswith('#'):
            values[name.strip()] = value
    return values


def write_environment_file(path: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step; it holds keys, so only its owner may read it."""
    for name, value in values.items():
        if '\n' in value:
            raise ValueError(f'{name} holds a line break')
    temporary = path.with_suffix('.new')
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, 'w', encoding='utf-8') as file:
        file.writelines(f'{name}={value}\n' for name, value in values.items())
    temporary.replace(path)


def devstack_is_running(lock_file: Path = LOCK_FILE) -> bool:
    """True while a `make run` of this tree holds its lock."""
    try:
        with open(lock_file, 'rb') as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def join_development(environ: MutableMapping[str, str], file: Path = ENVIRONMENT_FILE,
                     lock_file: Path = LOCK_FILE) -> bool:
    """Fill the environment from the running development stack; True when that was done.

    Not taken when DENIMHUB_ENV says anything but development, nor when DATABASE_URL names another database:
    development keys must never write into it.
    """
    if environ.get('DENIMHUB_ENV', 'development') != 'development':
        return False
    if not file.exists() or not devstack_is_running(lock_file):
        return False
    values = read_environment_file(file)
    if environ.get('DATABASE_URL', values.get('DATABASE_URL')) != values.get('DATABASE_URL'):
        return False
    for name, value in values.items():
        environ.setdefault(name, value)
    return True
