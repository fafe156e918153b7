"""What the partner is told of a file that must not come in."""
from __future__ import annotations

import pytest
from django.utils import translation

from applications.questionnaire import ScanIn
from applications.refusals import Busy
from scans import problems
from scans.problems import inspect_files, scan_problems
from tests.vault.poison import JPEG, PDF, PNG, document, picture
from vault.limited.pool import TooSlow

A_JPEG, A_PNG = (JPEG, picture()), (PNG, picture('PNG'))


def test_slowness_is_503_for_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_files: object) -> None:
        raise TooSlow

    monkeypatch.setattr(problems, 'look_at', slow)
    with pytest.raises(Busy):
        inspect_files([A_JPEG])
    with pytest.raises(Busy):
        scan_problems([ScanIn('PASSPORT_MAIN', *A_JPEG, 0)])


def test_messages_are_russian_and_by_path() -> None:
    scans = [
        ScanIn('PASSPORT_MAIN', *A_JPEG, 0), ScanIn('CLIENT_PHOTO', PNG, picture(), 1),
        ScanIn('AGREEMENT_1', PDF, document(51), 2)]
    with translation.override('en'):
        found = scan_problems(scans)
    assert list(found) == ['scans[1].mime_type', 'scans[2].base64']
    assert found['scans[2].base64'] == ['The PDF has more than 50 pages: send fewer']
    assert inspect_files([(JPEG, b'x'), A_PNG])[1] is None
