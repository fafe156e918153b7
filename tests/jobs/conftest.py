"""What holds for every test of jobs. Nothing of Django here: this file may be read before it is set up."""

import pytest


@pytest.fixture(autouse=True)
def no_failpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name left in the environment would end the tests themselves."""
    monkeypatch.delenv('DENIMHUB_FAILPOINT', raising=False)
    monkeypatch.delenv('DENIMHUB_FAILPOINT_FLAG', raising=False)
