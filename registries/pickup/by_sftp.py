"""A directory of the counterparty's SFTP server, known by its pinned key."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from stat import S_ISREG

import paramiko

from registries.delivery.base import NotTaken
from registries.delivery.base import Refused as NotLetIn
from registries.delivery.by_sftp import SftpSecrets, SftpSettings, open_session, private_key_of
from registries.pickup.base import MOST_BYTES, MOST_FILES, Looks, Lost, Parcel, Refused

_READ_BYTES = 32 * 1024


class SftpBox:
    """Taken files are renamed into `done/` there."""

    def __init__(self, sftp: paramiko.SFTPClient, folder: str, before: dict[str, list[int]]) -> None:
        self._sftp, self._folder, self._looks = sftp, folder.rstrip('/'), Looks(before)

    @property
    def seen(self) -> dict[str, list[int]]:
        """Files as they are now."""
        return self._looks.now

    def parcels(self) -> Iterator[Parcel]:
        """Whole files by name; one that grows while it is read waits for the next look."""
        rows = sorted(self._sftp.listdir_attr(self._folder or '/'), key=lambda row: row.filename)
        for row in rows[:MOST_FILES]:
            is_file = S_ISREG(row.st_mode or 0)
            if is_file and self._looks.is_whole(row.filename, row.st_size or 0, row.st_mtime or 0):
                content = self._read(row.filename)
                if len(content) == row.st_size:
                    yield Parcel(((row.filename, content),), partial(self._done, row.filename))

    def _read(self, name: str) -> bytes:
        content = bytearray()
        with self._sftp.open(f'{self._folder}/{name}', 'rb') as file:
            while len(content) <= MOST_BYTES and (chunk := file.read(_READ_BYTES)):
                content += chunk
        return bytes(content)

    def _done(self, name: str) -> None:
        done = f'{self._folder}/done'
        try:
            self._sftp.stat(done)
        except FileNotFoundError:
            self._sftp.mkdir(done)
        target, number = f'{done}/{name}', 1
        while self._is_there(target):
            target, number = f'{done}/{number}-{name}', number + 1
        self._sftp.rename(f'{self._folder}/{name}', target)
        self._looks.now.pop(name, None)

    def _is_there(self, path: str) -> bool:
        try:
            self._sftp.stat(path)
        except FileNotFoundError:
            return False
        return True


@contextmanager
def open_sftp(settings: SftpSettings, secret: str, before: dict[str, list[int]]) -> Iterator[SftpBox]:
    """The server as a place of files. `secret` is a password, or a private key in PEM or OpenSSH form."""
    secrets = SftpSecrets(**{'private_key' if secret.startswith('-----BEGIN') else 'password': secret})
    try:
        with open_session(settings, secrets, private_key_of(secrets)) as sftp:
            yield SftpBox(sftp, settings.folder, before)
    except (NotLetIn, paramiko.AuthenticationException) as refused:
        raise Refused(str(refused)) from refused
    except (NotTaken, paramiko.SSHException, EOFError, OSError) as lost:
        raise Lost(f'{type(lost).__name__}: {lost}') from lost
