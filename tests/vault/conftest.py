"""A table of our own with encrypted columns, and a files folder per test."""

import uuid
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from vault import rotation
from vault.blind import blind_index
from vault.fields import EncryptedJSONField, EncryptedTextField

with isolate_apps('vault'):
    class Diary(models.Model):
        """Encrypted columns bound to `guid`, and a blind index of the text."""

        guid = models.UUIDField(default=uuid.uuid4, unique=True)
        page = EncryptedJSONField(null=True)
        note = EncryptedTextField()
        note_index = models.BinaryField(default=b'')
        title = models.CharField(max_length=20, default='')
        objects: ClassVar[models.Manager['Diary']] = models.Manager()

        class Meta:
            app_label = 'vault'

        def __str__(self) -> str:
            return self.title


def diary_indexes(diary: Diary) -> dict[str, Any]:
    """How the blind index of a diary is computed."""
    return {'note_index': blind_index(diary.note, 'note')}


@pytest.fixture
def diaries(db: None, monkeypatch: pytest.MonkeyPatch) -> type[Diary]:
    """The table, known to the rotation."""
    with connection.schema_editor() as editor:
        editor.create_model(Diary)
    fields = [Diary._meta.get_field('page'), Diary._meta.get_field('note')]
    monkeypatch.setattr(rotation, 'encrypted_models', lambda: {Diary: fields})
    monkeypatch.setattr(rotation, '_indexed', {Diary: diary_indexes})
    return Diary


@pytest.fixture(autouse=True)
def files_dir(settings: Any, tmp_path: Path) -> Path:
    """Blobs of this test only."""
    settings.VAULT_FILES_DIR = str(tmp_path / 'files')
    settings.VAULT_FILES_STORAGE = ''
    return tmp_path / 'files'
