"""From our application to the plain form that an adapter takes."""
from __future__ import annotations

from applications.models import Application
from lenders.contract import LenderForm


def lender_form(application: Application) -> LenderForm:
    """The form without scans, which go to the lender in a conversation of their own."""
    values = application.questionnaire
    return LenderForm(
        form_guid=str(application.guid), kind=application.kind, channel=application.channel,
        amount=application.amount, initial_payment=application.initial_payment, term_value=application.term_value,
        values=values, partner_name=application.partner.name, point_code=application.point.code,
        product_code=application.product.code if application.product is not None else '',
        success_url=values.get('success_payment_redirect_url', ''),
        failed_url=values.get('failed_payment_redirect_url', ''))
