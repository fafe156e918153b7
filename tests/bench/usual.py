"""DRF as its tutorial writes it: a serializer field per field of the form, the ORM, `delay()` in the request.

The models are the house's own, so the rows are the same; the settings are tests.bench.usual_settings. The fields of
the form are made from a sample body instead of being written out, which costs nothing at run time.
"""
from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications import vocabulary
from applications.models import Application, Document, Event
from denimhub.celery import app as celery
from jobs.models import Job
from offers.models import Offer
from partners.models import Partner, Point, Product
from tests.bench.form import full_form
from vault.blind import blind_index
from vault.hashing import keyed_hash

_DATE = re.compile(r'\d{4}-\d\d-\d\d')
_CHOICES = {
    'marital_status': vocabulary.MaritalStatus, 'education': vocabulary.Education, 'employment': vocabulary.Employment,
    'registration_address_housing_status': vocabulary.HousingStatus, 'credit_count': vocabulary.CreditCount,
    'residence_address_housing_status': vocabulary.HousingStatus, 'mobile_operator': vocabulary.MobileOperator,
    'mobile_contract_type': vocabulary.MobileContractType, 'communication_type': vocabulary.CommunicationType,
    'employment_position_type': vocabulary.EmploymentPositionType, 'employer_scope': vocabulary.EmployerScope,
    'employer_company_status': vocabulary.EmployerCompanyStatus, 'bank_card_type': vocabulary.BankCardType,
    'other_income_type': vocabulary.OtherIncomeType, 'car_presence': vocabulary.CarPresence,
    'bank_card_presence': vocabulary.BankCardPresence, 'card_issuing_bank': vocabulary.CardIssuingBank,
    'previous_credit_type': vocabulary.PreviousCreditType, 'credit_organization': vocabulary.CreditOrganization,
    'client_evaluation_group': vocabulary.ClientEvaluationGroup, 'group': vocabulary.ItemGroup,
    'client_evaluation_level': vocabulary.ClientEvaluationLevel, 'category': vocabulary.ItemCategory,
    'type': vocabulary.RelationType,
}


def _serializer(name: str, sample: dict[str, Any]) -> Any:
    return type(name, (serializers.Serializer,), {field: _field(field, value) for field, value in sample.items()})


def _field(name: str, value: Any) -> Any:
    if name in _CHOICES:
        return serializers.ChoiceField(choices=_CHOICES[name].choices)
    if isinstance(value, bool):
        return serializers.BooleanField()
    if isinstance(value, int):
        return serializers.IntegerField(min_value=0)
    if isinstance(value, dict):
        return _serializer(f'{name}Serializer', value)()
    if isinstance(value, list):
        return _serializer(f'{name}Serializer', value[0])(many=True)
    if _DATE.fullmatch(value):
        return serializers.DateField()
    return serializers.EmailField() if name == 'email' else serializers.CharField(max_length=1024)


class FormSerializer(_serializer('FormFields', full_form('', '', ''))):  # type: ignore[misc]
    """The form, with the rules every such serializer grows."""

    def validate_external_id(self, value: str) -> str:
        if Application.objects.filter(
                external_id=value, partner__guid=self.initial_data.get('partner_guid')).exists():
            raise serializers.ValidationError('This external_id is taken.')
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs['initial_payment'] >= attrs['amount']:
            raise serializers.ValidationError({'initial_payment': 'Must be less than amount.'})
        if attrs['amount'] > sum(item['price'] for item in attrs['items']):
            raise serializers.ValidationError({'amount': 'Must not exceed the sum of item prices.'})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Application:
        data = validated_data
        partner = get_object_or_404(Partner, guid=data['partner_guid'], is_blocked=False)
        point = get_object_or_404(Point, partner=partner, code=data['point_code'], is_active=True)
        product = get_object_or_404(Product, partner=partner, code=data['credit_product_code'], is_active=True)
        now = timezone.now()
        key_id, digest = keyed_hash(repr(sorted(data.items(), key=lambda pair: pair[0])).encode())
        application = Application.objects.create(
            partner=partner, point=point, product=product, external_id=data['external_id'], kind=point.kind,
            channel=point.channel, is_sandbox=partner.is_sandbox, status_at=now, amount=data['amount'],
            initial_payment=data['initial_payment'], term_value=data['term_value'], items=data['items'],
            questionnaire=data, body_hash=digest, body_hash_key=key_id, form_version=1,
            phone_index=blind_index(data['mobile_phone'], 'phone'),
            passport_index=blind_index(data['passport_series'] + data['passport_number'], 'passport'),
            last_name_index=blind_index(data['last_name'].lower(), 'name'),
            full_name_index=blind_index(f'{data["last_name"]} {data["first_name"]}'.lower(), 'name'),
            scoring_deadline_at=now + timedelta(seconds=120), created_at=now)
        Event.objects.create(application=application, at=now, subject='application', moved_to='NEW', actor='partner')
        Job.objects.create(kind='offers.request', queue='lenders', subject=str(application.guid))
        celery.send_task('bench.announce', [str(application.guid)], queue='bench')
        return application


class OfferSerializer(serializers.ModelSerializer[Offer]):
    rate = serializers.DecimalField(max_digits=7, decimal_places=3, coerce_to_string=False)

    class Meta:
        model = Offer
        fields = [
            'guid', 'name', 'initial_payment', 'amount', 'life_insurance_sum', 'work_insurance_sum', 'term_value',
            'term_unit', 'regular_payment_amount', 'regular_period_type', 'rate']


class DocumentSerializer(serializers.ModelSerializer[Document]):
    file_guid = serializers.UUIDField(source='guid')

    class Meta:
        model = Document
        fields = ['file_guid', 'file_name']


class OffersSerializer(serializers.ModelSerializer[Application]):
    offer_status = serializers.SerializerMethodField()
    files = DocumentSerializer(source='documents', many=True)
    offers = OfferSerializer(many=True)

    class Meta:
        model = Application
        fields = ['offer_status', 'files', 'offers']

    def get_offer_status(self, application: Application) -> str:
        return 'done' if application.status == 'OFFERED' else 'pending'


class AskedSerializer(serializers.Serializer[Any]):
    partner_guid = serializers.UUIDField()
    form_guid = serializers.UUIDField()


class CreateForm(APIView):
    def post(self, request: Request) -> Response:
        serializer = FormSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        application = serializer.save()
        return Response({'status': 'success', 'data': {'form_guid': str(application.guid)}})


class GetOffers(APIView):
    def post(self, request: Request) -> Response:
        asked = AskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        partner = get_object_or_404(Partner, guid=asked.validated_data['partner_guid'], is_blocked=False)
        application = get_object_or_404(Application, guid=asked.validated_data['form_guid'], partner=partner)
        return Response({'status': 'success', 'data': OffersSerializer(application).data})


urlpatterns = [path('dp/create_form', CreateForm.as_view()), path('dp/get_offers', GetOffers.as_view())]
