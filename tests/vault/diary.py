"""A table of our own with encrypted columns."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.test.utils import isolate_apps

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
