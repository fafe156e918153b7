"""Makes `.venv` from the hashed lock with nothing but Python's venv and pip, and does nothing when that is done.

Run as a file by the Makefile, before anything is installed. It must stay readable for old Pythons, so that they can
be told that they are too old.
"""
import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(HERE, '.venv')
PYTHON = os.path.join(VENV, 'bin', 'python')
STAMP = os.path.join(VENV, 'installed.sha256')
LOCK = os.path.join(HERE, 'requirements-dev.txt')


def stop(text: str) -> None:
    """Say what is missing and end."""
    sys.stderr.write(text + '\n')
    sys.exit(1)


def wanted() -> str:
    """What an installation is made from: the lock and the interpreter's version."""
    with open(LOCK, 'rb') as lock:
        return hashlib.sha256(lock.read()).hexdigest() + ' ' + '%d.%d' % sys.version_info[:2]


def installed() -> str:
    """What the present installation was made from, '' when there is none that works."""
    try:
        with open(STAMP) as stamp:
            text = stamp.read().strip()
        subprocess.check_call([PYTHON, '-c', 'import sys'])
    except (OSError, subprocess.CalledProcessError):
        return ''
    return text


def refuse_unfit() -> None:
    """Old Pythons and Debian's Python without ensurepip get a sentence instead of a traceback."""
    if sys.version_info < (3, 11):
        stop('DenimHub needs Python 3.11 or newer; %s is %d.%d. Name another one: make run PYTHON=python3.12'
             % ((sys.executable,) + sys.version_info[:2]))
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop('This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python%d.%d-venv'
             % sys.version_info[:2])


def works_with_pip() -> bool:
    """True when `.venv` holds an interpreter of this version that has pip."""
    question = 'import pip, sys; sys.exit(sys.version_info[:2] != (%d, %d))' % sys.version_info[:2]
    try:
        return subprocess.call([PYTHON, '-c', question], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def main() -> None:
    """Install when the lock, or the interpreter, is not the one installed."""
    refuse_unfit()
    if installed() == wanted():
        return
    sys.stderr.write('Installing into .venv (once, a minute or two) ...\n')
    if not works_with_pip():
        subprocess.check_call([sys.executable, '-m', 'venv', '--clear', VENV])
    status = subprocess.call([
        PYTHON, '-m', 'pip', 'install', '-qq', '--disable-pip-version-check', '--no-input', '--require-hashes',
        '--requirement', LOCK])
    if status != 0:
        stop('The packages could not be installed, see above. Run the command again when that is mended.')
    with open(STAMP, 'w') as stamp:
        stamp.write(wanted() + '\n')


if __name__ == '__main__':
    main()
