"""The log of access to personal data."""

from collections.abc import Iterable

from vault.models import AccessNote


def note_access(*, actor: str, reason: str, subject: str, fields: Iterable[str], ip: str | None) -> None:
    """Write down that `actor` saw these fields of `subject`; names of fields only, never their values."""
    AccessNote.objects.create(actor=actor, reason=reason, subject=subject, fields=list(fields), ip=ip or None)
