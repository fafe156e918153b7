"""The journal of partners' settings."""
from __future__ import annotations

from typing import Any

from partners.models import Partner
from partners.models_changes import ChangeStatus, PartnerChange


def record(*, partner: Partner, setting: str, before: Any, after: Any, actor: str) -> None:
    """Write down a change that is made in the same transaction; equal values are no change."""
    if before != after:
        PartnerChange.objects.create(
            partner=partner, setting=setting[:120], before=before, after=after, status=ChangeStatus.APPLIED,
            asked_by=actor)
