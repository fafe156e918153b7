"""From our rows to the plain values of the printed forms."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from applications.models import Application
from contracts.forms.consents import (
    CREDIT_BUREAU_FILE_NAME,
    PERSONAL_DATA_FILE_NAME,
    render_consent_credit_bureau,
    render_consent_personal_data,
)
from contracts.forms.contract import contract_file_name, render_contract
from contracts.forms.data import (
    Client,
    ConsentForm,
    ContractForm,
    FormKind,
    Good,
    LenderParty,
    ScheduleForm,
    Seller,
    SigningWay,
    Terms,
)
from contracts.forms.plan import SCHEDULE_FILE_NAME, render_schedule
from contracts.models import Contract
from contracts.models_templates import TemplateStage, TemplateVersion
from contracts.printing_templates import client_file_name, origin_of, print_version
from contracts.selectors_templates import published_versions
from contracts.templates.values import Values, contract_values, offer_values
from lenders.catalogue import adapter_for
from lenders.contract import DocumentStage, SigningMode
from lenders.models import Lender

MOSCOW = ZoneInfo('Europe/Moscow')
PDF = 'application/pdf'
BUILT_IN = 'built-in form'


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed form, ready to be stored; `made_from` as the document remembers it.

    `lender_code` is for a form of one lender among those of several.
    """

    kind: str
    name: str
    content_type: str
    content: bytes
    made_from: str = ''
    lender_code: str = ''


def print_contract(contract: Contract, made_at: datetime) -> list[Printed]:
    """The forms of a contract: from the lender's published templates, or the platform's own where it has none.

    A lender's `contract` stands for our contract and schedule both; other forms of the lender replace ours of the same
    kind, or are added. Raises FormNotPrinted.
    """
    application = contract.application
    agreement = ContractForm(
        kind=FormKind(application.kind), lender=_party(contract.lender), client=_client(application),
        seller=_seller(application), terms=_terms(contract), goods=_goods(application),
        made_on=made_at.astimezone(MOSCOW).date(),
        signing=SigningWay.PAPER if contract.signing_mode == SigningMode.PAPER else SigningWay.SMS)
    versions = published_versions([contract.lender_id], kind=application.kind, stage=TemplateStage.CONTRACT)
    forms = _own_contract(agreement, {version.template.document for version in versions})
    if versions:
        values = contract_values(agreement)
        forms += [_from_template(version, values, contract.number) for version in versions]
    return forms


def _own_contract(agreement: ContractForm, replaced: Collection[str]) -> list[Printed]:
    if 'contract' in replaced:
        return []
    forms = [Printed('contract', contract_file_name(agreement), PDF, render_contract(agreement), BUILT_IN)]
    if 'schedule' not in replaced:
        schedule = ScheduleForm(
            kind=agreement.kind, lender=agreement.lender, client=agreement.client, terms=agreement.terms,
            made_on=agreement.made_on, signing=agreement.signing)
        forms.append(Printed('schedule', SCHEDULE_FILE_NAME, PDF, render_schedule(schedule), BUILT_IN))
    return forms


def print_consents(application: Application, lenders: Sequence[Lender], made_at: datetime) -> list[Printed]:
    """The consents to the processing of personal data and to the request of the credit history.

    A lender with a published template for one of them prints its own and is left out of the common one; its other
    forms of this stage are added. Templates of a lender that sends its own forms are not used. Raises FormNotPrinted.
    """
    form = ConsentForm(
        client=_client(application), lenders=tuple(_party(lender) for lender in lenders), seller=_seller(application),
        made_on=made_at.astimezone(MOSCOW).date(), loan=application.amount - application.initial_payment)
    versions = [
        version for version in published_versions(
            [lender.pk for lender in lenders], kind=application.kind, stage=TemplateStage.OFFER)
        if DocumentStage.OFFERS not in adapter_for(version.template.lender).capabilities.own_documents]
    own = {(version.template.lender_id, version.template.document) for version in versions}
    forms = _common_consents(form, {
        document: tuple(_party(lender) for lender in lenders if (lender.pk, document) not in own)
        for document in ('personal_data', 'credit_bureau')})
    kind, goods = FormKind(application.kind), _goods(application)
    for version in versions:
        values = offer_values(form, lender=_party(version.template.lender), kind=kind, goods=goods)
        forms.append(_from_template(version, values, ''))
    return forms


def _common_consents(form: ConsentForm, lenders: Mapping[str, tuple[LenderParty, ...]]) -> list[Printed]:
    """The shop takes the form itself, so it needs the first consent even where every lender has its own."""
    personal, bureau = (replace(form, lenders=lenders[name]) for name in ('personal_data', 'credit_bureau'))
    forms = [Printed('personal_data', PERSONAL_DATA_FILE_NAME, PDF, render_consent_personal_data(personal), BUILT_IN)]
    if bureau.lenders:
        forms.append(
            Printed('credit_bureau', CREDIT_BUREAU_FILE_NAME, PDF, render_consent_credit_bureau(bureau), BUILT_IN))
    return forms


def _from_template(version: TemplateVersion, values: Values, number: str) -> Printed:
    template = version.template
    return Printed(
        template.document, client_file_name(version, number), PDF, print_version(version, values), origin_of(version),
        template.lender.code)


def _party(lender: Lender) -> LenderParty:
    return LenderParty(
        name=lender.name, legal_name=lender.legal_name, address=str(lender.settings.get('address', '')),
        details=str(lender.settings.get('details', '')))


def _seller(application: Application) -> Seller:
    return Seller(
        name=application.partner.name, point_name=application.point.name,
        operator_name=application.questionnaire.get('point_user_name', ''))


def _goods(application: Application) -> tuple[Good, ...]:
    return tuple(Good(name=item['description'], price=item['price']) for item in application.items)


def _terms(contract: Contract) -> Terms:
    offer = contract.offer
    return Terms(
        price=contract.application.amount, initial_payment=offer.initial_payment,
        loan=contract.amount if contract.amount is not None else offer.amount, rate=offer.rate,
        term_value=contract.term_value or offer.term_value, term_unit=contract.term_unit or offer.term_unit,
        regular_payment_amount=contract.regular_payment_amount or offer.regular_payment_amount,
        regular_period_type=offer.regular_period_type,
        first_payment_date=contract.first_payment_date or contract.status_at.astimezone(MOSCOW).date(),
        payments_count=contract.payments_count or 1, number=contract.number, effective_rate=contract.effective_rate,
        life_insurance_sum=offer.life_insurance_sum, work_insurance_sum=offer.work_insurance_sum)


def _client(application: Application) -> Client:
    values: Mapping[str, Any] = application.questionnaire
    registration = _address(values, 'registration')
    at_home = values.get('is_living_in_registration_address') is True
    return Client(
        last_name=values['last_name'], first_name=values['first_name'], middle_name=values.get('middle_name', ''),
        birth_date=_day(values.get('birth_date')), birth_place=values.get('birth_place', ''),
        passport_series=values.get('passport_series', ''), passport_number=values.get('passport_number', ''),
        passport_issue_date=_day(values.get('passport_issue_date')),
        passport_issued_by=values.get('passport_issued_by', ''),
        passport_division_code=values.get('passport_division_code', ''), registration_address=registration,
        residence_address=registration if at_home else _address(values, 'residence'),
        phone=values['mobile_phone'], email=values.get('email', ''), gender=values.get('gender', ''))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_PARTS = (
    ('region_type', 'region_name'), ('area_type', 'area_name'), ('city_type', 'city_name'),
    ('settlement_type', 'settlement_name'), ('street_type', 'street_name'))
_NUMBERS = (('д.', 'house'), ('корп.', 'building'), ('стр.', 'construction'), ('кв.', 'flat'))


def _address(values: Mapping[str, Any], which: str) -> str:
    """An address in one line: as the form brought it, or put together out of its parts."""
    line: str = values.get(f'{which}_address_string', '')
    parts: Mapping[str, Any] | None = values.get(f'{which}_address')
    if line or not parts:
        return line
    named = [f'{parts.get(kind, "")} {parts[name]}'.strip() for kind, name in _PARTS if parts.get(name)]
    numbered = [f'{label} {parts[name]}' for label, name in _NUMBERS if parts.get(name)]
    return ', '.join([*filter(None, [parts.get('postal_code')]), *named, *numbered])
