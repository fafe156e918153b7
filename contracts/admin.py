"""Contracts, messages, payments and signatures in the workstation: to look at, not to change."""
from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from contracts import admin_templates  # noqa: F401 - registers the pages of templates
from contracts.admin_evidence import evidence_urls
from contracts.models import Contract, Message, Payment, Signature, SigningCode
from contracts.models_evidence import EvidenceRecord
from contracts.models_messages import MessagePart
from contracts.texts import masked_phone, rubles
from vault.admin_pages import ReadOnly


class SigningCodeInline(ReadOnly, TabularInline[SigningCode, Contract]):
    model = SigningCode
    extra = 0
    fields = ('seq', 'forms_version', 'is_automatic', 'tries', 'sent_at', 'expires_at', 'expired_at', 'accepted_at')
    ordering = ('seq',)


class PaymentInline(ReadOnly, TabularInline[Payment, Contract]):
    model = Payment
    extra = 0
    fields = ('transaction_number', 'amount', 'status', 'paid_at')
    ordering = ('paid_at', 'id')


class SignatureInline(ReadOnly, TabularInline[Signature, Contract]):
    model = Signature
    extra = 0
    fields = ('guid', 'forms_version', 'mode', 'signed_at')
    readonly_fields = ('guid',)
    ordering = ('id',)


@admin.register(Contract)
class ContractAdmin(ReadOnly, ModelAdmin[Contract]):
    list_display = (
        'guid', 'number', 'status', 'lender', 'loan', 'scans_state', 'payment_status', 'outcome_unknown_since',
        'status_at')
    list_filter = (
        'status', 'lender', 'scans_state', 'signing_mode', ('outcome_unknown_since', admin.EmptyFieldListFilter))
    list_select_related = ('lender',)
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=guid', '=number', '=application__guid')
    search_help_text = _('Guid of the contract or of the form, or number of the contract, whole')
    inlines = (SigningCodeInline, PaymentInline, SignatureInline)
    fields = (
        'guid', 'application', 'offer', 'lender', 'status', 'status_at', 'reason', 'outcome_unknown_since', 'number',
        'loan', 'effective_rate', 'term_value', 'term_unit', 'first_payment_date', 'payments_count', 'forms_version',
        'signing_mode', 'chosen_at', 'ready_at', 'signed_at', 'expires_at', 'wrong_codes', 'codes_resent',
        'wanted_scans', 'scans_state', 'payment_url', 'payment_status', 'links_sent', 'confirm_accepted_at',
        'confirm_refused', 'issued_at')
    readonly_fields = ('guid', 'loan')

    @admin.display(description=_('loan'), ordering='amount')
    def loan(self, obj: Contract) -> str:
        """The sum lent, for people."""
        return '' if obj.amount is None else rubles(obj.amount)

    def get_urls(self) -> list[URLPattern]:
        """The pages of every model, and that of the evidence of signing."""
        return [*evidence_urls(self), *super().get_urls()]


class MessagePartInline(ReadOnly, TabularInline[MessagePart, Message]):
    model = MessagePart
    extra = 0
    fields = ('gateway', 'gateway_id', 'delivery_status', 'reason', 'reported_at')
    ordering = ('id',)


@admin.register(Message)
class MessageAdmin(ReadOnly, ModelAdmin[Message]):
    """What was sent when; the text, which holds the code, is not opened here."""

    list_display = (
        'created_at', 'kind', 'masked', 'status', 'delivery_status', 'delivery_reason', 'parts', 'price', 'gateway',
        'sent_at', 'application')
    list_filter = ('kind', 'status', 'delivery_status', 'gateway', 'is_sandbox')
    list_select_related = ('application',)
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=guid', '=application__guid')
    inlines = (MessagePartInline,)
    fields = ('guid', 'application', 'contract', 'kind', 'masked', 'status', 'delivery_status', 'delivered_at',
              'delivery_reason', 'parts', 'price', 'gateway', 'gateway_id', 'is_sandbox', 'expires_at', 'created_at',
              'sent_at')
    readonly_fields = ('guid', 'masked', 'price')

    @admin.display(description=_('phone'))
    def masked(self, obj: Message) -> str:
        """The phone without its middle."""
        return masked_phone(obj.phone)

    @admin.display(description=_('cost'), ordering='cost')
    def price(self, obj: Message) -> str:
        """What the gateway takes for it, for people."""
        return '' if obj.cost is None else rubles(obj.cost)


@admin.register(Payment)
class PaymentAdmin(ReadOnly, ModelAdmin[Payment]):
    list_display = ('transaction_number', 'contract', 'lender', 'sum', 'status', 'paid_at')
    list_filter = ('status', 'lender')
    list_select_related = ('contract', 'lender')
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=transaction_number', '=contract__guid')
    fields = ('contract', 'lender', 'transaction_number', 'sum', 'status', 'paid_at')
    readonly_fields = ('sum',)

    @admin.display(description=_('sum'), ordering='amount')
    def sum(self, obj: Payment) -> str:
        """The sum paid, for people."""
        return rubles(obj.amount)


class EvidenceRecordInline(ReadOnly, TabularInline[EvidenceRecord, Signature]):
    model = EvidenceRecord
    extra = 0
    fields = ('number', 'kind', 'recorded_at', 'sha256')
    ordering = ('number',)


@admin.register(Signature)
class SignatureAdmin(ReadOnly, ModelAdmin[Signature]):
    """That a contract was signed and how; the evidence itself, with phone and SMS, is not opened here."""

    list_display = ('signed_at', 'contract', 'mode', 'forms_version')
    list_filter = ('mode',)
    list_select_related = ('contract',)
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=guid', '=contract__guid', '=application__guid')
    inlines = (EvidenceRecordInline,)
    fields = ('guid', 'contract', 'application', 'mode', 'forms_version', 'signed_at')
    readonly_fields = ('guid',)
