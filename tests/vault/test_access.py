"""The log of access to personal data is only ever added to."""

import pytest
from django.db import ProgrammingError, transaction

from vault.access import note_access
from vault.models import AccessNote

pytestmark = pytest.mark.django_db


def test_an_access_is_written_down() -> None:
    note_access(
        actor='operator 7', reason='the client called', subject='form 1', fields=['phone', 'name'], ip='10.0.0.1')
    note = AccessNote.objects.get()
    assert (note.actor, note.reason, note.subject, note.fields, note.ip) == (
        'operator 7', 'the client called', 'form 1', ['phone', 'name'], '10.0.0.1')


@pytest.mark.parametrize('verb', ['update', 'delete'])
def test_a_note_can_be_neither_changed_nor_removed(verb: str) -> None:
    note_access(actor='a', reason='r', subject='s', fields=[], ip=None)
    rows = AccessNote.objects.all()
    with pytest.raises(ProgrammingError, match='Cannot update or delete rows'), transaction.atomic():
        rows.update(actor='b') if verb == 'update' else rows.delete()
    assert AccessNote.objects.get().actor == 'a'
