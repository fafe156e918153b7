"""Places of files. A new one is a module and a line here."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

from django.utils.module_loading import import_string
from pydantic import ValidationError

from registries.delivery.base import Settings
from registries.pickup.base import Box

Opener = Callable[..., AbstractContextManager[Box]]

PLACES: Final = {
    'sftp': ('registries.delivery.by_sftp.SftpSettings', 'registries.pickup.by_sftp.open_sftp'),
    'imap': ('registries.pickup.by_mail.ImapSettings', 'registries.pickup.by_mail.open_imap'),
    'directory': ('registries.pickup.by_directory.DirectorySettings', 'registries.pickup.by_directory.open_directory'),
    'maildir': ('registries.pickup.by_mail.MaildirSettings', 'registries.pickup.by_mail.open_maildir')}
"""What each needs, and what opens it; loaded when it is used."""


def open_box(
    channel: str, settings: Any, secret: str | None, before: dict[str, list[int]],
) -> AbstractContextManager[Box]:
    """Open a place of files. Raises Lost or Refused."""
    opener: Opener = import_string(PLACES[channel][1])
    return opener(_settings_of(channel).model_validate(settings), secret or '', before)


def place_problem(channel: str, settings: Any, *, has_secret: bool) -> str:
    """Why a source cannot be used as described, empty when it can; values are not repeated."""
    if channel not in PLACES:
        return f'channel: {", ".join(PLACES)}'
    try:
        _settings_of(channel).model_validate(settings)
    except ValidationError as error:
        return '; '.join(
            f'{".".join(map(str, found["loc"])) or "settings"}: {found["msg"]}'
            for found in error.errors(include_input=False, include_url=False))
    return '' if has_secret or channel in {'directory', 'maildir'} else 'a password or key is needed'


def _settings_of(channel: str) -> type[Settings]:
    found: type[Settings] = import_string(PLACES[channel][0])
    return found
