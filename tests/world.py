"""A small world for tests: partners with points, lenders with routes, applications in any state."""
from __future__ import annotations

import itertools
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.states import advance
from applications.statuses import ApplicationStatus
from lenders.models import Lender
from offers.models import Offer, Route, Submission
from offers.statuses import OfferStatus, SubmissionStatus
from partners.models import Partner, Point
from vault.blind import blind_index

_numbers = itertools.count(1)

QUESTIONNAIRE: dict[str, Any] = {
    'mobile_phone': '+79160000000', 'first_name': 'Иван', 'last_name': 'Соколов', 'birth_date': '1990-04-12',
    'passport_series': '4512', 'passport_number': '123456', 'email': 'client@example.com',
    'items': [{'group': 'PHONES', 'category': 'MOBILE_PHONES', 'description': 'Смартфон', 'price': 5_000_000}],
    'amount': 5_000_000, 'initial_payment': 500_000, 'term_value': 12,
}


def a_partner(**fields: Any) -> Partner:
    """A sandbox partner."""
    return Partner.objects.create(**{'name': f'Магазин {next(_numbers)}', 'is_sandbox': True} | fields)


def a_point(partner: Partner, *, kind: str = 'pos', channel: str = 'ONLINE', **fields: Any) -> Point:
    """A point of sale of this partner."""
    number = next(_numbers)
    return Point.objects.create(
        **{'partner': partner, 'code': f'P-{number}', 'name': 'Точка', 'kind': kind, 'channel': channel} | fields)


def a_lender(**fields: Any) -> Lender:
    """A sandbox lender without limits."""
    number = next(_numbers)
    return Lender.objects.create(**{
        'code': f'lender-{number}', 'name': f'Кредитор {number}', 'is_sandbox': True, 'adapter': 'denimhub',
        'base_url': 'http://127.0.0.1:9', 'kinds': ['pos', 'bnpl']} | fields)


def a_route(partner: Partner, lender: Lender, *, kind: str = 'pos', **fields: Any) -> Route:
    """The agreement between a partner and a lender."""
    return Route.objects.create(**{'partner': partner, 'lender': lender, 'kind': kind} | fields)


def an_application(point: Point, **fields: Any) -> Application:
    """A NEW application of 50 000 ₽ with 5 000 ₽ of first payment."""
    now = timezone.now()
    phone = fields.pop('phone', QUESTIONNAIRE['mobile_phone'])
    return Application.objects.create(**{
        'partner': point.partner, 'point': point, 'external_id': f'order-{next(_numbers)}', 'kind': point.kind,
        'channel': point.channel, 'is_sandbox': point.partner.is_sandbox, 'status_at': now, 'amount': 5_000_000,
        'initial_payment': 500_000, 'term_value': 12, 'items': QUESTIONNAIRE['items'],
        'questionnaire': QUESTIONNAIRE | {'mobile_phone': phone}, 'body_hash': b'0' * 32, 'body_hash_key': 'test',
        'form_version': 1, 'phone_index': blind_index(phone, 'phone'), 'passport_index': None,
        'last_name_index': blind_index('соколов', 'name'), 'full_name_index': blind_index('соколов иван', 'name'),
        'scoring_deadline_at': now + timedelta(seconds=120), 'created_at': now} | fields)


def a_submission(application: Application, lender: Lender, status: str = SubmissionStatus.SENT) -> Submission:
    """A submission that has gone the declared way to `status`."""
    submission = Submission.objects.create(
        application=application, lender=lender, is_sandbox=application.is_sandbox, status_at=timezone.now(),
        lender_application_id=f'L-{uuid.uuid4().hex[:8]}')
    way = {'NEW': [], 'SENDING': ['SENDING'], 'SENT': ['SENDING', 'SENT'], 'FAILED': ['SENDING', 'FAILED']}
    with transaction.atomic():
        for step in way.get(status, ['SENDING', 'SENT', status]):
            advance(submission, step, actor='test')
    return submission


def an_offer(submission: Submission, **fields: Any) -> Offer:
    """A shown offer of 45 000 ₽ for 12 months."""
    return Offer.objects.create(**{
        'application': submission.application, 'submission': submission, 'lender': submission.lender,
        'lender_offer_id': uuid.uuid4().hex, 'name': 'Кредит на покупку', 'initial_payment': 500_000,
        'amount': 4_500_000, 'term_value': 12, 'term_unit': 'month', 'regular_payment_amount': 412_345,
        'regular_period_type': 'month', 'rate': Decimal('17.900'), 'effective_rate': Decimal('19.512'),
        'is_shown': True, 'expires_at': timezone.now() + timedelta(hours=24)} | fields)


def an_offered_application(point: Point, lender: Lender, **fields: Any) -> tuple[Application, Offer]:
    """An application with one offer shown and none chosen."""
    application = an_application(point, **fields)
    submission = a_submission(application, lender, SubmissionStatus.APPROVED)
    offer = an_offer(submission)
    now = timezone.now()
    with transaction.atomic():
        advance(application, ApplicationStatus.SCORING, actor='test')
        advance(application, ApplicationStatus.OFFERED, actor='test', offers_shown_at=now,
                offers_expire_at=offer.expires_at)
    return application, offer


def a_deal(point: Point, lender: Lender, **fields: Any) -> tuple[Application, Offer]:
    """An application whose one offer was chosen; the contract is opened by the caller."""
    application, offer = an_offered_application(point, lender, **fields)
    with transaction.atomic():
        advance(offer, OfferStatus.CONFIRMED, actor='test')
        advance(application, ApplicationStatus.DEAL, actor='test')
    return application, offer
