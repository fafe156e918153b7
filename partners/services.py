"""Verbs over a partner's settings. Each change is in the journal with who made it; addresses need a second person."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.journal import record
from partners.models import AuthPolicy, Channel, Kind, Partner, Point, Product
from partners.models_changes import ChangeStatus, PartnerChange
from partners.models_keys import PartnerKey
from partners.refusals import NotPossible
from partners.rules import clean_hosts, clean_networks

DIRECT: Final = frozenset({
    'name', 'allows_english', 'requests_per_second', 'forms_per_phone_day', 'sms_per_day', 'is_blocked'})
"""Settings that one person may change."""
FOR_TWO: Final = ('redirect_hosts', 'networks', 'auth_policy')
"""Settings that one person asks for and another approves."""
STARTER_POINTS: Final = (
    ('TILL-1', 'Магазин, касса', Kind.POS, Channel.OFFLINE),
    ('WEB-1', 'Интернет-магазин', Kind.POS, Channel.ONLINE),
    ('WEB-BNPL', 'Интернет-магазин, оплата частями', Kind.BNPL, Channel.ONLINE),
)
STARTER_PRODUCTS: Final = (
    ('POS-CREDIT', 'Кредит на покупку', Kind.POS),
    ('BNPL-4', 'Оплата четырьмя частями', Kind.BNPL),
)


@transaction.atomic
def create_partner(
    *, name: str, is_sandbox: bool, actor: str, redirect_hosts: Sequence[str] = (), networks: Sequence[str] = (),
) -> Partner:
    """A partner with the points and products everybody begins with."""
    partner = Partner.objects.create(
        name=name, is_sandbox=is_sandbox, redirect_hosts=list(redirect_hosts), networks=list(networks),
        auth_policy=AuthPolicy.IP if networks else AuthPolicy.GUID)
    for code, title, kind, channel in STARTER_POINTS:
        Point.objects.create(partner=partner, code=code, name=title, kind=kind, channel=channel)
    for code, title, kind in STARTER_PRODUCTS:
        Product.objects.create(partner=partner, code=code, name=title, kind=kind)
    record(partner=partner, setting='partner', before=None, after={'name': name, 'is_sandbox': is_sandbox}, actor=actor)
    return partner


@transaction.atomic
def change_settings(*, partner: Partner, actor: str, values: Mapping[str, Any]) -> Partner:
    """Settings that one person may change; raises NotPossible for any other."""
    if set(values) - DIRECT:
        raise NotPossible(_('This setting needs a second person'))
    row = Partner.objects.select_for_update().get(pk=partner.pk)
    for name, after in values.items():
        record(partner=row, setting=name, before=getattr(row, name), after=after, actor=actor)
        setattr(row, name, after)
    row.save(update_fields=list(values))
    return row


@transaction.atomic
def ask_change(*, partner: Partner, setting: str, after: Any, actor: str) -> PartnerChange:
    """Ask for a setting that a second person has to approve. Raises NotPossible when it cannot be, or one waits."""
    row = Partner.objects.select_for_update().get(pk=partner.pk)
    value = _cleaned(setting, after)
    if PartnerChange.objects.filter(partner=row, setting=setting, status=ChangeStatus.WAITING).exists():
        raise NotPossible(_('A change of this setting waits for approval already'))
    if value == getattr(row, setting):
        raise NotPossible(_('Nothing would change'))
    return PartnerChange.objects.create(
        partner=row, setting=setting, before=getattr(row, setting), after=value, status=ChangeStatus.WAITING,
        asked_by=actor)


@transaction.atomic
def approve_change(*, change_id: int, actor: str) -> PartnerChange:
    """The second person agrees: the setting is what was asked for. Raises NotPossible for the person who asked."""
    change = _waiting(change_id, actor)
    row = Partner.objects.select_for_update().get(pk=change.partner_id)
    if getattr(row, change.setting) != change.before:
        raise NotPossible(_('The setting has changed since: refuse this and ask anew'))
    setattr(row, change.setting, change.after)
    if not _can_prove(row):
        raise NotPossible(_('The partner could not call any more: give it addresses or a key first'))
    row.save(update_fields=[change.setting])
    return _decided(change, ChangeStatus.APPLIED, actor, '')


@transaction.atomic
def refuse_change(*, change_id: int, actor: str, reason: str) -> PartnerChange:
    """Nothing changes. The person who asked may withdraw so, too."""
    change = _waiting(change_id, '')
    return _decided(change, ChangeStatus.REFUSED, actor, reason)


def _cleaned(setting: str, after: Any) -> Any:
    if setting not in FOR_TWO:
        raise NotPossible(_('There is no such setting'))
    try:
        if setting == 'redirect_hosts':
            return clean_hosts(after)
        return clean_networks(after) if setting == 'networks' else AuthPolicy(after).value
    except ValueError as wrong:
        raise NotPossible(str(wrong)) from wrong


def _can_prove(partner: Partner) -> bool:
    """A policy without an address or a key to fulfil it would shut the partner out."""
    if partner.auth_policy in {AuthPolicy.IP, AuthPolicy.IP_KEY} and not partner.networks:
        return False
    if partner.auth_policy in {AuthPolicy.KEY, AuthPolicy.IP_KEY}:
        return PartnerKey.objects.filter(partner=partner, revoked_at__isnull=True).exists()
    return True


def _waiting(change_id: int, actor: str) -> PartnerChange:
    change = PartnerChange.objects.select_for_update().filter(pk=change_id, status=ChangeStatus.WAITING).first()
    if change is None:
        raise NotPossible(_('This change was decided already'))
    if change.asked_by == actor:
        raise NotPossible(_('Another person must decide on this'))
    return change


def _decided(change: PartnerChange, status: ChangeStatus, actor: str, reason: str) -> PartnerChange:
    change.status, change.decided_by, change.decided_at, change.reason = status, actor, timezone.now(), reason[:500]
    change.save(update_fields=['status', 'decided_by', 'decided_at', 'reason'])
    return change


@transaction.atomic
def save_part(*, row: Point | Product, actor: str) -> None:
    """Store a point or a product, new or changed, and what it was before."""
    kind = type(row)
    names = [field.attname for field in kind._meta.concrete_fields if field.attname not in {'id', 'partner_id'}]
    rows = kind._default_manager.filter(pk=row.pk)
    before = rows.values(*names).first() if row.pk else None
    row.save()
    after = kind._default_manager.filter(pk=row.pk).values(*names).get()
    record(partner=row.partner, setting=f'{kind._meta.model_name}:{row.code}', before=before, after=after, actor=actor)
