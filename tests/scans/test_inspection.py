"""Files of strangers against the pool of limited children."""
from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation
from PIL import Image, ImageChops, ImageOps, ImageStat

from applications.questionnaire import ScanIn
from applications.refusals import Busy
from scans import problems
from scans.problems import inspect_files, scan_problems
from tests.scans.poison import JPEG, PDF, PNG, document, good, picture, poison
from vault.inspection import pool as inspection
from vault.inspection.pool import MODULE, display_copy, look_at
from vault.inspection.verdicts import Finding
from vault.limited import pool as limited
from vault.limited.pool import ChildDied, Pool, TooSlow

POISON = poison()
GOOD = good()
A_JPEG, A_PNG, A_PDF = (JPEG, picture()), (PNG, picture('PNG')), (PDF, document())


@pytest.fixture
def own_pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool that a test may maltreat."""
    fresh = Pool(MODULE)
    monkeypatch.setitem(limited._pools, (os.getpid(), MODULE), fresh)
    yield fresh
    fresh.close()


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize('name', POISON)
def test_poison_is_named(name: str) -> None:
    mime_type, make, finding = POISON[name]
    assert look_at([(mime_type, make())]) == [finding]


@pytest.mark.parametrize('name', GOOD)
def test_good_files_pass(name: str) -> None:
    mime_type, make = GOOD[name]
    assert look_at([(mime_type, make())]) == [Finding.FINE]


def test_the_corpus_is_large() -> None:
    assert len(POISON) >= 60


def test_poison_leaves_the_children_alive(own_pool: Pool) -> None:
    look_at([A_JPEG])
    child = own_pool.idle[0]
    for mime_type, make, _finding in POISON.values():
        look_at([(mime_type, make())])
    assert own_pool.idle == [child]
    assert child.process.poll() is None


def test_a_child_may_open_nothing_and_holds_little_memory(own_pool: Pool) -> None:
    look_at([A_JPEG])
    child = own_pool.idle[0]
    file = Path(f'/proc/{child.process.pid}/limits')
    if not file.exists():
        pytest.skip('limits of a process are read from /proc')
    limits = {line[:26].strip(): line[26:47].strip() for line in file.read_text().splitlines()}
    assert limits['Max open files'] == '0'
    assert limits['Max address space'] == str(512 * 1024 * 1024)
    assert limits['Max file size'] == '0'


def test_a_dead_child_is_replaced(own_pool: Pool) -> None:
    look_at([A_JPEG])
    for child in own_pool.idle:
        os.kill(child.process.pid, signal.SIGKILL)
    assert look_at([A_JPEG, A_PDF]) == [Finding.FINE, Finding.FINE]


def test_a_file_that_kills_its_child_twice_is_broken(monkeypatch: pytest.MonkeyPatch, own_pool: Pool) -> None:
    asked = []

    def dying(self: Pool, *args: object, **kwargs: object) -> None:
        asked.append(args)
        raise ChildDied

    monkeypatch.setattr(Pool, 'ask', dying)
    assert look_at([A_JPEG]) == [Finding.BROKEN]
    assert len(asked) == 2


def test_a_stopped_child_is_given_up_and_the_next_call_works(own_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    own_pool.warm_up()
    _wait_for(lambda: len(own_pool.idle) == 2)
    monkeypatch.setattr(inspection, 'FILE_SECONDS', 0.3)
    for child in own_pool.idle:
        os.kill(child.process.pid, signal.SIGSTOP)
    for _ in range(2):
        with pytest.raises(TooSlow):
            look_at([A_JPEG])
    monkeypatch.setattr(inspection, 'FILE_SECONDS', 10.0)
    assert look_at([A_JPEG]) == [Finding.FINE]


def test_slowness_is_503_for_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_files: object) -> None:
        raise TooSlow

    monkeypatch.setattr(problems, 'look_at', slow)
    with pytest.raises(Busy):
        inspect_files([A_JPEG])
    with pytest.raises(Busy):
        scan_problems([ScanIn('PASSPORT_MAIN', *A_JPEG, 0)])


def test_many_threads_share_two_children(own_pool: Pool) -> None:
    results: list[list[Finding]] = []
    files = [A_JPEG, A_PDF, A_PNG]
    threads = [threading.Thread(target=lambda: results.append(look_at(files))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[Finding.FINE] * 3] * 8
    assert own_pool._places.qsize() == 2


def test_a_child_ends_with_its_pool(own_pool: Pool) -> None:
    look_at([A_JPEG])
    child = own_pool.idle[0]
    child.socket.close()
    _wait_for(lambda: child.process.poll() is not None)
    assert child.process.returncode == 0


def test_messages_are_russian_and_by_path() -> None:
    scans = [
        ScanIn('PASSPORT_MAIN', *A_JPEG, 0), ScanIn('CLIENT_PHOTO', PNG, picture(), 1),
        ScanIn('AGREEMENT_1', PDF, document(51), 2)]
    with translation.override('en'):
        found = scan_problems(scans)
    assert list(found) == ['scans[1].mime_type', 'scans[2].base64']
    assert found['scans[2].base64'] == ['The PDF has more than 50 pages: send fewer']
    assert inspect_files([(JPEG, b'x'), A_PNG])[1] is None


def test_display_copy_is_turned_and_holds_nothing_of_the_original() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = 'secret description'
    original = Image.new('RGB', (800, 400), 'white')
    original.paste('black', (0, 0, 100, 100))
    out = io.BytesIO()
    original.save(out, 'JPEG', exif=exif, comment=b'secret comment')
    copy = display_copy(out.getvalue())
    assert copy is not None
    assert (copy.width, copy.height, copy.is_blank) == (800, 400, False)
    shown = Image.open(io.BytesIO(copy.content))
    assert shown.size == (400, 800)
    assert shown.convert('L').getpixel((390, 10)) == 0
    assert b'secret' not in copy.content
    assert not shown.getexif()


def test_display_copy_of_a_transparent_picture_lies_on_white() -> None:
    out = io.BytesIO()
    Image.new('RGBA', (300, 300), (0, 0, 0, 0)).save(out, 'PNG')
    copy = display_copy(out.getvalue())
    assert copy is not None
    assert copy.is_blank
    assert Image.open(io.BytesIO(copy.content)).convert('L').getextrema() == (255, 255)


def test_large_pictures_are_shown_smaller_and_documents_as_they_are() -> None:
    large = display_copy(picture(size=(4000, 3000), quality=30))
    assert large is not None
    assert (large.width, large.height) == (4000, 3000)
    assert max(Image.open(io.BytesIO(large.content)).size) <= 2000
    paper = display_copy(document())
    assert paper is not None
    assert (paper.content, paper.is_blank) == (b'', False)
    assert display_copy(picture()[:3000]) is None


@pytest.mark.parametrize('mode', ['1', 'L', 'LA', 'P', 'RGB', 'RGBA', 'I;16'])
def test_every_mode_of_png_has_a_copy(mode: str) -> None:
    noise = Image.effect_noise((300, 260), 90)
    deep = noise.convert('I').point(lambda level: level * 256)
    image = deep.convert('I;16') if mode == 'I;16' else noise.convert(mode)
    out = io.BytesIO()
    image.save(out, 'PNG')
    copy = display_copy(out.getvalue())
    assert copy is not None
    assert (copy.width, copy.height, copy.is_blank) == (300, 260, False)


def test_the_largest_transparent_picture_fits_into_the_child() -> None:
    out = io.BytesIO()
    Image.new('RGBA', (7900, 5000), (9, 9, 9, 100)).save(out, 'PNG', compress_level=1)
    copy = display_copy(out.getvalue())
    assert copy is not None
    assert copy.is_blank


@pytest.mark.parametrize('orientation', range(1, 9))
def test_a_picture_is_shown_the_way_its_camera_says(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    original = Image.effect_noise((400, 300), 60).convert('RGB')
    out = io.BytesIO()
    original.save(out, 'JPEG', exif=exif, quality=95)
    copy = display_copy(out.getvalue())
    assert copy is not None
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue())))
    shown = Image.open(io.BytesIO(copy.content))
    assert shown.size == wanted.size
    assert ImageStat.Stat(ImageChops.difference(shown.convert('L'), wanted.convert('L'))).mean[0] < 12
