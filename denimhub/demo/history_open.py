"""Stories that are not over: each status of an application, a submission, a contract and of scans that waits for
somebody, with the job that waits.
"""
from __future__ import annotations

from contracts.models import MessageStatus
from contracts.rules import TRIES_PER_CODE
from contracts.services import reopen_forms
from contracts.services_codes import resend_sms_code
from contracts.sms.base import DeliveryState
from denimhub.demo.history_deal import Story
from denimhub.demo.history_jobs import Left
from denimhub.demo.history_plots import PAGES, Ending, banks, to_ready, to_signed
from lenders.contract import PaymentStage, ScanStage

_WRONG = '000000'


def intake_parked(story: Story) -> Ending:
    """Nobody has been asked: the job that chooses lenders was parked."""
    return (Left('offers.request', 'OperationalError: the connection is lost', attempts=12, is_parked=True),)


def sending_waits(story: Story) -> Ending:
    """The bank does not answer calls, so the form has not gone there yet; the other lender is thinking."""
    bank, other = banks(story)
    story.ask()
    story.take_in(other)
    story.call(bank, 'submit', status=503, seconds=0.2, trouble='LenderUnavailable: HTTP 503')
    return (Left('offers.submit', 'LenderUnavailable: HTTP 503', attempts=9, due_in_minutes=190),
            Left('offers.decision', due_in_minutes=240))


def sending_unknown(story: Story) -> Ending:
    """Whether the bank has the form is not known."""
    bank, other = banks(story)
    story.ask()
    story.take_in(other)
    story.decline(other, after_seconds=3)
    story.begin_sending(bank)
    row = story.submission(bank)
    row.outcome_unknown_since = story.clock.at
    row.save(update_fields=['outcome_unknown_since'])
    story.call(bank, 'submit', status=None, seconds=5, trouble='OutcomeUnknown: no answer in time')
    return (Left('offers.submit', 'OutcomeUnknown: no answer in time', attempts=6, due_in_minutes=150),)


def scoring_waits(story: Story) -> Ending:
    """Both lenders have the form, a person looks at it."""
    story.ask()
    for lender in banks(story):
        story.take_in(lender)
    return (Left('offers.decision', due_in_minutes=300),)


def offered(story: Story) -> Ending:
    """The client is choosing."""
    story.score(*banks(story))
    return ()


def preparing_waits(story: Story) -> Ending:
    """The lender is still making the contract."""
    story.score(*banks(story))
    story.choose()
    return (Left('contracts.prepare', due_in_minutes=200),)


def preparing_parked(story: Story) -> Ending:
    """Nobody knows whether the lender has the choice."""
    story.score(*banks(story))
    story.choose()
    _application, contract = story.deal()
    contract.outcome_unknown_since = story.clock.at
    contract.save(update_fields=['outcome_unknown_since'])
    story.call(contract.lender.code, 'choose', status=None, seconds=5, trouble='OutcomeUnknown: no answer in time')
    return (Left('contracts.prepare', 'OutcomeUnknown: no answer in time', attempts=200, is_parked=True),)


def ready(story: Story) -> Ending:
    """The SMS is there, nobody has typed the code."""
    to_ready(story)
    story.deliver()
    return ()


def ready_sms_late(story: Story) -> Ending:
    """The first SMS came too late to be sent, the second one found the phone switched off."""
    to_ready(story)
    story.pass_(minutes=7)
    story.drop(MessageStatus.EXPIRED, '')
    _application, contract = story.deal()
    resend_sms_code(**story.names(contract))
    story.deliver(DeliveryState.EXPIRED)
    return ()


def ready_sms_refused(story: Story) -> Ending:
    """The gateway does not take the number."""
    to_ready(story)
    story.drop(MessageStatus.REFUSED, 'wrong number')
    return ()


def ready_sms_parked(story: Story) -> Ending:
    """The account at the gateway is blocked."""
    to_ready(story)
    return (Left('contracts.send_message', 'GatewayClosed: no money', attempts=40, is_parked=True),)


def ready_codes_used(story: Story) -> Ending:
    """Ten wrong codes: an operator may let the client sign after all."""
    to_ready(story)
    story.deliver()
    for number in range(2):
        for _try in range(TRIES_PER_CODE):
            story.pass_(seconds=9)
            story.type_wrong(_WRONG)
        if number == 0:
            _application, contract = story.deal()
            resend_sms_code(**story.names(contract))
            story.deliver()
    return ()


def scans_requested(story: Story) -> Ending:
    """Signed; the bank waits for the signed pages."""
    to_signed(story, scans=PAGES)
    return ()


def scans_received(story: Story) -> Ending:
    """The pages are here and nobody has looked at them yet."""
    to_signed(story, scans=PAGES)
    story.bring(*PAGES)
    return (Left('scans.process', 'no child was free or the file took too long', attempts=2, due_in_minutes=170),)


def scans_checking(story: Story) -> Ending:
    """The bank is looking at the pages."""
    to_signed(story, scans=PAGES)
    story.bring(*PAGES)
    story.hand_over()
    return (Left('scans.verdicts', due_in_minutes=180),)


def scans_poor(story: Story) -> Ending:
    """One page has to be scanned again."""
    to_signed(story, scans=PAGES)
    story.bring(*PAGES)
    story.hand_over()
    story.judge(ScanStage.RESCAN_NEEDED, only=PAGES[:1], reason='Подпись не видна: отсканируйте страницу ещё раз')
    return ()


def forms_changed(story: Story) -> Ending:
    """The bank replaced the printed forms after they were signed: the client has to sign the new ones."""
    to_signed(story)
    story.pass_(minutes=8)
    _application, contract = story.deal()
    reopen_forms(contract=contract, forms_version=2, actor=f'lender {contract.lender.code}')
    story.prepare(version=2)
    story.deliver()
    return ()


def payment_waits(story: Story) -> Ending:
    """The link is with the client, nothing has been paid."""
    to_signed(story)
    story.link()
    return (Left('contracts.watch_payment', due_in_minutes=210),)


def paid_in_part(story: Story) -> Ending:
    """Half of the first part has come."""
    to_signed(story)
    story.link()
    story.pay(PaymentStage.PARTIALLY_PAID, share=50)
    return (Left('contracts.watch_payment', due_in_minutes=210),)


def payment_declined(story: Story) -> Ending:
    """The client's card was refused."""
    to_signed(story)
    story.link()
    story.pay(PaymentStage.DECLINED)
    return (Left('contracts.watch_payment', due_in_minutes=210),)


def report_parked(story: Story) -> Ending:
    """Confirmed by the seller; the lender does not take the report of the signature."""
    to_ready(story)
    story.deliver()
    story.type_code()
    story.confirm()
    why = 'the lender does not take the signature: RequestRefused: HTTP 422'
    return (Left('contracts.report_signature', why, attempts=6, is_parked=True),
            Left('contracts.confirm', due_in_minutes=120))


def issuing(story: Story) -> Ending:
    """The lender has the confirmation and is issuing."""
    to_signed(story)
    story.confirm()
    story.begin_issue()
    return (Left('contracts.watch_issue', due_in_minutes=220),)


def issue_unknown(story: Story) -> Ending:
    """The answer to the confirmation was lost: two people decide."""
    to_signed(story)
    story.confirm()
    story.begin_issue(answer_lost=True)
    return (Left('contracts.confirm', 'the outcome of the issue is unknown and the lender takes no keys:'
                 ' an operator decides', attempts=18, is_parked=True),)
