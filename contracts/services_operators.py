"""What a person of the back office does to one form: each with a reason, once for one press, in the journal."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.refusals import Refusal, TooManyResends, WrongFormStatus
from applications.states import record
from contracts.locks import lock_application
from contracts.models import Contract
from contracts.models_operators import Assignment, OperatorAction
from contracts.rules import RESEND_PAUSE_SECONDS, RESENDS_PER_CONTRACT, WRONG_CODES_PER_CONTRACT, Stage
from contracts.selectors import newest_code, whole_stage
from contracts.selectors_operators import talks_of
from contracts.services import cancel_for_operator
from contracts.services_codes import allow_codes_again, resend_sms_code
from contracts.services_messages import seconds_left, send_sms_link
from jobs.models import Job
from jobs.services import enqueue, retry
from lenders.contract import SigningMode

LEAST_REASON: Final = 5
LONGEST_REASON: Final = 500


class ActionRefused(Exception):
    """It cannot be done now; the text is for people, nothing was changed."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


class DoneAlready(Exception):
    """This very press of the button was carried out before: nothing is done a second time."""


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed a button and why; `key` is that of the form, the same for a double press."""

    key: uuid.UUID
    operator: str
    why: str

    @property
    def actor(self) -> str:
        """As the journal names people."""
        return f'operator {self.operator}'


@contextmanager
def once(application: Application, press: Press, verb: str) -> Iterator[Application]:
    """One transaction around an action, with the form locked and the press written down; a refusal undoes all.

    Raises DoneAlready for a second press, ActionRefused for a reason that is too short.
    """
    why = ' '.join(press.why.split())
    if not LEAST_REASON <= len(why) <= LONGEST_REASON:
        raise ActionRefused(_('Give a reason of 5 to 500 characters'))
    with transaction.atomic():
        row = lock_application(application.pk)
        try:
            with transaction.atomic():
                OperatorAction.objects.create(
                    key=press.key, application=row, verb=verb, actor=press.actor, why=why, at=timezone.now())
        except IntegrityError as known:
            raise DoneAlready from known
        yield row


def take_in_work(application: Application, press: Press) -> None:
    """This person works on the form from now on; whoever held it before stands in the journal."""
    with once(application, press, 'take') as row:
        now = timezone.now()
        held, is_new = Assignment.objects.get_or_create(
            application=row, defaults={'holder': press.operator, 'taken_at': now})
        before = '' if is_new else held.holder
        if before == press.operator:
            raise ActionRefused(_('You work on this form already'))
        held.holder, held.taken_at = press.operator, now
        held.save(update_fields=['holder', 'taken_at'])
        record(row.pk, subject='in work', moved_from=before[:24], moved_to=press.operator[:24], actor=press.actor,
               why=press.why)


def add_note(application: Application, press: Press) -> None:
    """A line in the journal, for colleagues."""
    with once(application, press, 'note') as row:
        record(row.pk, subject='note', actor=press.actor, why=press.why)


def reopen_signing(application: Application, press: Press) -> None:
    """Let a client who has used up the wrong tries or the codes sign after all."""
    with once(application, press, 'reopen_signing') as row:
        contract = _to_sign(row)
        if not contract.wrong_codes and not contract.codes_resent:
            raise ActionRefused(_('Nothing is used up: the client may ask for a code'))
        allow_codes_again(contract, actor=press.actor, why=press.why)


def send_code_again(application: Application, press: Press) -> None:
    """Send the client a new signing code, under the limits of the contract, the phone and the partner."""
    with once(application, press, 'resend_code') as row:
        contract = _to_sign(row)
        if contract.wrong_codes >= WRONG_CODES_PER_CONTRACT or contract.codes_resent >= RESENDS_PER_CONTRACT:
            raise ActionRefused(_('The codes of this contract are used up: re-open signing first'))
        last = newest_code(contract.pk)
        wait = 0 if last is None else seconds_left(last.sent_at, RESEND_PAUSE_SECONDS)
        if wait:
            raise ActionRefused(_('A code has just been sent: try in %(seconds)s s') % {'seconds': wait})
        try:
            resend_sms_code(**_guids(row, contract))
        except TooManyResends as refused:
            raise ActionRefused(
                _('The phone or the partner has used up its SMS of the day, or the phone takes none')) from refused
        except Refusal as refused:
            raise ActionRefused(refused.message) from refused
        record(row.pk, subject='signing code', moved_to='sent again', actor=press.actor, why=press.why)


def send_link_again(application: Application, press: Press) -> None:
    """Send the client the address of the payment page, under the limits of the contract, the phone and the partner."""
    with once(application, press, 'resend_link') as row:
        contract = _contract(row)
        try:
            send_sms_link(**_guids(row, contract))
        except TooManyResends as refused:
            wait = refused.data.get('retry_after')
            if wait:
                raise ActionRefused(
                    _('A link has just been sent: try in %(seconds)s s') % {'seconds': wait}) from refused
            raise ActionRefused(_('No more links may be sent to this client today')) from refused
        except Refusal as refused:
            raise ActionRefused(_('There is no payment to make now: no link was sent')) from refused
        record(row.pk, subject='payment link', moved_to='sent again', actor=press.actor, why=press.why)


def cancel(application: Application, press: Press) -> None:
    """Cancel the form; every lender asked is told. Not once the issue is with the lender."""
    with once(application, press, 'cancel') as row:
        try:
            done = cancel_for_operator(application_id=row.pk, actor=press.actor, why=press.why)
        except WrongFormStatus as refused:
            raise ActionRefused(_('It is too late to cancel: the form has ended or its issue is with the lender')) \
                from refused
        if not done:
            raise ActionRefused(_('The form is cancelled already'))


def ask_again(application: Application, press: Press) -> None:
    """Ask the lenders now instead of at the next time: polls at once, parked conversations start again.

    A form, a choice or a confirmation whose answer was lost goes out again only by the step that asks by our id first.
    """
    with once(application, press, 'ask_again') as row:
        talks = talks_of(row)
        if not talks:
            raise ActionRefused(_('No lender owes an answer to this form'))
        for kind, subject in talks:
            parked = Job.objects.filter(kind=kind, subject=subject, state=Job.State.PARKED).values_list('pk', flat=True)
            if parked:
                retry(job_ids=parked)
            else:
                enqueue(kind, subject)
        names = ', '.join(sorted({kind for kind, _subject in talks}))
        record(row.pk, subject='asked again', moved_to='', actor=press.actor, why=f'{press.why} ({names})')


def _contract(application: Application) -> Contract:
    contract = Contract.objects.select_for_update(of=('self',)).select_related('lender', 'offer', 'submission').filter(
        application=application).first()
    if contract is None:
        raise ActionRefused(_('This form has no contract yet'))
    contract.application = application
    return contract


def _to_sign(application: Application) -> Contract:
    contract = _contract(application)
    if whole_stage(application, contract) != Stage.READY:
        raise ActionRefused(_('The contract is not waiting for a signature'))
    if contract.signing_mode == SigningMode.PAPER:
        raise ActionRefused(_('This contract is signed on paper: there are no codes'))
    return contract


def _guids(application: Application, contract: Contract) -> dict[str, str]:
    return {'partner_guid': str(application.partner.guid), 'form_guid': str(application.guid),
            'offer_guid': str(contract.offer.guid)}
