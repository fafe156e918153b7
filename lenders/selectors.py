"""Reads of lenders and of the log of calls."""
from __future__ import annotations

from django.db.models import QuerySet

from lenders.models import Exchange, Lender


def lender_by_code(code: str) -> Lender | None:
    """An active lender by its code."""
    return Lender.objects.filter(code=code, is_active=True).first()


def exchanges_of(form_guid: str) -> QuerySet[Exchange]:
    """The calls about one form, oldest first."""
    return Exchange.objects.filter(form_guid=form_guid).select_related('lender').order_by('id')
