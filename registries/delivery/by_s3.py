"""S3: an object is put only where there is none, with its SHA-256; one that is there already is compared."""
from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any, ClassVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.translation import gettext as _
from pydantic import Field

from registries.delivery.base import TALK_SECONDS, NotTaken, Parcel, Piece, Receipt, Refused, Settings

_READ_BYTES = 1 << 20
_FORBIDDEN = frozenset({
    'AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'NoSuchBucket', 'AllAccessDisabled'})
_THERE = frozenset({'PreconditionFailed', '412'})


class S3Settings(Settings):
    """Bucket, and the address of the service unless it is Amazon's."""

    bucket: str = Field(min_length=3, max_length=63, pattern=r'^[a-z0-9][a-z0-9.-]+$')
    prefix: str = Field('', max_length=500)
    region: str = Field('ru-central1', max_length=40)
    endpoint_url: str = Field('', pattern=r'^(https?://[^\s/]+/?)?$')


class S3Secrets(Settings):
    """A key that may put and read objects of the bucket."""

    access_key: str = Field(min_length=1)
    secret_key: str = Field(min_length=1)


class S3Channel:
    """Files under the prefix by their own names, which hold the period and the version."""

    settings: ClassVar[type[Settings]] = S3Settings
    secrets: ClassVar[type[Settings]] = S3Secrets

    def deliver(self, parcel: Parcel, settings: S3Settings, secrets: S3Secrets) -> Receipt:
        """Each object whole or not at all; the next attempt finds those that came through."""
        client = boto3.client(
            's3', endpoint_url=settings.endpoint_url or None, region_name=settings.region,
            aws_access_key_id=secrets.access_key, aws_secret_access_key=secrets.secret_key,
            config=Config(connect_timeout=10, read_timeout=TALK_SECONDS, retries={'max_attempts': 0},
                          s3={'addressing_style': 'path' if settings.endpoint_url else 'auto'}))
        try:
            keys = [_put(client, settings, piece) for piece in parcel.pieces]
        except ClientError as refused:
            code = refused.response.get('Error', {}).get('Code', '')
            if code in _FORBIDDEN:
                raise Refused(_('the object store refuses: %(code)s') % {'code': code}) from refused
            raise NotTaken(f'S3 {code}') from refused
        except (BotoCoreError, OSError) as lost:
            raise NotTaken(type(lost).__name__) from lost
        finally:
            client.close()
        return Receipt(', '.join(f's3://{settings.bucket}/{key}' for key in keys))


def _put(client: Any, settings: S3Settings, piece: Piece) -> str:
    key = '/'.join(filter(None, [settings.prefix.strip('/'), piece.name]))
    try:
        client.put_object(
            Bucket=settings.bucket, Key=key, Body=_Rewindable(piece), ContentLength=piece.size_bytes,
            ContentType=piece.content_type, IfNoneMatch='*', Metadata={'sha256': piece.sha256},
            ChecksumSHA256=base64.b64encode(bytes.fromhex(piece.sha256)).decode())
    except ClientError as refused:
        if refused.response.get('Error', {}).get('Code', '') not in _THERE:
            raise
        _compare(client, settings.bucket, key, piece)
    return key


def _compare(client: Any, bucket: str, key: str, piece: Piece) -> None:
    """Raises Refused unless exactly this file is there; read whole, since metadata prove nothing."""
    found = client.get_object(Bucket=bucket, Key=key)
    digest = hashlib.sha256()
    with closing(found['Body']) as body:
        if found['ContentLength'] == piece.size_bytes:
            for chunk in body.iter_chunks(_READ_BYTES):
                digest.update(chunk)
    if digest.hexdigest() != piece.sha256:
        raise Refused(_('another file is called %(name)s there: it was not overwritten') % {'name': piece.name})


class _Rewindable(io.RawIOBase):
    """A file that botocore may read from its start again: it is decrypted anew, never kept in memory or on disk."""

    def __init__(self, piece: Piece) -> None:
        super().__init__()
        self._piece = piece
        self._start()

    def _start(self) -> None:
        self._chunks: Iterator[bytes] = self._piece.read()
        self._rest, self._at = b'', 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        target = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._piece.size_bytes}[whence] + offset
        if target == self._piece.size_bytes:
            self._chunks, self._rest, self._at = iter(()), b'', target
        elif target != self._at:
            self._start()
            while self._at < target:
                self.read(min(_READ_BYTES, target - self._at))
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            data = self._rest + b''.join(self._chunks)
            self._rest = b''
        else:
            while len(self._rest) < size and (chunk := next(self._chunks, b'')):
                self._rest += chunk
            data, self._rest = self._rest[:size], self._rest[size:]
        self._at += len(data)
        return data

    def readinto(self, buffer: Any, /) -> int:
        data = self.read(len(buffer))
        buffer[:len(data)] = data
        return len(data)
