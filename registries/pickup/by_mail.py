"""A folder of a mailbox, by IMAP over TLS or as a Maildir. Attachments only, and only from senders who are named.

Who the sender is the mail server has to check (SPF, DKIM, DMARC): a folder for registries should get checked mail only.
"""
from __future__ import annotations

import imaplib
import mailbox
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from registries.delivery.base import TALK_SECONDS, Settings
from registries.pickup.base import MOST_BYTES, MOST_FILES, Lost, Parcel, Refused, is_wanted
from registries.pickup.by_directory import absolute_path

_LETTER_BYTES: Final = 2 * MOST_BYTES
_SIZE: Final = re.compile(rb'RFC822\.SIZE (\d+)')


def _folder(text: str) -> str:
    if any(char in text for char in '"\\\r\n\x00') or not text.isascii():
        raise ValueError('a folder is named in ASCII (modified UTF-7), without quotes')
    return text


def _sender(text: str) -> str:
    if '@' not in text or text != text.strip():
        raise ValueError('a sender is an address or @domain')
    return text.lower()


class MailSettings(Settings):
    """Whose letters are opened: addresses, or `@domain` for all of it."""

    senders: list[Annotated[str, AfterValidator(_sender)]] = Field(min_length=1, max_length=50)


class ImapSettings(MailSettings):
    """Which mailbox. `ca_file` names certificates to trust instead of the machine's."""

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(993, ge=1, le=65535)
    user: str = Field(min_length=1, max_length=200)
    folder: Annotated[str, AfterValidator(_folder)] = 'INBOX'
    done_folder: Annotated[str, AfterValidator(_folder)] = 'Taken'
    ca_file: str = ''


class MaildirSettings(MailSettings):
    """A Maildir of this machine; taken letters go to its subfolder `Taken`."""

    path: Annotated[str, AfterValidator(absolute_path)]


def is_allowed(letter: EmailMessage, senders: list[str]) -> bool:
    """Whether the one sender of a letter is named; a letter with none or several is a stranger's."""
    found = letter.get_all('From', [])
    address = parseaddr(str(found[0]))[1].lower() if len(found) == 1 else ''
    return bool(address) and (address in senders or f'@{address.rpartition("@")[2]}' in senders)


def attachments(letter: EmailMessage) -> tuple[tuple[str, bytes], ...]:
    """Attached tables by name; names are cut of any path."""
    found = []
    for part in letter.iter_attachments():
        name = (part.get_filename() or '').replace('\\', '/').rpartition('/')[2]
        if is_wanted(name):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and 0 < len(content) <= MOST_BYTES:
                found.append((name, content))
    return tuple(found)


class ImapBox:
    """Letters that nobody has marked: a stranger's is flagged and stays, one that was taken is moved."""

    def __init__(self, imap: imaplib.IMAP4, settings: ImapSettings) -> None:
        self._imap, self._settings = imap, settings
        self.seen: dict[str, list[int]] = {}

    def parcels(self) -> Iterator[Parcel]:
        """One letter each, by its UID."""
        self._must(self._imap.select(f'"{self._settings.folder}"'))
        found = self._must(self._imap.uid('SEARCH', 'UNFLAGGED', 'UNDELETED'))
        for uid in found[0].split()[:MOST_FILES]:
            letter = self._letter(uid.decode())
            if letter is None or not is_allowed(letter, self._settings.senders) or not attachments(letter):
                self._must(self._imap.uid('STORE', uid.decode(), '+FLAGS.SILENT', r'(\Flagged)'))
                continue
            yield Parcel(attachments(letter), partial(self._done, uid.decode()), str(letter['From'])[:150])

    def _letter(self, uid: str) -> EmailMessage | None:
        told = self._must(self._imap.uid('FETCH', uid, '(RFC822.SIZE)'))
        size = _SIZE.search(b' '.join(part for part in told if isinstance(part, bytes)))
        if size is None or int(size[1]) > _LETTER_BYTES:
            return None
        parts = self._must(self._imap.uid('FETCH', uid, '(BODY.PEEK[])'))
        body = next((part[1] for part in parts if isinstance(part, tuple)), b'')
        return _parsed(body)

    def _done(self, uid: str) -> None:
        # The folder may be there already.
        self._imap.create(f'"{self._settings.done_folder}"')
        self._must(self._imap.uid('COPY', uid, f'"{self._settings.done_folder}"'))
        self._must(self._imap.uid('STORE', uid, '+FLAGS.SILENT', r'(\Deleted \Seen)'))
        self._must(self._imap.expunge())

    def _must(self, answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
        word, data = answer
        if word != 'OK':
            raise Lost('the mail server refused a command')
        return data


class MaildirBox:
    """The same over a directory."""

    def __init__(self, settings: MaildirSettings) -> None:
        self._settings = settings
        self._box = mailbox.Maildir(settings.path, create=False)
        self.seen: dict[str, list[int]] = {}

    def parcels(self) -> Iterator[Parcel]:
        """One letter each."""
        for key in sorted(self._box.iterkeys())[:MOST_FILES]:
            if 'F' in self._box.get_message(key).get_flags():
                continue
            body = self._box.get_bytes(key)
            letter = _parsed(body) if len(body) <= _LETTER_BYTES else None
            if letter is None or not is_allowed(letter, self._settings.senders) or not attachments(letter):
                message = self._box.get_message(key)
                message.add_flag('F')
                self._box[key] = message
                continue
            yield Parcel(attachments(letter), partial(self._done, key), str(letter['From'])[:150])

    def _done(self, key: str) -> None:
        self._box.add_folder('Taken').add(self._box.get_message(key))
        self._box.remove(key)


def _parsed(body: bytes) -> EmailMessage | None:
    letter = message_from_bytes(body, policy=policy.default)
    return letter if isinstance(letter, EmailMessage) else None


@contextmanager
def open_imap(settings: ImapSettings, secret: str, _before: dict[str, list[int]]) -> Iterator[ImapBox]:
    """The folder of a mailbox. The certificate of the server is checked."""
    context = ssl.create_default_context(cafile=settings.ca_file or None)
    try:
        imap = imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=TALK_SECONDS)
        try:
            try:
                imap.login(settings.user, secret)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                raise Refused('the mail server does not let us in: check user and password') from None
            yield ImapBox(imap, settings)
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                imap.logout()
    except ssl.SSLCertVerificationError as refused:
        raise Refused(f'the certificate of the mail server is not trusted: {refused.verify_message}') from refused
    except (OSError, imaplib.IMAP4.error) as lost:
        raise Lost(f'{type(lost).__name__}: {lost}') from lost


@contextmanager
def open_maildir(settings: MaildirSettings, _secret: str, _before: dict[str, list[int]]) -> Iterator[MaildirBox]:
    """A Maildir as a place of files."""
    if not Path(settings.path, 'cur').is_dir():
        raise Refused('there is no Maildir at this path')
    try:
        yield MaildirBox(settings)
    except (OSError, mailbox.Error) as lost:
        raise Lost(type(lost).__name__) from lost
