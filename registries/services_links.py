"""Addresses from which the receiver of a letter takes files: signed by our key, kept as a hash, for 14 days."""
from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from registries.models import RegistryFile
from registries.models_delivery import Delivery, DownloadLink, DownloadNote
from vault.hashing import keyed_hash

LINK_DAYS: Final = 14
_LEAST_LEFT: Final = timedelta(days=7)


def address_for(delivery: Delivery) -> str:
    """The address of a delivery's page, the same at each attempt; a new one when the old has half its days behind."""
    now = timezone.now()
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        link = delivery.links.filter(expires_at__gt=now + _LEAST_LEFT).order_by('-id').first()
        if link is None:
            guid = uuid.uuid4()
            key_id, token = _token(guid)
            link = DownloadLink.objects.create(
                guid=guid, delivery=delivery, key_id=key_id, token_sha256=hashlib.sha256(token.encode()).hexdigest(),
                created_at=now, expires_at=now + timedelta(days=LINK_DAYS))
    return f'{settings.PUBLIC_URL}/registries/download/{_token(link.guid, link.key_id)[1]}'


def note_download(*, file: RegistryFile, actor: str, ip: str, link: DownloadLink | None = None) -> None:
    """Write down who takes a file, before it is given."""
    DownloadNote.objects.create(file_guid=file.guid, name=file.name, link=link, actor=actor[:150], ip=ip or None)


def _token(guid: uuid.UUID, key_id: str | None = None) -> tuple[str, str]:
    """256 bits that only the holder of our key can make."""
    used, digest = keyed_hash(b'registry-link:' + guid.bytes, key_id)
    return used, base64.urlsafe_b64encode(digest).decode().rstrip('=')
