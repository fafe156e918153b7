"""Reads of offers, always scoped by the partner."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from applications.models import Application
from applications.refusals import ForeignOffer, OfferNotFound
from applications.selectors import find_form, missing_form, unknown_partner
from offers.models import Offer, Submission
from partners.guids import parse_guid
from vault.statements import Statement


@dataclass(frozen=True, slots=True)
class Deal:
    """A form with one of its offers, both the caller's own."""

    application: Application
    offer: Offer


def find_deal(partner_guid: str, form_guid: str, offer_guid: str, *, lock: bool = False) -> Deal:
    """The caller's form and offer; one query, or three with `lock`, which takes the rows in the fixed order.

    Raises, in the order of the document: ValidationRefused, FormNotFound, OfferNotFound, ForeignOffer.
    """
    if lock:
        application = find_form(partner_guid, form_guid, lock=True)
        offer = _own_offer(application, offer_guid)
        locked = Offer.objects.select_for_update(of=('self',)).select_related('lender', 'submission')
        return Deal(application, locked.get(pk=offer.pk))
    deal = _deal_at_once(partner_guid, form_guid, offer_guid)
    if deal is not None:
        return deal
    application = find_form(partner_guid, form_guid)
    return Deal(application, _own_offer(application, offer_guid))


def _deal_at_once(partner_guid: str, form_guid: str, offer_guid: str) -> Deal | None:
    partner, form, guid = parse_guid(partner_guid), parse_guid(form_guid), parse_guid(offer_guid)
    if partner is None or form is None or guid is None:
        return None
    rows = Offer.objects.select_related('lender', 'application__partner', 'application__point')
    offer = rows.filter(
        guid=guid, is_shown=True, application__guid=form, application__partner__guid=partner,
        application__partner__is_blocked=False).first()
    return None if offer is None else Deal(offer.application, offer)


def _own_offer(application: Application, offer_guid: str) -> Offer:
    guid = parse_guid(offer_guid)
    rows = Offer.objects.select_related('lender', 'application')
    offer = None if guid is None else rows.filter(
        guid=guid, is_shown=True, application__partner_id=application.partner_id).first()
    if offer is None:
        raise OfferNotFound
    if offer.application_id != application.pk:
        raise ForeignOffer
    return offer


@dataclass(frozen=True, slots=True)
class OffersPage:
    """What `get_offers` needs, read in one query. `offers` and `files` are wire objects, ordered.

    The end of the offers is in seconds of Unix time: a column of time costs more to read than all the others.
    """

    status: str
    was_shown: bool
    expire_at_unix: float | None
    offers: Sequence[dict[str, Any]]
    files: Sequence[dict[str, Any]]


_PAGE = Statement("""
SELECT a.status, a.offers_shown_at IS NOT NULL, extract(epoch FROM a.offers_expire_at)::float8,
       CASE WHEN a.offers_shown_at IS NULL THEN NULL ELSE (
           SELECT json_agg(json_build_object(
                      'guid', o.guid, 'name', o.name, 'initial_payment', o.initial_payment, 'amount', o.amount,
                      'life_insurance_sum', o.life_insurance_sum, 'work_insurance_sum', o.work_insurance_sum,
                      'term_value', o.term_value, 'term_unit', o.term_unit,
                      'regular_payment_amount', o.regular_payment_amount,
                      'regular_period_type', o.regular_period_type, 'rate', o.rate)
                  ORDER BY o.regular_payment_amount, o.guid)::text
             FROM offers_offer o WHERE o.application_id = a.id AND o.is_shown) END,
       CASE WHEN a.offers_shown_at IS NULL THEN NULL ELSE (
           SELECT json_agg(json_build_object('file_guid', d.guid, 'file_name', d.file_name) ORDER BY d.id)::text
             FROM applications_document d
            WHERE d.application_id = a.id AND d.stage = 'offers' AND d.superseded_at IS NULL) END
  FROM applications_application a
  JOIN partners_partner p ON p.id = a.partner_id
 WHERE a.guid = %s AND p.guid = %s AND NOT p.is_blocked
""")


def offers_page(partner_guid: str, form_guid: str) -> OffersPage:
    """The state of scoring and the offers shown. Raises ValidationRefused or FormNotFound."""
    partner, form = parse_guid(partner_guid), parse_guid(form_guid)
    if partner is None:
        raise unknown_partner()
    row = None if form is None else _PAGE.first_row([form, partner])
    if row is None:
        raise missing_form(partner_guid)
    status, was_shown, expire_at, offers, files = row
    return OffersPage(
        status, was_shown, expire_at, from_json(offers) if offers else [], from_json(files) if files else [])


def submissions_of(application_id: int) -> list[Submission]:
    """All submissions of a form with their lenders, in the order they were made."""
    return list(Submission.objects.filter(application_id=application_id).select_related('lender').order_by('id'))


def submission_by_guid(guid: str | uuid.UUID) -> Submission:
    """A submission with its lender and application."""
    return Submission.objects.select_related('lender', 'application__partner', 'application__point',
                                             'application__product').get(guid=guid)
