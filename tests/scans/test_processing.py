"""The look at a scan before the lender is bothered: copies for people, poor scans sent back, killers parked."""
from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from jobs.models import Job
from scans.looking import look_at_scan
from scans.models import Scan
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till
from tests.scans.stage import accepted, content, page, rows, says, wire, work
from tests.vault.papers import as_file, blurred, paper
from tests.vault.poison import document, plain_png
from vault.files import read_file
from vault.inspection.pool import MODULE, joined
from vault.limited import pool as limited
from vault.limited.pool import Pool
from vault.models import StoredFile

pytestmark = pytest.mark.django_db
PNG, PDF = 'image/png', 'application/pdf'
SMALL = as_file(paper('small', size=(900, 500)))


@pytest.fixture
def own_pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool that a test may maltreat."""
    fresh = Pool(MODULE)
    monkeypatch.setitem(limited._pools, (os.getpid(), MODULE), fresh)
    yield fresh
    fresh.close()


POOR: dict[str, tuple[str, bytes, str]] = {
    'blank': (PNG, plain_png((800, 700)), 'На изображении ничего не видно: отсканируйте документ заново'),
    'small': ('image/jpeg', SMALL, (
        'Изображение слишком маленькое: короткая сторона 500 пикселей, нужно не меньше 600. '
        'Отсканируйте с разрешением от 200 точек на дюйм')),
    'blurred': ('image/jpeg', as_file(blurred(paper('b'), 4)), (
        'Изображение нечёткое: держите камеру неподвижно, наведите резкость на документ и сделайте новое')),
    'empty document': (PDF, document(2), 'На изображении ничего не видно: отсканируйте документ заново'),
    'second page blurred': (PDF, joined([as_file(paper('p', size=(1240, 1754))), as_file(
        blurred(paper('q', size=(1240, 1754), letter=24), 4))]), (
            'Страница 2. Изображение нечёткое: держите камеру неподвижно, наведите резкость на документ и '
            'сделайте новое')),
}


@pytest.mark.parametrize('name', POOR)
def test_a_poor_scan_comes_back_with_a_reason_and_without_the_lender(
    till: Till, lender: FakeLender, name: str,
) -> None:
    mime_type, bytes_, reason = POOR[name]
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', bytes_=bytes_, mime_type=mime_type)])
    work()
    assert till.ok('get_scans_status') == {
        'scans': [{'type': 'PASSPORT_MAIN', 'status': 'RESCAN_NEEDED', 'decline_reason': reason}],
        'scans_status': 'RESCAN_NEEDED'}
    assert lender.keys('send_scans') == []
    says(lender, accepted('PASSPORT_MAIN', 2))
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'better')])
    work()
    assert page(till) == ('ACCEPTED', {'PASSPORT_MAIN': 'CONFIRMED'})


def test_the_same_picture_for_two_types_comes_back(till: Till, lender: FakeLender) -> None:
    """Whichever is looked at second is the one that comes back."""
    till.signed()
    picture = paper('one')
    says(lender, accepted('AGREEMENT_1'), accepted('AGREEMENT_2'))
    till.ok('save_scans', scans=[
        wire('AGREEMENT_1', bytes_=as_file(picture, quality=90)),
        wire('AGREEMENT_2', bytes_=as_file(picture.resize((850, 604)), quality=60))])
    work()
    data = {scan['type']: scan for scan in till.ok('get_scans_status')['scans']}
    good, twin = sorted(data, key=lambda type_: data[type_]['status'])
    assert [data[type_]['status'] for type_ in (good, twin)] == ['CONFIRMED', 'RESCAN_NEEDED']
    assert data[twin]['decline_reason'] == (
        f'То же изображение прислано как {good}: пришлите изображение этого документа')
    till.ok('save_scans', scans=[wire(twin)])
    says(lender, accepted(good), accepted(twin, 2))
    work()
    assert page(till)[0] == 'ACCEPTED'


def test_the_same_picture_as_a_picture_and_as_a_document_is_found(till: Till) -> None:
    till.signed()
    picture = as_file(paper('one', size=(1240, 1754)), quality=90)
    till.ok('save_scans', scans=[
        wire('AGREEMENT_1', bytes_=picture), wire('AGREEMENT_2', bytes_=joined([picture]), mime_type=PDF)])
    work()
    assert sorted(page(till)[1].values()) == ['CHECKING', 'RESCAN_NEEDED']


def test_pages_of_one_layout_and_scans_of_another_form_are_no_twins(lender: FakeLender) -> None:
    first, second = Till(lender), Till(lender)
    for till in (first, second):
        till.signed()
        till.ok('save_scans', scans=[wire('AGREEMENT_1', 'a'), wire('AGREEMENT_2', 'b')])
        work(seconds=1)
        assert set(page(till)[1].values()) == {'CHECKING'}


def test_a_scan_sent_back_is_no_twin_of_the_right_one(till: Till) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('AGREEMENT_1', bytes_=SMALL)])
    work()
    till.ok('save_scans', scans=[wire('AGREEMENT_2', bytes_=SMALL)])
    work()
    reasons = {scan['type']: scan['decline_reason'] for scan in till.ok('get_scans_status')['scans']}
    assert reasons['AGREEMENT_1'] == reasons['AGREEMENT_2']


def test_another_scan_looked_at_meanwhile_is_compared_too(
    till: Till, monkeypatch: pytest.MonkeyPatch,
) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('AGREEMENT_1', 'same'), wire('AGREEMENT_2', 'same')])
    met: list[str] = []

    def look(scan: Scan, earlier: Any) -> Any:
        seen = look_at_scan(scan, earlier)
        if not met:
            met.append(scan.type)
            work('scans.process', seconds=0)
        return seen

    monkeypatch.setattr('scans.steps.look_at_scan', look)
    work()
    assert sorted(page(till)[1].values()) == ['CHECKING', 'RESCAN_NEEDED']


# --- copies for people ----------------------------------------------------------------------------------------------

def test_a_picture_and_a_document_get_encrypted_copies_to_look_at(till: Till) -> None:
    till.signed()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, 'secret description'
    photo = as_file(paper('turned', size=(1300, 900)), exif=exif)
    paper_ = joined([as_file(paper('page', size=(1240, 1754))), as_file(paper('back', size=(1240, 1754)))])
    till.ok('save_scans', scans=[
        wire('PASSPORT_MAIN', bytes_=photo), wire('AGREEMENT_1', bytes_=paper_, mime_type=PDF)])
    work('scans.process')
    shapes = {}
    for scan in Scan.objects.filter(application=till.application):
        assert scan.display_file is not None
        assert scan.thumbnail_file is not None
        assert scan.processed_at is not None
        copies = [read_file(file) for file in (scan.display_file, scan.thumbnail_file)]
        assert not any(b'secret' in copy for copy in copies)
        shapes[scan.type] = [Image.open(io.BytesIO(copy)).size for copy in copies]
        assert len(scan.looks) == (2 if scan.type == 'AGREEMENT_1' else 1)
    assert shapes['PASSPORT_MAIN'] == [(900, 1300), (222, 320)]
    assert max(shapes['AGREEMENT_1'][0]) == 2000
    assert max(shapes['AGREEMENT_1'][1]) == 320
    assert set(StoredFile.objects.filter(kind__startswith='scan-').values_list('kind', 'content_type')) == {
        ('scan-display', 'image/jpeg'), ('scan-thumbnail', 'image/jpeg')}


def test_every_page_of_a_scan_is_looked_at(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'first'), wire('PASSPORT_MAIN', bytes_=SMALL)])
    work()
    assert till.ok('get_scans_status')['scans'][0]['decline_reason'].startswith('Страница 2. Изображение слишком мал')
    found = Scan.objects.filter(application=till.application).order_by('version')
    assert [scan.display_file is not None for scan in found] == [True, True]
    assert lender.keys('send_scans') == []


# --- files that end their child -------------------------------------------------------------------------------------

def _killing(monkeypatch: pytest.MonkeyPatch, bytes_: bytes) -> list[int]:
    """Let this file end whatever child looks at it closely; returns the children it has ended."""
    ended: list[int] = []
    plain: Callable[..., Any] = limited.Child.ask

    def ask(child: limited.Child, verb: bytes, name: str, given: bytes, seconds: float) -> Any:
        if verb == b'v' and given == bytes_:
            ended.append(child.process.pid)
            os.kill(child.process.pid, signal.SIGKILL)
        return plain(child, verb, name, given, seconds)

    monkeypatch.setattr(limited.Child, 'ask', ask)
    return ended


def test_a_file_that_ends_three_children_is_parked_and_the_queue_flows(
    till: Till, lender: FakeLender, own_pool: Pool, monkeypatch: pytest.MonkeyPatch,
) -> None:
    till.signed()
    killer = content('killer')
    ended = _killing(monkeypatch, killer)
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', bytes_=killer), wire('CLIENT_PHOTO')])
    says(lender, accepted('CLIENT_PHOTO'))
    work(seconds=60)
    assert len(set(ended)) == 3
    assert page(till)[1] == {'PASSPORT_MAIN': 'RESCAN_NEEDED', 'CLIENT_PHOTO': 'CONFIRMED'}
    scan = Scan.objects.get(application=till.application, type='PASSPORT_MAIN')
    assert scan.decline_reason == 'Файл не удалось обработать: отсканируйте документ заново'
    parked = Job.objects.get(kind='scans.process', subject=str(scan.guid))
    assert (parked.attempts, parked.state) == (3, 'PARKED')
    says(lender, accepted('CLIENT_PHOTO'), accepted('PASSPORT_MAIN', 2))
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'another')])
    work()
    assert page(till)[0] == 'ACCEPTED'


def test_a_child_that_dies_once_costs_nothing_but_time(
    till: Till, lender: FakeLender, own_pool: Pool, monkeypatch: pytest.MonkeyPatch,
) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    says(lender, accepted('PASSPORT_MAIN'))
    with monkeypatch.context() as patch:
        _killing(patch, content('PASSPORT_MAIN'))
        work('scans.process', seconds=0)
    work(seconds=30)
    assert page(till) == ('ACCEPTED', {'PASSPORT_MAIN': 'CONFIRMED'})
    assert rows(till) == [('PASSPORT_MAIN', 1, True, 'CONFIRMED')]
