"""Files of strangers against the pool of limited children."""
from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.vault.poison import JPEG, PDF, PNG, document, good, picture, poison
from tests.vault.poison_pdf import acting, circling, expanding
from tests.vault.poison_pictures import cut, foreign, lying, tamed
from vault.inspection import pool as inspection
from vault.inspection.pool import MODULE, joined, look_at, page_as_jpeg, page_view
from vault.inspection.verdicts import Finding
from vault.limited import pool as limited
from vault.limited.pool import ChildDied, Pool, TooSlow

POISON: dict[str, tuple[str, Callable[[], bytes], frozenset[Finding]]] = {
    **{name: (mime_type, make, frozenset({finding})) for name, (mime_type, make, finding) in poison().items()},
    **cut(), **foreign(), **lying(),
    **{name: (PDF, make, findings) for group in (acting(), expanding(), circling())
       for name, (make, findings) in group.items()},
}
TAMED = tamed()
GOOD = good()
SMALL_GOOD = {name: (mime_type, make()) for name, (mime_type, make) in GOOD.items() if 'megapixels' not in name}
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


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no finding."""
    monkeypatch.setattr(inspection, 'FILE_SECONDS', 20.0)
    monkeypatch.setattr(inspection, 'PAGE_SECONDS', 30.0)


@pytest.mark.parametrize('name', POISON)
def test_poison_is_named(name: str) -> None:
    mime_type, make, findings = POISON[name]
    found, = look_at([(mime_type, make())])
    assert found in findings


@pytest.mark.parametrize('name', GOOD)
def test_good_files_pass(name: str) -> None:
    mime_type, make = GOOD[name]
    assert look_at([(mime_type, make())]) == [Finding.FINE]


def test_the_corpus_is_large() -> None:
    assert len(POISON) + len(TAMED) >= 280


@pytest.mark.slow
def test_poison_leaves_the_children_alive(own_pool: Pool) -> None:
    look_at([A_JPEG])
    child = own_pool.idle[0]
    for mime_type, make, _findings in POISON.values():
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


@pytest.mark.parametrize('name', TAMED)
def test_what_opens_is_tamed(name: str) -> None:
    """Neither the copies that people see nor the files that a lender gets hold what is not the picture."""
    mime_type, make, marks = TAMED[name]
    content = make()
    assert look_at([(mime_type, content)]) == [Finding.FINE]
    assert [mark for mark in marks if mark not in content] == []
    seen = page_view(content)
    assert seen is not None
    as_jpeg = page_as_jpeg(content, side=3000)
    as_pdf = joined([content if mime_type == PDF else as_jpeg])
    for copy in (seen.display, seen.thumbnail, as_jpeg, as_pdf):
        assert [mark for mark in marks if mark in copy] == []
    assert [look_at([(JPEG, seen.display)]), look_at([(JPEG, as_jpeg)]), look_at([(PDF, as_pdf)])] == [
        [Finding.FINE]] * 3


@pytest.mark.slow
@given(data=st.data(), name=st.sampled_from(sorted(SMALL_GOOD)))
@hypothesis.settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_spoilt_file_harms_its_parent(data: st.DataObject, name: str) -> None:
    """Bytes changed, taken out, doubled anywhere: a word of the list, or a copy, or nothing; never an exception."""
    mime_type, content = SMALL_GOOD[name]
    spoilt = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(len(spoilt) - 1, 0)))
        match data.draw(st.sampled_from(['flip', 'set', 'cut', 'double', 'insert'])):
            case 'flip':
                spoilt[at:at + 1] = bytes(byte ^ 1 << data.draw(st.integers(0, 7)) for byte in spoilt[at:at + 1])
            case 'set':
                spoilt[at:at + 4] = data.draw(st.sampled_from([b'\xff\xff\xff\xff', b'\0\0\0\0', b'\x7f\xff\xff\xff']))
            case 'cut':
                del spoilt[at:at + data.draw(st.integers(1, 400))]
            case 'double':
                spoilt[at:at] = spoilt[at:at + data.draw(st.integers(1, 400))]
            case 'insert':
                spoilt[at:at] = data.draw(st.binary(min_size=1, max_size=40))
    found, = look_at([(mime_type, bytes(spoilt))])
    assert isinstance(found, Finding)
    if found == Finding.FINE:
        with suppress(ChildDied):
            seen = page_view(bytes(spoilt))
            assert seen is None or seen.display.startswith(b'\xff\xd8\xff')
