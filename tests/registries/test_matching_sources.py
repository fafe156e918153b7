"""Files fetched from directories, SFTP servers and mailboxes: whole ones only, each once, then moved aside."""
from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from jobs.services import enqueue
from jobs.testing import run_due
from registries.models_journal import SettingsChange
from registries.models_matching import FileSource, MatchRun, TakenFile
from registries.pickup.base import Looks
from registries.services_sources import BadSource, save_source
from tests.registries.books import Bank, sheet
from tests.registries.mail import PASSWORD, USER, MailStore, a_letter, imap_server
from tests.registries.receivers import SftpServer

pytestmark = pytest.mark.django_db(transaction=True)
NAME = 'bank_2026-03-10_2026-03-10.csv'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    root = tmp_path / 'theirs'
    (root / 'out').mkdir(parents=True)
    one = SftpServer(root)
    one.start()
    yield one
    one.stop()


def source(bank: Bank, channel: str, settings: dict[str, Any], secret: str | None = None) -> FileSource:
    return save_source(counterparty=bank.party, name=channel, channel=channel, settings=settings, secret=secret,
                       author='anna')


def look(row: FileSource) -> FileSource:
    with transaction.atomic():
        enqueue('registries.fetch_files', str(row.guid))
    run_due(kinds=['registries.fetch_files', 'registries.match'])
    run_due(kinds=['registries.match'])
    row.refresh_from_db()
    return row


def sftp_settings(server: SftpServer) -> dict[str, Any]:
    return {'host': '127.0.0.1', 'port': server.port, 'user': 'denimhub', 'folder': '/out',
            'host_keys': [server.host_key]}


def test_a_file_on_sftp_is_taken_at_the_second_look_matched_and_moved(server: SftpServer) -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    folder = server.root / 'out'
    (folder / NAME).write_bytes(sheet([bank.line(contract)]))
    (folder / 'half.csv.part').write_bytes(b'x')
    (folder / '.hidden.csv').write_bytes(b'x')
    row = source(bank, 'sftp', sftp_settings(server), 'secret')
    assert look(row).last_error == ''
    assert not TakenFile.objects.exists()
    look(row)
    assert (TakenFile.objects.get().channel, MatchRun.objects.get().counts['MATCHED']) == ('sftp', 1)
    assert sorted(path.name for path in folder.iterdir()) == ['.hidden.csv', 'done', 'half.csv.part']
    assert [path.name for path in (folder / 'done').iterdir()] == [NAME]


def test_a_file_that_still_grows_waits(server: SftpServer) -> None:
    bank = Bank()
    path = server.root / 'out' / NAME
    row = source(bank, 'sftp', sftp_settings(server), 'secret')
    for size in (10, 20, 30):
        path.write_bytes(b'x' * size)
        look(row)
    assert not TakenFile.objects.exists()
    look(row)
    assert TakenFile.objects.count() == 1


def test_the_same_content_again_is_only_moved(server: SftpServer) -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    row = source(bank, 'sftp', sftp_settings(server), 'secret')
    for _ in range(2):
        (server.root / 'out' / NAME).write_bytes(sheet([bank.line(contract)]))
        look(row)
        look(row)
    assert (TakenFile.objects.count(), MatchRun.objects.count()) == (1, 1)
    assert sorted(path.name for path in (server.root / 'out' / 'done').iterdir()) == [f'1-{NAME}', NAME]


def test_a_server_with_another_key_gets_no_password(server: SftpServer) -> None:
    bank = Bank()
    (server.root / 'out' / NAME).write_bytes(b'x')
    row = source(bank, 'sftp', sftp_settings(server), 'secret')
    server.change_key()
    look(row)
    assert 'SHA256:' in look(row).last_error
    assert not TakenFile.objects.exists()


def test_a_server_that_is_away_is_told_and_tried_again(server: SftpServer) -> None:
    bank = Bank()
    row = source(bank, 'sftp', {**sftp_settings(server), 'port': 1}, 'secret')
    assert 'Refused' in look(row).last_error


def test_a_directory_gives_regular_files_only(tmp_path: Path) -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    folder = tmp_path / 'in'
    folder.mkdir()
    (tmp_path / 'secret.csv').write_bytes(b'secret')
    (folder / 'link.csv').symlink_to(tmp_path / 'secret.csv')
    (folder / NAME).write_bytes(sheet([bank.line(contract)]))
    row = source(bank, 'directory', {'path': str(folder)})
    look(row)
    look(row)
    assert TakenFile.objects.get().name == NAME
    assert sorted(path.name for path in folder.iterdir()) == ['done', 'link.csv']


def test_a_letter_in_the_mailbox_is_taken_and_moved_and_a_strangers_is_left(tmp_path: Path) -> None:
    bank, store = Bank(), MailStore()
    contract, = bank.issue(100_00)
    store.add(a_letter('Банк <Robot@Bank.example>', (NAME, sheet([bank.line(contract)])), ('logo.png', b'x')))
    store.add(a_letter('robot@bank.example.evil.example', (NAME, b'evil')))
    store.add(a_letter('robot@bank.example'))
    with imap_server(store, tmp_path) as (port, certificate):
        row = source(bank, 'imap', {
            'host': 'localhost', 'port': port, 'user': USER, 'senders': ['@bank.example'],
            'ca_file': str(certificate)}, PASSWORD)
        assert look(row).last_error == ''
        assert look(row).last_error == ''
    assert (TakenFile.objects.get().name, MatchRun.objects.get().counts['MATCHED']) == (NAME, 1)
    assert [flags for _body, flags in store.folders['INBOX'].values()] == [{r'\Flagged'}, {r'\Flagged'}]
    assert len(store.folders['Taken']) == 1


def test_a_letter_that_was_kept_and_not_moved_is_moved_at_the_next_look(tmp_path: Path) -> None:
    bank, store = Bank(), MailStore()
    contract, = bank.issue(100_00)
    store.add(a_letter('robot@bank.example', (NAME, sheet([bank.line(contract)]))))
    store.drop_at = 'UID COPY'
    with imap_server(store, tmp_path) as (port, certificate):
        row = source(bank, 'imap', {
            'host': 'localhost', 'port': port, 'user': USER, 'senders': ['robot@bank.example'],
            'ca_file': str(certificate)}, PASSWORD)
        assert look(row).last_error
        store.drop_at = ''
        assert look(row).last_error == ''
    assert (TakenFile.objects.count(), len(store.folders['INBOX']), len(store.folders['Taken'])) == (1, 0, 1)


@pytest.mark.parametrize('trouble', ['password', 'certificate'])
def test_a_mail_server_that_is_not_ours_gets_nothing(tmp_path: Path, trouble: str) -> None:
    bank, store = Bank(), MailStore()
    store.add(a_letter('robot@bank.example', (NAME, b'x')))
    with imap_server(store, tmp_path) as (port, certificate):
        row = source(bank, 'imap', {
            'host': 'localhost', 'port': port, 'user': USER, 'senders': ['robot@bank.example'],
            'ca_file': '' if trouble == 'certificate' else str(certificate)},
            'wrong' if trouble == 'password' else PASSWORD)
        assert trouble in look(row).last_error
    assert not TakenFile.objects.exists()


def test_a_maildir_is_a_mailbox_too(tmp_path: Path) -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    box = mailbox.Maildir(str(tmp_path / 'mail'))
    box.add(a_letter('robot@bank.example', (f'../../{NAME}', sheet([bank.line(contract)]))))
    box.add(a_letter('evil@example.com', (NAME, b'evil')))
    row = source(bank, 'maildir', {'path': str(tmp_path / 'mail'), 'senders': ['robot@bank.example']})
    look(row)
    look(row)
    assert TakenFile.objects.get().name == NAME
    assert (len(box), len(box.get_folder('Taken'))) == (1, 1)


@pytest.mark.parametrize(('channel', 'settings', 'secret'), [
    ('ftp', {}, 'x'), ('sftp', {'host': 'h', 'user': 'u', 'host_keys': []}, 'x'),
    ('imap', {'host': 'h', 'user': 'u', 'senders': []}, 'x'),
    ('imap', {'host': 'h', 'user': 'u', 'senders': ['@a'], 'folder': 'a"b'}, 'x'),
    ('imap', {'host': 'h', 'user': 'u', 'senders': ['@a']}, None), ('directory', {'path': 'relative'}, None),
    ('directory', {'path': '/a/../b'}, None), ('maildir', {'path': '/a'}, None)])
def test_a_source_that_cannot_work_is_refused(channel: str, settings: dict[str, Any], secret: str | None) -> None:
    bank = Bank()
    with pytest.raises(BadSource):
        source(bank, channel, settings, secret)
    assert not FileSource.objects.exists()
    assert not SettingsChange.objects.filter(subject__startswith='file source').exists()


def test_a_change_of_a_source_is_written_down_without_its_secret() -> None:
    bank = Bank()
    row = source(bank, 'imap', {'host': 'h', 'user': 'u', 'senders': ['@a.example']}, 'topsecret')
    save_source(counterparty=bank.party, name='mail', channel='imap', settings=row.settings, author='boris', source=row)
    changes = list(SettingsChange.objects.filter(subject=f'file source {row.guid}').order_by('pk'))
    assert [(one.author, one.after['secret_changed']) for one in changes] == [('anna', True), ('boris', False)]
    assert 'topsecret' not in str([(one.before, one.after) for one in changes])
    assert FileSource.objects.get().secret == 'topsecret'


def test_a_look_notes_only_what_could_be_taken() -> None:
    looks = Looks({'a.csv': [1, 2], 'b.csv': [1, 2]})
    assert [looks.is_whole('a.csv', 1, 2), looks.is_whole('b.csv', 2, 2), looks.is_whole('c.CSV', 1, 2),
            looks.is_whole('d.csv.tmp', 1, 2), looks.is_whole('.e.csv', 1, 2), looks.is_whole('f.exe', 1, 2)] == [
        True, False, False, False, False, False]
    assert looks.now == {'a.csv': [1, 2], 'b.csv': [2, 2], 'c.CSV': [1, 2]}
