"""The contract, its signing codes, messages, payments and evidence of signatures. Sums in kopecks."""
from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only, guard_moves
from applications.models import Application
from applications.statuses import MoveTable
from contracts.models_evidence import EvidenceHead, EvidenceRecord  # noqa: F401 - Django looks for models here
from contracts.models_messages import DeliveryStatus, MessagePart, PartnerDay  # noqa: F401 - the same
from contracts.models_operators import Assignment, OperatorAction, OutcomeRequest  # noqa: F401 - the same
from contracts.models_templates import (  # noqa: F401 - Django looks for models in this module
    PrintTemplate,
    TemplateEvent,
    TemplateVersion,
)
from contracts.statuses import (
    CONTRACT_MOVES,
    PAYMENT_STATES,
    SIGNING_MODES,
    TERM_UNITS,
    ContractStatus,
    ScansState,
)
from lenders.models import Lender
from offers.models import Offer, Submission
from vault.fields import EncryptedTextField


class Contract(models.Model):
    """The contract on the one chosen offer of a form: at most one per form, for ever."""

    MOVES: ClassVar[MoveTable] = CONTRACT_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name='contract', verbose_name=_('application'))
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name='contract', verbose_name=_('offer'))
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name='+', verbose_name=_('submission'))
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    status = models.CharField(
        _('status'), max_length=10, choices=ContractStatus.choices, default=ContractStatus.PREPARING)
    status_at = models.DateTimeField(_('status since'))
    outcome_unknown_since = models.DateTimeField(_('outcome unknown since'), null=True)
    chosen_at = models.DateTimeField(_('choice taken by the lender at'), null=True)
    reason = models.CharField(_('reason'), max_length=500, blank=True)
    number = models.CharField(_('number'), max_length=100, blank=True)
    effective_rate = models.DecimalField(_('full cost, % a year'), max_digits=7, decimal_places=3, null=True)
    amount = models.BigIntegerField(_('loan, kopecks'), null=True)
    term_value = models.PositiveIntegerField(_('term'), null=True)
    term_unit = models.CharField(_('unit of the term'), max_length=5, choices=TERM_UNITS, blank=True)
    regular_payment_amount = models.BigIntegerField(_('regular payment, kopecks'), null=True)
    first_payment_date = models.DateField(_('first payment on'), null=True)
    payments_count = models.PositiveIntegerField(_('payments'), null=True)
    forms_version = models.PositiveIntegerField(_('version of the printed forms'), default=0)
    signing_mode = models.CharField(_('signing mode'), max_length=10, choices=SIGNING_MODES, blank=True)
    ready_at = models.DateTimeField(_('ready at'), null=True)
    signed_at = models.DateTimeField(_('signed at'), null=True)
    signature_reported_at = models.DateTimeField(_('lender told of the signature at'), null=True)
    expires_at = models.DateTimeField(_('to be signed until'))
    wanted_scans = models.JSONField(_('wanted scans'), default=list)
    """[{"type": "AGREEMENT_1", "after_signing": true}, …] as the lender asks."""
    scans_state = models.CharField(
        _('scans'), max_length=24, choices=ScansState.choices, default=ScansState.ACCEPTED)
    payment_url = models.CharField(_('payment page'), max_length=2048, blank=True)
    payment_status = models.CharField(_('payment'), max_length=15, choices=PAYMENT_STATES, default='pending')
    links_sent = models.PositiveSmallIntegerField(_('payment links sent'), default=0)
    link_sent_at = models.DateTimeField(_('last payment link sent at'), null=True)
    codes_resent = models.PositiveSmallIntegerField(_('codes sent again'), default=0)
    wrong_codes = models.PositiveSmallIntegerField(_('wrong codes'), default=0)
    confirm_accepted_at = models.DateTimeField(_('confirmation accepted at'), null=True)
    confirm_refused = models.BooleanField(_('confirmation refused'), default=False)
    issued_at = models.DateTimeField(_('issued at'), null=True)

    class Meta:
        verbose_name = _('contract')
        verbose_name_plural = _('contracts')
        indexes = [
            models.Index(fields=['number'], name='contract_number'),
            # What may be stuck: few rows, whose statuses the list of the workstation watches.
            models.Index(fields=['status', 'status_at'], name='contract_under_way', condition=models.Q(
                status__in=['PREPARING', 'SIGNED', 'CONFIRMED', 'ISSUING'])),
            models.Index(fields=['expires_at'], name='contract_unsigned', condition=models.Q(
                status__in=['PREPARING', 'READY'])),
            models.Index(fields=['outcome_unknown_since'], name='contract_unknown', condition=models.Q(
                outcome_unknown_since__isnull=False)),
        ]
        triggers = [guard_moves('contract_moves', 'status', CONTRACT_MOVES)]

    def __str__(self) -> str:
        return self.number or str(self.guid)


class SigningCode(models.Model):
    """One code sent to the client; only the newest of a contract is valid. Never stored in clear.

    Where the lender sends and checks codes itself the digest is empty until it has accepted one.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name='codes', verbose_name=_('contract'))
    seq = models.PositiveSmallIntegerField(_('number'))
    forms_version = models.PositiveIntegerField(_('version of the printed forms'))
    salt = models.BinaryField(max_length=16, default=b'')
    digest = models.BinaryField(max_length=32, default=b'')
    digest_key = models.CharField(max_length=40, blank=True)
    is_automatic = models.BooleanField(_('went out by itself'), default=False)
    asked_at = models.DateTimeField(_('first asked for at'), null=True)
    """When the partner first asked for the automatic code: a success that sends nothing, once."""
    tries = models.PositiveSmallIntegerField(_('tries'), default=0)
    tried_at = models.JSONField(_('tried at'), default=list)
    """Times of all tries, right and wrong, for the evidence of the signature."""
    wrong_tries = models.JSONField(default=list)
    """Numbers (from 1) of the tries that were compared and found wrong."""
    right_try = models.PositiveSmallIntegerField(null=True)
    """Number of the try that signed; null where the lender checks codes."""
    sent_at = models.DateTimeField(_('sent at'))
    expires_at = models.DateTimeField(_('valid until'), null=True)
    expired_at = models.DateTimeField(_('expired at'), null=True)
    accepted_at = models.DateTimeField(_('accepted at'), null=True)

    class Meta:
        verbose_name = _('signing code')
        verbose_name_plural = _('signing codes')
        constraints = [models.UniqueConstraint(fields=['contract', 'seq'], name='one_code_per_seq')]

    def __str__(self) -> str:
        return f'{self.seq} of contract {self.contract_id}'


class CodeCheck(models.Model):
    """A question to a lender that checks codes itself; the web waits for the answer here.

    The code is wiped when the answer is there; `result` is a word of `lenders.contract.CodeResult`, or `void`.
    """

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name='+', verbose_name=_('contract'))
    signing_code = models.ForeignKey(SigningCode, on_delete=models.PROTECT, related_name='+')
    operation = models.CharField(max_length=5, choices=[('send', 'send'), ('check', 'check')])
    code = EncryptedTextField(context='guid', blank=True, default='')
    result = models.CharField(max_length=10, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)
    """The call of the partner that brought the code, for the evidence of the signature."""
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f'{self.operation} {self.guid}'


class MessageStatus(models.TextChoices):
    """OUTBOX: kept here and shown by `sms_outbox`, no gateway was given it."""

    QUEUED = 'queued', _('queued')
    SENT = 'sent', _('given to the gateway')
    OUTBOX = 'outbox', _('kept in the outbox')
    EXPIRED = 'expired', _('not sent: too late')
    REFUSED = 'refused', _('refused by the gateway')


class Message(models.Model):
    """An SMS to the client: written in the transaction that asks for it, sent by a job."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='messages', verbose_name=_('application'))
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, related_name='messages', verbose_name=_('contract'))
    signing_code = models.ForeignKey(SigningCode, on_delete=models.PROTECT, null=True, related_name='messages')
    kind = models.CharField(
        _('kind'), max_length=10, choices=[('code', _('signing code')), ('link', _('payment link'))])
    phone = EncryptedTextField(context='guid')
    phone_index = models.BinaryField(max_length=32)
    text = EncryptedTextField(context='guid')
    is_sandbox = models.BooleanField(_('sandbox'))
    gateway = models.CharField(_('gateway'), max_length=20, blank=True)
    gateway_id = models.CharField(_('id at the gateway'), max_length=100, blank=True)
    status = models.CharField(
        _('status'), max_length=10, choices=MessageStatus.choices, default=MessageStatus.QUEUED)
    expires_at = models.DateTimeField(_('useful until'), null=True)
    created_at = models.DateTimeField(_('asked for at'))
    sent_at = models.DateTimeField(_('sent at'), null=True)
    delivery_status = models.CharField(
        _('delivery'), max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.UNKNOWN)
    delivered_at = models.DateTimeField(_('delivered at'), null=True)
    delivery_reason = models.CharField(_('why not delivered'), max_length=40, blank=True)
    """The gateway's own code."""
    parts = models.PositiveSmallIntegerField(_('parts'), null=True)
    cost = models.BigIntegerField(_('cost, kopecks'), null=True)

    class Meta:
        verbose_name = _('message')
        verbose_name_plural = _('messages')
        indexes = [
            models.Index(fields=['phone_index', 'created_at'], name='message_phone'),
            # For what was spent in a window of days.
            models.Index(fields=['created_at'], name='message_newest'),
        ]

    def __str__(self) -> str:
        return f'{self.kind} {self.guid}'


class Payment(models.Model):
    """A payment of the client at the lender's page (`Payment` of the document)."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name='payments', verbose_name=_('contract'))
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    transaction_number = models.CharField(_('number of the transaction'), max_length=100)
    amount = models.BigIntegerField(_('sum, kopecks'))
    status = models.CharField(_('status'), max_length=10)
    paid_at = models.DateTimeField(_('paid at'))

    class Meta:
        verbose_name = _('payment')
        verbose_name_plural = _('payments')
        constraints = [models.UniqueConstraint(fields=['lender', 'transaction_number'], name='one_payment_per_number')]

    def __str__(self) -> str:
        return self.transaction_number


class Signature(models.Model):
    """That these printed forms were signed; append-only. What proves it is the chain of its `records`."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name='signatures', verbose_name=_('contract'))
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='signatures', verbose_name=_('application'))
    forms_version = models.PositiveIntegerField(_('version of the printed forms'))
    mode = models.CharField(_('signing mode'), max_length=10, choices=SIGNING_MODES)
    signed_at = models.DateTimeField(_('signed at'))

    class Meta:
        verbose_name = _('signature')
        verbose_name_plural = _('signatures')
        constraints = [
            models.UniqueConstraint(fields=['contract', 'forms_version'], name='one_signature_per_forms')]
        permissions = [('export_evidence', _('Can export the evidence of a signature'))]
        triggers = [append_only('signature_append_only')]

    def __str__(self) -> str:
        return str(self.guid)
