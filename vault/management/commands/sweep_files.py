"""manage.py sweep_files: delete encrypted blobs that no row names."""

from typing import Any

from django.core.management.base import BaseCommand

from vault import sweeping


class Command(BaseCommand):
    """Safe at any time: blobs younger than an hour are left alone."""

    help = 'Delete blobs older than an hour that no stored file names.'

    def handle(self, *args: Any, **options: Any) -> None:
        """Report how many."""
        self.stdout.write(f'{sweeping.sweep()} removed')
