from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from contracts.forms.data import FormKind
from contracts.templates import engine
from contracts.templates.engine import MAX_BYTES, TemplateFailed, check_template, pool, render_template
from contracts.templates.findings import Finding
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage

GOOD = b'<p>{{ client.full_name }}</p>'
VALUES = sample_values(FormKind.POS, Stage.CONTRACT)


@pytest.fixture(scope='module', autouse=True)
def _children() -> Iterator[None]:
    yield
    pool().close()


def _check(format_: str, content: bytes) -> list[Finding]:
    return check_template(format_, content, kind=FormKind.POS, stage=Stage.CONTRACT)


def test_a_good_template_has_no_findings_and_becomes_a_form() -> None:
    assert _check('html', GOOD) == []
    assert render_template('html', GOOD, VALUES).startswith(b'%PDF-')


@pytest.mark.parametrize(('format_', 'content', 'message'), [
    ('docx', b'PK', 'Файл не читается: сохраните его заново в программе, в которой он сделан.'),
    ('html', b'', 'Файл пуст: выберите файл шаблона.'), ('html', b'  \n', 'Файл пуст: выберите файл шаблона.'),
    ('html', b'x' * (MAX_BYTES['html'] + 1), 'Файл больше 1024 КиБ: уменьшите его.'),
    ('pdf', b'x' * (MAX_BYTES['pdf'] + 1), 'Файл больше 10240 КиБ: уменьшите его.'),
    ('pdf', b'', 'Файл пуст: выберите файл шаблона.')])
def test_what_is_no_template_is_refused_as_a_file(format_: str, content: bytes, message: str) -> None:
    assert _check(format_, content) == [Finding('файл', message)]


def test_a_template_that_cannot_be_printed_says_why_by_code_and_without_the_client() -> None:
    for source, reason in (
        (b'{{ nobody }}', 'unknown_variable (line 1)'), (b'<script>x</script>', 'forbidden_tag (file)'),
        (b'\n<p>{{ "x" | words }}', 'failed_at_printing (line 2)'), (b'\xff', 'not_utf8 (line 1)'),
    ):
        with pytest.raises(TemplateFailed) as failed:
            render_template('html', source, VALUES)
        assert str(failed.value) == reason
    with pytest.raises(TemplateFailed, match=r"^unknown format 'docx'$"):
        render_template('docx', GOOD, VALUES)


def test_values_of_the_other_stage_do_not_print() -> None:
    with pytest.raises(TemplateFailed, match=r'^not_at_this_stage'):
        render_template('html', b'{{ contract.number }}', sample_values(FormKind.POS, Stage.OFFER))


def test_a_child_that_is_killed_between_two_forms_is_replaced() -> None:
    assert _check('html', GOOD) == []
    for child in pool().idle:
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait()
    assert _check('html', GOOD) == []


def test_a_child_that_dies_at_work_is_a_finding_and_the_next_one_works() -> None:
    assert _check('html', GOOD) == []
    (first, *_rest) = pool().idle
    os.kill(first.process.pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (first.process.pid, signal.SIGKILL)).start()
    found = _check('html', GOOD)
    assert found in ([], [Finding('файл', 'Шаблон занимает слишком много времени или памяти: упростите его.')])
    assert _check('html', GOOD) == []


def test_a_child_that_stands_still_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pool().close()
    assert _check('html', GOOD) == []
    os.kill(pool().idle[0].process.pid, signal.SIGSTOP)
    monkeypatch.setattr(engine, 'PRINT_SECONDS', 0.3)
    with pytest.raises(TemplateFailed, match=r'^too_slow$'):
        render_template('html', GOOD, VALUES)
    monkeypatch.undo()
    assert render_template('html', GOOD, VALUES).startswith(b'%PDF-')


def test_forms_are_printed_from_many_threads_at_once() -> None:
    made: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: made.append(render_template('html', GOOD, VALUES))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1
