"""Whether a transaction of our own is open."""

from django.db import connection


def in_transaction() -> bool:
    """True inside an atomic block. The one in which Django's test cases run everything does not count."""
    blocks = connection.atomic_blocks
    return bool(blocks) and not getattr(blocks[-1], '_from_testcase', False)
