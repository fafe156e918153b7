"""SFTP: a hidden name, brought to the disk, then one rename; a file that is there is compared, never overwritten."""
from __future__ import annotations

import base64
import errno
import hashlib
import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from stat import S_ISREG
from typing import Annotated, ClassVar

import paramiko
from django.utils.translation import gettext as _
from paramiko.sftp import CMD_EXTENDED, SFTP_OP_UNSUPPORTED
from pydantic import AfterValidator, Field, model_validator

from registries.delivery.base import TALK_SECONDS, NotTaken, Parcel, Piece, Receipt, Refused, Settings

_CONNECT_SECONDS = 10.0
_READ_BYTES = 32 * 1024
_RSA = ('rsa-sha2-512', 'rsa-sha2-256')


def _host_key(text: str) -> str:
    """`ssh-ed25519 AAAA…`, a line of known_hosts without its host."""
    kind, _space, encoded = text.partition(' ')
    try:
        paramiko.PKey.from_type_string(kind, base64.b64decode(encoded.split(' ')[0], validate=True))
    except Exception as error:
        raise ValueError('not a public key: ssh-ed25519 AAAA…') from error
    return f'{kind} {encoded.split(" ")[0]}'


def _folder(text: str) -> str:
    if '..' in text.split('/') or '\x00' in text:
        raise ValueError('the folder must not lead upwards')
    return text.rstrip('/') or ('/' if text.startswith('/') else '.')


class SftpSettings(Settings):
    """Where to, and by which keys the server is known: two while it changes its key."""

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(22, ge=1, le=65535)
    user: str = Field(min_length=1, max_length=100)
    folder: Annotated[str, AfterValidator(_folder)] = '.'
    host_keys: list[Annotated[str, AfterValidator(_host_key)]] = Field(min_length=1, max_length=4)


class SftpSecrets(Settings):
    """A password, or a private key in OpenSSH's or PEM form and its passphrase."""

    password: str = ''
    private_key: str = ''
    passphrase: str = ''

    @model_validator(mode='after')
    def _one_of_two(self) -> SftpSecrets:
        if bool(self.password) == bool(self.private_key):
            raise ValueError('either a password or a private_key')
        return self


class SftpChannel:
    """Files under their own names, which hold the period and the version."""

    settings: ClassVar[type[Settings]] = SftpSettings
    secrets: ClassVar[type[Settings]] = SftpSecrets

    def deliver(self, parcel: Parcel, settings: SftpSettings, secrets: SftpSecrets) -> Receipt:
        """Each file whole or not at all; the next attempt finds those that came through."""
        key = private_key_of(secrets)
        try:
            with open_session(settings, secrets, key) as sftp:
                paths = [_put(sftp, settings.folder, piece, parcel.guid) for piece in parcel.pieces]
        except paramiko.AuthenticationException as refused:
            raise Refused(_('the SFTP server does not let us in: check user and password or key')) from refused
        except (PermissionError, FileNotFoundError) as refused:
            raise Refused(_('the SFTP server gives no access to the folder %(folder)s') % {
                'folder': settings.folder}) from refused
        except (paramiko.SSHException, EOFError, OSError) as lost:
            raise NotTaken(f'{type(lost).__name__}: {lost}') from lost
        return Receipt(', '.join(paths))


class _Client(paramiko.SFTPClient):
    """Asks servers to bring a file to the disk, which the library itself cannot."""

    def flush_to_disk(self, file: paramiko.SFTPFile) -> None:
        """`fsync@openssh.com` (PROTOCOL of OpenSSH, 4.4); a server that has not heard of it is left to its ways."""
        try:
            self._request(CMD_EXTENDED, 'fsync@openssh.com', file.handle)  # type: ignore[attr-defined]
        except OSError as refused:
            if refused.errno != errno.EOPNOTSUPP:
                raise

    def _convert_status(self, msg: paramiko.Message) -> None:
        """The library turns most words of a server into an error without a number: this one has to be told apart."""
        start = msg.packet.tell()
        code = msg.get_int()
        msg.packet.seek(start)
        if code == SFTP_OP_UNSUPPORTED:
            raise OSError(errno.EOPNOTSUPP, 'the server does not know the request')
        super()._convert_status(msg)  # type: ignore[misc]


@contextmanager
def open_session(
    settings: SftpSettings, secrets: SftpSecrets, key: paramiko.PKey | None,
) -> Iterator[_Client]:
    """A session with the server that has one of the pinned keys; nothing is told to any other."""
    sock = socket.create_connection((settings.host, settings.port), timeout=_CONNECT_SECONDS)
    try:
        transport = paramiko.Transport(sock)
    except BaseException:
        sock.close()
        raise
    try:
        transport.banner_timeout = transport.auth_timeout = transport.channel_timeout = TALK_SECONDS
        transport.get_security_options().key_types = _key_types(settings.host_keys, transport)
        transport.start_client(timeout=TALK_SECONDS)
        _check(transport.get_remote_server_key(), settings.host_keys)
        if key is not None:
            transport.auth_publickey(settings.user, key)
        else:
            transport.auth_password(settings.user, secrets.password)
        sftp = _Client.from_transport(transport)
        if sftp is None:
            raise NotTaken(_('the server has no SFTP'))
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(TALK_SECONDS)
        yield sftp
    finally:
        transport.close()


def _key_types(pinned: list[str], transport: paramiko.Transport) -> tuple[str, ...]:
    """Kinds of the pinned keys first, so that the server shows the key we know; the others after, to tell its print."""
    kinds = [kind for line in pinned for kind in (_RSA if line.startswith('ssh-rsa ') else (line.split(' ')[0],))]
    others = [kind for kind in transport.get_security_options().key_types if kind not in kinds]
    return tuple(dict.fromkeys([*kinds, *others]))


def _check(key: paramiko.PKey, pinned: list[str]) -> None:
    if f'{key.get_name()} {key.get_base64()}' not in pinned:
        raise Refused(_('the SFTP server has an unknown host key %(kind)s %(print)s: nothing was sent') % {
            'kind': key.get_name(), 'print': fingerprint(key)})


def fingerprint(key: paramiko.PKey) -> str:
    """As ssh-keygen prints it: SHA256:…"""
    return 'SHA256:' + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip('=')


def private_key_of(secrets: SftpSecrets) -> paramiko.PKey | None:
    if not secrets.private_key:
        return None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError, IndexError):
            return kind.from_private_key(io.StringIO(secrets.private_key), secrets.passphrase or None)
    raise Refused(_('the private key or its passphrase cannot be read'))


def _put(sftp: _Client, folder: str, piece: Piece, guid: str) -> str:
    path = f'{folder.rstrip("/")}/{piece.name}'
    if _is_there(sftp, path, piece):
        return path
    half = f'{folder.rstrip("/")}/.{piece.name}.{guid[:8]}.part'
    try:
        with sftp.open(half, 'wb') as file:
            file.set_pipelined(True)
            for chunk in piece.read():
                file.write(chunk)
            file.flush()
            sftp.flush_to_disk(file)
        size_bytes = sftp.stat(half).st_size
    except (PermissionError, FileNotFoundError):
        raise
    except OSError as error:
        _remove(sftp, half)
        raise NotTaken(_('the file was not taken whole: %(error)s') % {'error': str(error)[:200]}) from error
    if size_bytes != piece.size_bytes:
        _remove(sftp, half)
        raise NotTaken(_('the file was not taken whole: %(error)s') % {'error': f'{size_bytes} of {piece.size_bytes}'})
    try:
        # Not posix_rename, which would silently take the place of another file.
        sftp.rename(half, path)
    except OSError:
        if not _is_there(sftp, path, piece):
            raise
        _remove(sftp, half)
    return path


def _is_there(sftp: paramiko.SFTPClient, path: str, piece: Piece) -> bool:
    """Whether exactly this file is there. Raises Refused when another one has its name."""
    try:
        found = sftp.lstat(path)
    except FileNotFoundError:
        return False
    if S_ISREG(found.st_mode or 0) and found.st_size == piece.size_bytes:
        digest = hashlib.sha256()
        with sftp.open(path, 'rb') as file:
            file.prefetch(found.st_size)
            while chunk := file.read(_READ_BYTES):
                digest.update(chunk)
        if digest.hexdigest() == piece.sha256:
            return True
    raise Refused(_('another file is called %(name)s there: it was not overwritten') % {'name': piece.name})


def _remove(sftp: paramiko.SFTPClient, path: str) -> None:
    with suppress(OSError, EOFError, paramiko.SSHException):
        sftp.remove(path)
