"""Scans of a story: looked at, brought to the lender, judged."""
from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence

from contracts.models import Contract
from denimhub.demo import history_jobs
from denimhub.demo.history_forms import picture, scan_in
from denimhub.demo.history_story import Scoring
from lenders.contract import ScansAnswer, ScansOutcome, ScanStage, ScanVerdict
from scans.looking import PartSeen, Seen
from scans.models import Scan, ScanState, SentFile
from scans.services import save_scans
from scans.settling import lock_desk, note_files, note_seen, note_sent, settle, take_answer
from vault.files import write_blob
from vault.inspection.pool import page_view
from vault.inspection.verdicts import PageView
from vault.models import StoredFile

_VIEWS: dict[str, PageView] = {}


def view_of(type_: str) -> PageView:
    """The copies for people and the measures of a drawing, made once in a process by a limited child."""
    if type_ not in _VIEWS:
        made = page_view(picture(type_))
        if made is None:
            raise RuntimeError(f'the drawing of {type_} does not open')
        _VIEWS[type_] = made
    return _VIEWS[type_]


class Scans(Scoring):
    """What becomes of the scans."""

    def look(self) -> None:
        """The platform has looked at every scan that came."""
        self.pass_(seconds=2)
        for scan in Scan.objects.select_related('file').filter(
                application_id=self.form_id, processed_at__isnull=True).order_by('id'):
            view = view_of(scan.type)
            part = PartSeen(
                scan, self._copy(scan, 'scan-display', view.display),
                self._copy(scan, 'scan-thumbnail', view.thumbnail), [view.look])
            others = set(Scan.objects.filter(application_id=self.form_id).values_list('pk', flat=True))
            note_seen(scan, Seen([part], view.thumbnail, compared=others))
        history_jobs.close(self.form_id, ['scans.process', 'scans.refresh', 'scans.submit'])

    def _copy(self, scan: Scan, kind: str, content: bytes) -> StoredFile:
        stored = StoredFile(
            guid=uuid.uuid4(), kind=kind, context=scan.file.context, content_type='image/jpeg',
            created_at=self.clock.at)
        write_blob(stored, (content,))
        return stored

    def ask_scans(self) -> None:
        """What the lender wants is counted, as the job after signing does."""
        settle(lock_desk(self._contract()), actor='system')
        history_jobs.close(self.form_id, ['scans.refresh'])

    def bring(self, *types: str) -> None:
        """The seller sends scans for the contract."""
        self.pass_(minutes=5)
        contract = self._contract()
        save_scans(
            partner_guid=str(self.partner.guid), form_guid=str(self.guid), offer_guid=str(contract.offer.guid),
            scans=[scan_in(type_) for type_ in types])

    def hand_over(self) -> None:
        """The lender has the scans and looks at them."""
        self.look()
        contract = self._contract()
        self.call(contract.lender.code, 'scans', seconds=2, answer={})
        desk = lock_desk(self._contract())
        sent = [scan for scan in desk.scans if scan.state == ScanState.RECEIVED_FROM_PARTNER and not scan.from_form]
        note_sent(desk, {scan.pk for scan in sent})
        note_files([
            SentFile(scan=scan, page=1, pages=1, content_type='image/jpeg', size_bytes=len(picture(scan.type)),
                     sha256=hashlib.sha256(picture(scan.type)).hexdigest()) for scan in sent], contract.lender_id)
        history_jobs.close(self.form_id, ['scans.send', 'scans.refresh'])

    def judge(
        self, stage: ScanStage, *, outcome: ScansOutcome = ScansOutcome.OPEN, reason: str = '', version: int = 1,
        only: Sequence[str] = (),
    ) -> None:
        """The lender's word on the scans, all of them or some."""
        self.pass_(minutes=4)
        desk = lock_desk(self._contract())
        verdicts = tuple(
            ScanVerdict(scan.type, stage if not only or scan.type in only else ScanStage.ACCEPTED, scan.version, reason)
            for scan in desk.scans if scan.state == ScanState.CHECKING)
        take_answer(desk, ScansAnswer(outcome, verdicts, version))
        history_jobs.close(self.form_id, ['scans.verdicts', 'scans.refresh'])

    def _contract(self) -> Contract:
        return Contract.objects.select_related('lender', 'offer', 'application').get(application_id=self.form_id)
