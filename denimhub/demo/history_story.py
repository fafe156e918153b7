"""One application of the demo history as it went, up to the choice of an offer: the services' own verbs, the clock of
the story, and a word of the lender where the services would talk.
"""
from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import NamedTuple

from applications.models import Application
from applications.questionnaire import Questionnaire
from applications.services import create_application
from applications.states import advance
from contracts.documents import Sealed, store_consents
from contracts.locks import lock_application
from contracts.printing import Printed, print_consents
from contracts.services import open_contract
from denimhub.demo import history_jobs
from denimhub.demo.clock import Clock
from denimhub.demo.history_forms import checked_form
from denimhub.demo.history_world import SLOW, Shop, World
from jobs.services import enqueue
from lenders.contract import Decision, DecisionStatus, OfferTerms
from lenders.exchanges import Opening, begin, end
from lenders.models import Lender
from offers import services as offers
from offers.models import Offer, Submission
from offers.statuses import OfferStatus, SubmissionStatus
from partners.models import Partner
from partners.selectors import Origin, find_origin
from scans.services import attach, write_scans
from vault.files import write_blob
from vault.models import StoredFile

ADDRESS = '/v1/applications'


class Filled(NamedTuple):
    """A form that is about to be sent."""

    origin: Origin
    form: Questionnaire
    files: list[StoredFile]


class Scoring:
    """A story: who, where, when. Verbs are called in a transaction, but `fill_in`."""

    def __init__(
        self, world: World, shop: Shop, point: str, *, number: int, at: datetime, dice: Random, is_slow: bool = False,
    ) -> None:
        self.world, self.shop, self.number, self.dice, self.is_slow = world, shop, number, dice, is_slow
        self.point = next(row for row in shop.points if row[0] == point)
        self.clock = Clock(at)
        self.form_id = 0
        self.guid = uuid.UUID(int=dice.getrandbits(128), version=4)

    @property
    def partner(self) -> Partner:
        """Who sent the form."""
        return self.world.partners[self.shop.key]

    @property
    def external_id(self) -> str:
        """The number of the order, by which a second run knows the story."""
        return f'{self.shop.key}-{70_000 + self.number}'

    @property
    def application(self) -> Application:
        """The application, locked."""
        return lock_application(self.form_id)

    def submission(self, lender: str) -> Submission:
        """The form at one lender, as it is now."""
        return Submission.objects.select_related('lender').get(
            application_id=self.form_id, lender=self.world.lenders[lender])

    def pass_(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Time goes by, with a grain of chance, so that no two stories tick alike."""
        history_jobs.stamp(self.form_id, self.clock.at)
        grain = 0.7 + self.dice.random() * 0.6
        self.clock.later(seconds=seconds * grain, minutes=minutes * grain, hours=hours * grain)

    def fill_in(self) -> None:
        """The form, checked, its scans written: before the transaction, as create_form does."""
        origin = self._origin()
        form = checked_form(
            self.shop, self.point, origin, external_id=self.external_id, dice=self.dice, at=self.clock.at,
            is_slow=self.is_slow)
        files = write_scans(form_guid=self.guid, scans=form.scans) if form.scans else []
        self.filled = Filled(origin, form, files)

    def send(self) -> None:
        """The till sends the form."""
        origin, form, files = self.filled
        received = create_application(
            origin=origin, kind=self.point[3], form=form, actor='partner', ask='offers.request', guid=self.guid)
        self.form_id = received.application_id
        attach(application_id=self.form_id, scans=form.scans, files=files)

    def _origin(self) -> Origin:
        origin = find_origin(str(self.partner.guid), self.point[1], SLOW if self.is_slow else '')
        if origin is None:
            raise LookupError(f'the demo partner {self.shop.key} is blocked')
        return origin

    def ask(self) -> None:
        """Lenders are chosen, and the consents printed that the client sees with the offers."""
        self.pass_(seconds=0.4)
        asked = offers.request_offers(self.application)
        self.pass_(seconds=0.3)
        if asked:
            application = self.application
            lenders = [row.lender for row in Submission.objects.select_related('lender').filter(
                application=application).order_by('id')]
            store_consents(application, self.sealed('offers', print_consents(
                application, lenders, application.created_at)))
        history_jobs.close(self.form_id, ['offers.request', 'contracts.consents'])

    def sealed(self, stage: str, forms: list[Printed]) -> list[Sealed]:
        """Printed forms with their encrypted bytes written."""
        made = []
        for form in forms:
            file = StoredFile(
                guid=uuid.uuid4(), kind=f'document.{stage}', context=str(self.guid), content_type=form.content_type,
                created_at=self.clock.at)
            write_blob(file, (form.content,))
            made.append(Sealed(form, file))
        return made

    def call(
        self, lender: str, operation: str, *, status: int | None = 200, seconds: float = 0.8, trouble: str = '',
        answer: object = None,
    ) -> None:
        """A line in the log of calls, and the time it took."""
        row = begin(Opening(
            lender_id=self.world.lenders[lender].pk, form_guid=str(self.guid), operation=operation,
            key=f'{self.guid}:{operation}', method='GET' if operation in ('decision', 'contract', 'state') else 'POST',
            path=f'{ADDRESS}/{operation}', request={'form_guid': str(self.guid)}))
        self.pass_(seconds=seconds)
        end(row, status=status, response=answer if status else None, trouble=trouble)

    def begin_sending(self, lender: str) -> None:
        """The intent to send is committed."""
        advance(self.submission(lender), SubmissionStatus.SENDING, actor=offers.SYSTEM)

    def take_in(self, lender: str) -> None:
        """The lender has taken the form in."""
        self.begin_sending(lender)
        self.call(lender, 'submit', answer={'status': 'accepted'})
        row = self.submission(lender)
        advance(row, SubmissionStatus.SENT, actor=f'lender {lender}',
                lender_application_id=f'{lender[5:7].upper()}-{300_000 + self.number}')
        enqueue('offers.decision', str(row.guid))
        history_jobs.close_one('offers.submit', str(row.guid))

    def approve(self, lender: str, *, after_seconds: float, terms: int = 1) -> None:
        """Offers of one lender."""
        self.pass_(seconds=after_seconds)
        self.call(lender, 'decision', answer={'decision': 'approved'})
        made = tuple(self._terms(lender, number) for number in range(terms))
        offers.take_decision(
            self.application, self.submission(lender), Decision(DecisionStatus.APPROVED, made))
        history_jobs.close_one('offers.decision', str(self.submission(lender).guid))

    def decline(self, lender: str, *, after_seconds: float, reason: str = 'score below the limit') -> None:
        """A lender that says no."""
        self.pass_(seconds=after_seconds)
        self.call(lender, 'decision', answer={'decision': 'declined'})
        offers.take_decision(
            self.application, self.submission(lender), Decision(DecisionStatus.DECLINED, reason=reason))
        history_jobs.close_one('offers.decision', str(self.submission(lender).guid))

    def fail(self, lender: str, why: str) -> None:
        """A lender that could not be understood."""
        self.call(lender, 'decision', status=502, trouble=why)
        offers.fail_submission(self.submission(lender), why=why)
        self.told(lender)

    def settle(self) -> None:
        """The scoring ends."""
        self.pass_(seconds=0.3)
        wait = offers.settle(self.application)
        if wait is not None:
            raise RuntimeError(f'story {self.number}: the scoring does not end')
        history_jobs.close(self.form_id, ['offers.submit', 'offers.decision', 'offers.settle'])

    def score(self, *lenders: str) -> None:
        """The usual beginning: all asked, these approve, the others decline, the offers are shown."""
        self.ask()
        asked = [row.lender.code for row in Submission.objects.select_related('lender').filter(
            application_id=self.form_id).order_by('id')]
        for code in asked:
            self.take_in(code)
        for code in asked:
            seconds = self.scoring_seconds(self.world.lenders[code])
            if code in lenders:
                self.approve(code, after_seconds=seconds)
            else:
                self.decline(code, after_seconds=seconds)
        self.settle()

    def scoring_seconds(self, lender: Lender) -> float:
        """A bank thinks longer than a microfinance company, and now and then much longer."""
        usual = 14.0 if 'bnpl' not in lender.kinds else 4.0
        return usual * self.dice.choice((0.5, 0.8, 1, 1, 1.2, 1.6, 4 if 'bnpl' not in lender.kinds else 2))

    def choose(self) -> Offer:
        """The client takes the cheapest offer; the other lenders are told."""
        self.pass_(minutes=4)
        offer = Offer.objects.filter(
            application_id=self.form_id, is_shown=True, status=OfferStatus.PROPOSED,
        ).order_by('regular_payment_amount', 'guid')[0]
        deal, _first = offers.confirm_offer(
            partner_guid=str(self.partner.guid), form_guid=str(self.guid), offer_guid=str(offer.guid), actor='partner')
        open_contract(application=deal.application, offer=deal.offer)
        self.tell_all()
        return offer

    def told(self, lender: str) -> None:
        """A lender has been told that the form is over."""
        self.call(lender, 'cancel', answer={})
        row = self.submission(lender)
        row.released_at, row.reason = self.clock.at, row.reason or 'the lender was told'
        row.save(update_fields=['released_at', 'reason'])
        history_jobs.close(self.form_id, ['offers.release'])

    def tell_all(self) -> None:
        """Every lender that has to be told has been told."""
        self.pass_(seconds=1)
        for row in Submission.objects.select_related('lender').filter(
                application_id=self.form_id, release_needed=True, released_at__isnull=True):
            self.told(row.lender.code)

    def _terms(self, lender: str, number: int) -> OfferTerms:
        application = Application.objects.get(pk=self.form_id)
        name = f'{lender}-{self.number}-{number}'
        if application.kind == 'bnpl':
            part = -(-application.amount // 4)
            return OfferTerms(
                name, 'Оплата частями', 0, application.amount, 0, 0, 6, 'week', part, 'week', Decimal(0), Decimal(0),
                has_payment_page=True)
        loan, months = application.amount - application.initial_payment, application.term_value or 12
        rate = Decimal(self.dice.choice(('15.900', '17.900', '19.500', '21.900', '24.500')))
        monthly = rate / 1200
        payment = int(loan * monthly / (1 - (1 + monthly) ** -months)) + 1
        return OfferTerms(
            name, f'Кредит на {months} мес.', application.initial_payment, loan, 0, 0, months, 'month', payment,
            'month', rate, rate + Decimal('1.740'))
