"""What waits for a second person in the demo: an outcome the operator proposed, a company that asks to work live."""
from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from contracts.models import Contract
from contracts.models_operators import OutcomeRequest
from contracts.services_outcomes import propose_outcome
from contracts.statuses import ContractStatus
from contracts.statuses_operators import Outcome, OutcomeKind
from denimhub.demo.seed import ADMIN_PASSWORD
from denimhub.registration.services import confirm
from denimhub.registration.tokens import new_token
from partners.models_company import Company, Registration
from partners.rotation import ADDRESS, EMAIL
from vault.blind import blind_index

INN: Final = '7707083893'
_EMAIL: Final = 'owner@demo.example'
_ADDRESS: Final = '192.0.2.10'


def fill_duties() -> None:
    """Make what is missing of both."""
    if not Company.objects.filter(inn=INN).exists():
        _company()
    if not OutcomeRequest.objects.exists():
        _outcome()


def _company() -> None:
    """As its representative does it in the browser, but for the letter."""
    token, token_hash = new_token()
    Registration.objects.create(
        company_name='ООО «Северный велосипед»', inn=INN, site='https://velo.demo.example',
        password=make_password(ADMIN_PASSWORD),
        contact={'name': 'Мария Зимина', 'email': _EMAIL, 'phone': '+79161112233', 'ip': _ADDRESS},
        email_index=blind_index(_EMAIL, EMAIL), address_index=blind_index(_ADDRESS, ADDRESS), token_hash=token_hash,
        token_expires_at=timezone.now() + timedelta(hours=1))
    confirm(token=token)


def _outcome() -> None:
    contract = Contract.objects.filter(
        status=ContractStatus.ISSUING, outcome_unknown_since__isnull=False).order_by('pk').first()
    if contract is not None:
        propose_outcome(
            submission=contract.submission, kind=OutcomeKind.ISSUE, outcome=Outcome.ISSUED,
            evidence='Письмо банка от сегодняшнего утра: договор выдан, деньги у магазина',
            reason='Банк ответил на запрос по почте, статус по API не отдаёт',
            by=get_user_model().objects.get(username='operator'))
