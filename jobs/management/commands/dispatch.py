"""manage.py dispatch: the process that turns due jobs into messages for the workers."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from jobs.dispatcher import Dispatcher


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT."""

    help = 'Nudge the workers about due jobs. Two may run at once.'

    def handle(self, *args: Any, **options: Any) -> None:
        """Loop until told to stop."""
        dispatcher = Dispatcher()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            dispatcher.stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        dispatcher.run()
