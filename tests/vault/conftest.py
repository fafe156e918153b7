"""The table of diaries, a files folder per test. Imports wait inside: this file is read before Django is set up."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

if TYPE_CHECKING:
    from tests.vault.diary import Diary


@pytest.fixture
def diaries(db: None, monkeypatch: pytest.MonkeyPatch) -> 'type[Diary]':
    """The table, known to the rotation."""
    from tests.vault.diary import Diary, diary_indexes
    from vault import rotation

    with connection.schema_editor() as editor:
        editor.create_model(Diary)
    fields = [Diary._meta.get_field('page'), Diary._meta.get_field('note')]
    monkeypatch.setattr(rotation, 'encrypted_models', lambda: {Diary: fields})
    monkeypatch.setattr(rotation, '_indexed', {Diary: diary_indexes})
    monkeypatch.setattr(rotation, '_parts', [])
    return Diary


@pytest.fixture(autouse=True)
def files_dir(settings: Any, tmp_path: Path) -> Path:
    """Blobs of this test only."""
    settings.VAULT_FILES_DIR = str(tmp_path / 'files')
    settings.VAULT_FILES_STORAGE = ''
    return tmp_path / 'files'
