#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it joins the servers of a running `make run`."""
import os
import sys

from django.core.management import execute_from_command_line

from denimhub.conf.environment import join_development

# Commands that use no database, or (makemigrations, check) can do without one.
WITHOUT_DATABASE = frozenset({
    'check', 'collectstatic', 'compilemessages', 'diffsettings', 'findstatic', 'help', 'makemessages',
    'makemigrations', 'spectacular', 'startapp', 'vault_keys', 'version', '--help', '-h', '--version',
})
NO_DATABASE = (
    'No database: DATABASE_URL is not set and no development servers are running here.\n'
    'Start them with: make run   (a production environment sets DATABASE_URL itself)'
)


def main() -> None:
    """Take the environment, refuse what cannot work, hand over to Django."""
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'denimhub.settings')
    join_development(os.environ)
    command = sys.argv[1] if len(sys.argv) > 1 else 'help'
    asks_help = bool({'--help', '-h'} & set(sys.argv))
    if not os.environ.get('DATABASE_URL') and command not in WITHOUT_DATABASE and not asks_help:
        sys.exit(NO_DATABASE)
    execute_from_command_line(sys.argv)


if __name__ == '__main__':
    main()
