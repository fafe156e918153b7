"""Real servers that get registries: SMTP and SFTP, each in a thread, with the troubles that real ones have."""
from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import asyncssh
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Mailbox:
    """What an SMTP server got, and how it answers: each letter takes the next word of `troubles`, then all go well."""

    def __init__(self, *troubles: str) -> None:
        self.troubles = list(troubles)
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refused_address = ''

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str],
    ) -> str:
        """Take every address but one."""
        if address == self.refused_address:
            return '550 no such mailbox'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Keep the letter, unless the trouble is that it was not taken."""
        trouble = self.troubles.pop(0) if self.troubles else ''
        if trouble[:1] in {'4', '5'}:
            return trouble
        self.raw.append(envelope.content)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if trouble == 'drop':
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        if trouble == 'slow':
            await asyncio.sleep(30)
        return '250 OK'


def free_port() -> int:
    """A port that nobody uses this moment."""
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return int(sock.getsockname()[1])


@contextmanager
def smtp_server(mailbox: Mailbox) -> Iterator[int]:
    """An SMTP server; gives its port."""
    controller = Controller(mailbox, hostname='127.0.0.1', port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class SftpServer:
    """An SFTP server over a folder: user `denimhub`, password `secret`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = asyncssh.generate_private_key('ssh-ed25519')
        self.user_key = asyncssh.generate_private_key('ssh-ed25519')
        self.port = 0
        self.cut_after_bytes: int | None = None
        self.is_full = False
        self.cut_after_rename = False
        self.fsync_fails_with: asyncssh.SFTPError | None = None
        self.done: list[str] = []
        """What was asked after the writing, in its order."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._acceptor: Any = None

    @property
    def host_key(self) -> str:
        """As a target pins it."""
        return self.key.export_public_key().decode().strip()

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._run(self._listen())

    def change_key(self) -> None:
        """Come back with another host key on the same port, as an impostor would."""
        self._run(self._close())
        self.key = asyncssh.generate_private_key('ssh-ed25519')
        self._run(self._listen())

    def stop(self) -> None:
        """Close everything."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        self._acceptor = await asyncssh.listen(
            '127.0.0.1', self.port, server_host_keys=[self.key], server_factory=lambda: _Doorman(self),
            sftp_factory=lambda channel: _Folder(self, channel), reuse_address=True)
        self.port = self._acceptor.get_port()

    async def _close(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


class _Doorman(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self.server = server

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ('denimhub', 'secret')

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: Any) -> bool:
        return bool(username == 'denimhub' and key.public_data == self.server.user_key.public_data)


class _Folder(asyncssh.SFTPServer):
    def __init__(self, server: SftpServer, channel: Any) -> None:
        super().__init__(channel, chroot=str(server.root).encode())
        self.server = server
        self._taken_bytes = 0

    def write(self, file_obj: object, offset: int, data: bytes) -> Any:
        if self.server.is_full:
            raise asyncssh.SFTPFailure('No space left on device')
        self._taken_bytes += len(data)
        if self.server.cut_after_bytes is not None and self._taken_bytes > self.server.cut_after_bytes:
            self._cut()
            raise asyncssh.SFTPConnectionLost('cut')
        return super().write(file_obj, offset, data)

    def fsync(self, file_obj: object) -> None:
        if self.server.fsync_fails_with is not None:
            raise self.server.fsync_fails_with
        self.server.done.append('fsync')
        super().fsync(file_obj)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self.server.done.append('rename')
        super().rename(oldpath, newpath)
        if self.server.cut_after_rename:
            self._cut()

    def _cut(self) -> None:
        self.channel.get_connection().abort()


@contextmanager
def sftp_server(root: Path) -> Iterator[SftpServer]:
    """An SFTP server over this folder."""
    server = SftpServer(root)
    server.start()
    try:
        yield server
    finally:
        server.stop()
