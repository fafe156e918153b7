"""`make check`: what a reviewer would ask for, each question by its own tool; all are asked, none stops the others."""
import os
import secrets
import subprocess
import sys
import time

from denimhub.conf.environment import ROOT
from vault import keysets

PYTHON = sys.executable


def plain_environment(**more: str) -> dict[str, str]:
    """This environment without any setting of DenimHub, and then the given ones."""
    foreign = ('VAULT_', 'DENIMHUB_')
    names = {'DATABASE_URL', 'REDIS_URL', 'SECRET_KEY', 'DEBUG', 'ALLOWED_HOSTS', 'SECURE_SSL_REDIRECT'}
    kept = {name: value for name, value in os.environ.items() if name not in names and not name.startswith(foreign)}
    return kept | more


def production_environment() -> dict[str, str]:
    """A proper production environment with keys made for this moment; nothing connects anywhere."""
    keys = {f'VAULT_{purpose}_KEYS': keysets.new_key_set(purpose) for purpose in keysets.PURPOSES}
    return plain_environment(
        DENIMHUB_ENV='production', SECRET_KEY=secrets.token_urlsafe(64), ALLOWED_HOSTS='credit.example.ru',
        PUBLIC_URL='https://credit.example.ru', DATABASE_URL='postgres://denimhub@127.0.0.1:1/denimhub',
        REDIS_URL='redis://127.0.0.1:1/0', SMS_GATEWAY='outbox', **keys)


def questions() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command and environment of every check."""
    test = plain_environment(DENIMHUB_ENV='test')
    return [
        ('ruff', [PYTHON, '-m', 'ruff', 'check', '.'], test),
        ('import contracts', [PYTHON, '-c', 'from importlinter.cli import lint_imports_command as run; run()'], test),
        ('migrations', [PYTHON, 'manage.py', 'makemigrations', '--check', '--dry-run'], test),
        ('production', [PYTHON, 'manage.py', 'check', '--deploy', '--fail-level', 'WARNING'],
         production_environment()),
        ('mypy', [PYTHON, '-m', 'mypy'], test),
    ]


def main() -> int:
    """Ask everything; the exit status is 1 when anything was answered badly."""
    failed = []
    for name, command, environment in questions():
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        took = time.monotonic() - started
        if done.returncode != 0:
            failed.append(name)
            sys.stdout.write(done.stdout)
        sys.stdout.write(f'{"ok    " if done.returncode == 0 else "FAILED"} {name} ({took:.1f} s)\n')
        sys.stdout.flush()
    if failed:
        sys.stdout.write(f'failed: {", ".join(failed)}\n')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
