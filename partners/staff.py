"""What a person of a partner may see: rows of its own partner and nothing else."""
from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from partners.models import Partner
from partners.models_staff import PartnerStaff

_Row = TypeVar('_Row', bound=models.Model)


def partner_of(user: Any) -> Partner | None:
    """The partner a log-in belongs to; None for back-office people. One query for each user object."""
    if not hasattr(user, '_denimhub_partner'):
        row = PartnerStaff.objects.select_related('partner').filter(user_id=user.pk).first() if user.pk else None
        user._denimhub_partner = None if row is None else row.partner
    return user._denimhub_partner  # type: ignore[no-any-return]


def only_own(rows: models.QuerySet[_Row], user: Any, path: str = 'partner') -> models.QuerySet[_Row]:
    """The rows this person may see: all for back-office people, those of its own partner for staff of a partner."""
    partner = partner_of(user)
    return rows if partner is None else rows.filter(**{path: partner})
