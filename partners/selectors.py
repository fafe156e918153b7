"""Reads of partners, their points and products."""
from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from partners.guids import parse_guid
from partners.models import Partner
from vault.statements import Statement


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form comes from: the partner, its point of sale and, when named, its credit product.

    `point_id` is None for a point the partner does not have, `product_id` likewise.
    """

    partner_id: int
    partner_guid: uuid.UUID
    is_sandbox: bool
    allows_english: bool
    redirect_hosts: tuple[str, ...]
    requests_per_second: int | None
    forms_per_phone_day: int | None
    point_id: int | None
    point_kind: str | None
    channel: str | None
    product_id: int | None
    product_kind: str | None
    scoring_deadline_seconds: int | None


_ORIGIN = Statement("""
SELECT p.id, p.guid, p.is_sandbox, p.allows_english, p.redirect_hosts::text, p.requests_per_second,
       p.forms_per_phone_day, t.id, t.kind, t.channel, r.id, r.kind, r.scoring_deadline_seconds
  FROM partners_partner p
  LEFT JOIN partners_point t ON t.partner_id = p.id AND t.code = %s AND t.is_active
  LEFT JOIN partners_product r ON r.partner_id = p.id AND r.code = %s AND r.is_active
 WHERE p.guid = %s AND NOT p.is_blocked
""")


def find_origin(partner_guid: str, point_code: str, product_code: str) -> Origin | None:
    """The origin of a form in one query, or None for an unknown or blocked partner."""
    guid = parse_guid(partner_guid)
    if guid is None:
        return None
    row = _ORIGIN.first_row([point_code, product_code, guid])
    if row is None:
        return None
    values = list(row)
    values[4] = tuple(json.loads(values[4]))
    return Origin(*values)


def partner_by_guid(partner_guid: str) -> Partner | None:
    """The partner that may call us, or None for an unknown or blocked one."""
    guid = parse_guid(partner_guid)
    return None if guid is None else Partner.objects.filter(guid=guid, is_blocked=False).first()
