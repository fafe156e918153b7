"""What happens to applications that come to an end: one function per ending."""
from __future__ import annotations

from collections.abc import Callable
from typing import Final

from applications.states import advance
from contracts.services import cancel_application, end_deal
from contracts.sms.base import DeliveryState
from contracts.statuses import ContractStatus
from denimhub.demo.history_deal import Story
from denimhub.demo.history_jobs import Left
from denimhub.demo.history_world import switch_lenders
from lenders.contract import PaymentStage, ScansOutcome, ScanStage, SigningMode
from offers import services as offers
from offers.models import Offer
from offers.statuses import OfferStatus

PAGES: Final = ('AGREEMENT_1', 'AGREEMENT_2')
Ending = tuple[Left, ...]
Tell = Callable[[Story], Ending]


def banks(story: Story) -> tuple[str, str]:
    """The bank and the microfinance company of the story's world."""
    return ('demo-neva', 'demo-briz') if story.shop.is_sandbox else ('demo-ural', 'demo-iskra')


def to_ready(story: Story, *, scans: tuple[str, ...] = (), mode: SigningMode = SigningMode.PLATFORM) -> None:
    """Scored, an offer chosen, the contract ready to sign."""
    bank, other = banks(story)
    story.score(*((other,) if story.point[3] == 'bnpl' else (bank, other) if story.number % 3 else (bank,)))
    if story.point[0] == 'offline':
        story.look()
    story.choose()
    story.prepare(mode=mode, scans=scans)


def to_signed(story: Story, *, scans: tuple[str, ...] = ()) -> None:
    """Signed by the code of an SMS."""
    to_ready(story, scans=scans)
    story.deliver()
    story.sign()
    if scans:
        story.ask_scans()


def issued(story: Story) -> Ending:
    """A POS credit, online or at a till, where the bank wants the signed pages."""
    pages = PAGES if story.point[0] == 'offline' else ()
    to_signed(story, scans=pages)
    if pages:
        story.bring(*pages)
        story.hand_over()
        story.judge(ScanStage.ACCEPTED)
    story.issue()
    return ()


def issued_bnpl(story: Story) -> Ending:
    """Paid in parts: the first part on the lender's page."""
    to_signed(story)
    story.link()
    story.pay(PaymentStage.PAID)
    story.issue()
    return ()


def declined(story: Story) -> Ending:
    """All lenders say no."""
    story.score()
    return ()


def expired(story: Story) -> Ending:
    """Nobody chose an offer in time."""
    bank, other = banks(story)
    story.score(bank, other)
    story.pass_(hours=36)
    offers.expire_offers(story.application)
    story.tell_all()
    return ()


def canceled(story: Story) -> Ending:
    """The client went away before choosing."""
    bank, other = banks(story)
    story.score(bank, other)
    story.pass_(minutes=12)
    cancel_application(partner_guid=str(story.partner.guid), form_guid=str(story.guid))
    story.tell_all()
    return ()


def issued_on_paper(story: Story) -> Ending:
    """Signed with a pen: the pages are the signature."""
    to_ready(story, scans=PAGES, mode=SigningMode.PAPER)
    story.bring(*PAGES)
    story.hand_over()
    story.judge(ScanStage.ACCEPTED)
    story.issue()
    return ()


def issued_late_receipt(story: Story) -> Ending:
    """The gateway told of the SMS only after the signature."""
    to_ready(story)
    story.deliver(is_told=False)
    story.sign()
    story.tell_late()
    story.issue()
    return ()


def issued_rescan(story: Story) -> Ending:
    """One page was poor the first time."""
    to_signed(story, scans=PAGES)
    story.bring(*PAGES)
    story.hand_over()
    story.judge(ScanStage.RESCAN_NEEDED, only=PAGES[:1], reason='Подпись не видна: отсканируйте страницу ещё раз')
    story.bring(PAGES[0])
    story.hand_over()
    story.judge(ScanStage.ACCEPTED)
    story.issue()
    return ()


def not_served(story: Story) -> Ending:
    """No lender serves such a form."""
    story.pass_(seconds=0.4)
    switch_lenders(on=False)
    offers.request_offers(story.application)
    return ()


def scoring_failed(story: Story) -> Ending:
    """One lender declines, the other answers garbage."""
    bank, other = banks(story)
    story.ask()
    story.take_in(bank)
    story.decline(bank, after_seconds=9)
    story.take_in(other)
    story.fail(other, 'NotUnderstood: the answer is not JSON')
    story.settle()
    return ()


def canceled_at_contract(story: Story) -> Ending:
    """The client thought better of it with the contract in hand."""
    to_ready(story)
    story.deliver()
    story.pass_(minutes=20)
    cancel_application(partner_guid=str(story.partner.guid), form_guid=str(story.guid))
    story.tell_all()
    story.book()
    return ()


def contract_declined(story: Story) -> Ending:
    """The lender changed its mind while preparing."""
    bank, other = banks(story)
    story.score(bank, other)
    story.choose()
    story.finish(ContractStatus.DECLINED, why='Кредитор отказал при подготовке договора')
    return ()


def contract_failed(story: Story) -> Ending:
    """The forms could not be made."""
    bank, other = banks(story)
    story.score(bank, other)
    story.choose()
    application, contract = story.deal()
    end_deal(application, contract, ContractStatus.FAILED, actor='system',
             why='the printed forms cannot be made', tell_lender=True)
    story.tell_all()
    return ()


def contract_expired(story: Story) -> Ending:
    """Never signed; no SMS arrived."""
    to_ready(story)
    story.deliver(DeliveryState.FAILED)
    story.clock.later(hours=14 * 24 + 1)
    application, contract = story.deal()
    end_deal(application, contract, ContractStatus.EXPIRED, actor='system', why='not signed in time', tell_lender=True)
    story.tell_all()
    return ()


def scans_declined(story: Story) -> Ending:
    """The lender did not take the pages at all."""
    to_signed(story, scans=PAGES)
    story.bring(*PAGES)
    story.hand_over()
    story.judge(ScanStage.RESCAN_NEEDED, outcome=ScansOutcome.DECLINED, reason='Документы не приняты')
    return ()


def confirmation_refused(story: Story) -> Ending:
    """7004: the lender refused at the last step."""
    to_signed(story)
    story.confirm()
    story.begin_issue()
    story.finish(ContractStatus.DECLINED, why='Лимит клиента исчерпан', confirm_refused=True)
    return ()


def issue_failed(story: Story) -> Ending:
    """An error at the lender after it had accepted."""
    to_signed(story)
    story.confirm()
    story.begin_issue()
    story.finish(ContractStatus.FAILED, why='Внутренняя ошибка кредитора при выдаче')
    return ()


def offer_taken_back(story: Story) -> Ending:
    """One of three offers was taken back by its lender; the client went away."""
    bank, other = banks(story)
    story.ask()
    story.take_in(bank)
    story.take_in(other)
    story.approve(bank, after_seconds=11, terms=2)
    story.approve(other, after_seconds=3)
    story.settle()
    story.pass_(minutes=6)
    row = Offer.objects.filter(application_id=story.form_id).order_by('id')[0]
    advance(row, OfferStatus.REJECTED, actor=f'lender {bank}', why='the lender took the offer back')
    story.pass_(minutes=6)
    cancel_application(partner_guid=str(story.partner.guid), form_guid=str(story.guid))
    story.tell_all()
    return ()
