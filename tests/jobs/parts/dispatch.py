"""The dispatcher, knowing the kinds of the tests."""

import django
from django.core.management import call_command

django.setup()

from tests.jobs.parts import app  # noqa: E402

if __name__ == '__main__':
    assert app.app.main == 'denimhub'
    call_command('dispatch')
