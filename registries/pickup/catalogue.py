"""Places of files. A new one is a module and a line here."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

from pydantic import ValidationError

from registries.delivery.base import Settings
from registries.delivery.by_sftp import SftpSettings
from registries.pickup.base import Box
from registries.pickup.by_directory import DirectorySettings, open_directory
from registries.pickup.by_mail import ImapSettings, MaildirSettings, open_imap, open_maildir
from registries.pickup.by_sftp import open_sftp

PLACES: Final[dict[str, tuple[type[Settings], Callable[..., AbstractContextManager[Box]]]]] = {
    'sftp': (SftpSettings, open_sftp), 'imap': (ImapSettings, open_imap),
    'directory': (DirectorySettings, open_directory), 'maildir': (MaildirSettings, open_maildir)}


def open_box(
    channel: str, settings: Any, secret: str | None, before: dict[str, list[int]],
) -> AbstractContextManager[Box]:
    """Open a place of files. Raises Lost or Refused."""
    model, opener = PLACES[channel]
    return opener(model.model_validate(settings), secret or '', before)


def place_problem(channel: str, settings: Any, *, has_secret: bool) -> str:
    """Why a source cannot be used as described, empty when it can; values are not repeated."""
    if channel not in PLACES:
        return f'channel: {", ".join(PLACES)}'
    try:
        PLACES[channel][0].model_validate(settings)
    except ValidationError as error:
        return '; '.join(
            f'{".".join(map(str, found["loc"])) or "settings"}: {found["msg"]}'
            for found in error.errors(include_input=False, include_url=False))
    return '' if has_secret or channel in {'directory', 'maildir'} else 'a password or key is needed'
