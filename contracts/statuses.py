"""Statuses of a contract, and of a version of a template, with the declared moves between them."""
from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.statuses import MoveTable


class ContractStatus(models.TextChoices):
    """CONFIRMED is queued for the lender; ISSUING is the point of no return for `cancel`."""

    PREPARING = 'PREPARING', _('preparing')
    READY = 'READY', _('ready to sign')
    SIGNED = 'SIGNED', _('signed')
    CONFIRMED = 'CONFIRMED', _('confirmed')
    ISSUING = 'ISSUING', _('issuing')
    ISSUED = 'ISSUED', _('issued')
    DECLINED = 'DECLINED', _('declined')
    FAILED = 'FAILED', _('failed')
    CANCELED = 'CANCELED', _('cancelled')
    EXPIRED = 'EXPIRED', _('expired')


S = ContractStatus
_EARLY_ENDS = {S.DECLINED, S.FAILED, S.CANCELED, S.EXPIRED}

CONTRACT_MOVES: MoveTable = {
    S.PREPARING: frozenset({S.READY, *_EARLY_ENDS}),
    S.READY: frozenset({S.SIGNED, S.PREPARING, *_EARLY_ENDS}),
    S.SIGNED: frozenset({S.CONFIRMED, S.PREPARING, *_EARLY_ENDS}),
    S.CONFIRMED: frozenset({S.ISSUING, S.DECLINED, S.FAILED, S.CANCELED}),
    S.ISSUING: frozenset({S.ISSUED, S.DECLINED, S.FAILED}),
    S.ISSUED: frozenset(),
    S.DECLINED: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELED: frozenset(),
    S.EXPIRED: frozenset(),
}


class ScansState(models.TextChoices):
    """`scans_status` of the wire as a whole; the rooms to the right write it through `note_scans()`."""

    REQUESTED = 'REQUESTED', _('requested')
    RECEIVED_FROM_PARTNER = 'RECEIVED_FROM_PARTNER', _('received from the partner')
    CHECKING = 'CHECKING', _('being checked')
    ACCEPTED = 'ACCEPTED', _('accepted')
    PRINT_FORMS_CHANGED = 'PRINT_FORMS_CHANGED', _('printed forms changed')
    RESCAN_NEEDED = 'RESCAN_NEEDED', _('rescan needed')
    DECLINED = 'DECLINED', _('declined')


SIGNING_MODES: Final = [
    ('platform', _('code from the platform')), ('lender', _('code from the lender')), ('paper', _('on paper'))]
PAYMENT_STATES: Final = [
    ('pending', _('not paid yet')), ('paid', _('paid')), ('partially_paid', _('paid in part')),
    ('declined', _('declined'))]
TERM_UNITS: Final = [('day', _('days')), ('week', _('weeks')), ('month', _('months'))]
"""Words of the adapter contract and of the wire, as operators read them."""


class TemplateStatus(models.TextChoices):
    """A version of a lender's template: DRAFT until its author gives it to a second person."""

    DRAFT = 'DRAFT', _('draft')
    WAITING = 'WAITING', _('waiting for review')
    PUBLISHED = 'PUBLISHED', _('published')
    RETIRED = 'RETIRED', _('retired')
    REJECTED = 'REJECTED', _('rejected')


TEMPLATE_MOVES: MoveTable = {
    TemplateStatus.DRAFT: frozenset({TemplateStatus.WAITING}),
    TemplateStatus.WAITING: frozenset({TemplateStatus.PUBLISHED, TemplateStatus.REJECTED}),
    TemplateStatus.PUBLISHED: frozenset({TemplateStatus.RETIRED}),
    TemplateStatus.RETIRED: frozenset(),
    TemplateStatus.REJECTED: frozenset(),
}
