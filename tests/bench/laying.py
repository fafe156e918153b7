"""Lays what is asked for: a partner with its point and product, a route to a lender, a form with three offers."""
from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from applications.models import Application, Document
from applications.states import advance
from applications.statuses import ApplicationStatus
from partners.models import Point, Product
from tests.world import a_lender, a_partner, a_point, a_route, a_submission, an_application, an_offer
from vault.files import store_file


def lay_offered(point: Point) -> Application:
    """An application in `done`: three offers of two lenders, two consents."""
    application = an_application(point)
    expires_at = timezone.now() + timedelta(hours=24)
    submissions = [a_submission(application, a_lender(), 'APPROVED') for _ in range(2)]
    for number in range(3):
        an_offer(submissions[number % 2], name=f'Кредит на покупку {number}', expires_at=expires_at,
                 regular_payment_amount=400_000 + number, rate=Decimal('17.900') + number)
    for kind, name in (('personal_data', 'Согласие на обработку.pdf'), ('credit_bureau', 'Согласие для БКИ.pdf')):
        file = store_file(b'%PDF-1.7', content_type='application/pdf', kind='document', context=str(application.guid))
        Document.objects.create(application=application, stage='offers', kind=kind, file=file, file_name=name)
    with transaction.atomic():
        advance(application, ApplicationStatus.SCORING, actor='bench')
        advance(application, ApplicationStatus.OFFERED, actor='bench', offers_shown_at=timezone.now(),
                offers_expire_at=expires_at)
    return application


def main() -> None:
    """Lays everything the rounds ask about; BENCH_LENDER_URL is where the lender's door is."""
    partner = a_partner()
    point = a_point(partner)
    product = Product.objects.create(partner=partner, code='POS-CREDIT', name='Кредит', kind='pos')
    a_route(partner, a_lender(base_url=os.environ['BENCH_LENDER_URL']))
    sys.stdout.write(json.dumps({
        'partner_guid': str(partner.guid), 'point_code': point.code, 'product_code': product.code,
        'form_guid': str(lay_offered(point).guid)}))
