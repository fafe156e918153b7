"""What the log-in remembers: tries that have not succeeded yet."""
from __future__ import annotations

from django.db import models


class Tries(models.Model):
    """Tries of one account from one address (as a keyed hash of both) since the last success."""

    who = models.BinaryField(primary_key=True, max_length=32)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = 'tries of a log-in'

    def __str__(self) -> str:
        return f'{bytes(self.who).hex()[:8]}: {self.count}'
