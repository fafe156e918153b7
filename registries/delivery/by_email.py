"""E-mail over SMTP: files attached, or a link to them above a size. Sent again it carries the same Message-ID."""
from __future__ import annotations

import smtplib
from contextlib import suppress
from email.encoders import encode_base64
from email.message import Message
from email.mime.base import MIMEBase
from email.utils import format_datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field

from registries.delivery.base import TALK_SECONDS, MayBeTaken, NotTaken, Parcel, Piece, Receipt, Refused, Settings


def _address(text: str) -> str:
    try:
        validate_email(text)
    except Exception as error:
        raise ValueError('not an e-mail address') from error
    return text


Address = Annotated[str, AfterValidator(_address)]


class EmailSettings(Settings):
    """Who gets the letter."""

    to: list[Address] = Field(min_length=1, max_length=20)


class NoSecrets(Settings):
    """The mail server is one for all: EMAIL_URL."""


class EmailChannel:
    """Files that SMTP servers let through are attached; larger ones wait on our site."""

    settings: ClassVar[type[Settings]] = EmailSettings
    secrets: ClassVar[type[Settings]] = NoSecrets

    def deliver(self, parcel: Parcel, settings: EmailSettings, secrets: NoSecrets) -> Receipt:
        """One letter to all addresses of the target."""
        if not django_settings.EMAIL_HOST:
            raise Refused(_('No mail server: EMAIL_URL is not set'))
        letter = _letter(parcel, settings.to)
        backend = _Backend(timeout=TALK_SECONDS)
        try:
            backend.open()
            backend.send_messages([letter])
        except smtplib.SMTPRecipientsRefused as refused:
            codes = {code for code, _text in refused.recipients.values()}
            _refuse(max(codes), _('every address was refused'), refused)
        except smtplib.SMTPResponseException as refused:
            _refuse(refused.smtp_code, _said(refused.smtp_error), refused)
        except smtplib.SMTPNotSupportedError as refused:
            raise Refused(str(refused)) from refused
        except (smtplib.SMTPException, OSError) as lost:
            if backend.conversation.is_data_sent:
                raise MayBeTaken(_('the mail server did not say whether it took the letter')) from lost
            raise NotTaken(f'{type(lost).__name__}: {lost}') from lost
        finally:
            # The letter is taken or not by now: a server that does not say good-bye changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                backend.close()
        count = len(backend.conversation.refused)
        note = _('addresses that the mail server refused: %(count)d') % {'count': count} if count else ''
        return Receipt(letter.extra_headers['Message-ID'], note)


class _Conversation:
    """How far one letter came."""

    def __init__(self) -> None:
        self.is_data_sent = False
        self.refused: dict[str, tuple[int, bytes]] = {}


class _Backend(EmailBackend):
    """Django's, over a connection that remembers whether the text went out and which addresses were refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.conversation = _Conversation()

    @property
    def connection_class(self) -> Any:
        """smtplib's class with two ears."""
        return _listening(smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP, self.conversation)


def _listening(base: type[smtplib.SMTP], conversation: _Conversation) -> type[smtplib.SMTP]:
    class Listening(base):  # type: ignore[valid-type,misc]
        def data(self, msg: Any) -> Any:
            conversation.is_data_sent = True
            return super().data(msg)

        def sendmail(self, *args: Any, **options: Any) -> Any:
            conversation.refused = super().sendmail(*args, **options)
            return conversation.refused

    return Listening


class _Letter(EmailMessage):
    """The same bytes each time: the boundary between its parts is not drawn by chance."""

    boundary = ''

    def message(self, **options: Any) -> Any:
        """Django's message with our boundary."""
        message: Message = super().message(**options)
        if message.is_multipart():
            message.set_boundary(self.boundary)
        return message


def _letter(parcel: Parcel, to: list[str]) -> _Letter:
    is_attached = parcel.size_bytes <= django_settings.REGISTRY_ATTACHMENT_BYTES
    body = parcel.body
    if not is_attached:
        body += '\n' + _('The files are too large for a letter. Take them here within 14 days: %(address)s') % {
            'address': parcel.link()} + '\n'
    host = urlsplit(django_settings.PUBLIC_URL).hostname or 'localhost'
    letter = _Letter(
        subject=parcel.subject, body=body, from_email=django_settings.DEFAULT_FROM_EMAIL, to=list(to),
        reply_to=[django_settings.SUPPORT_EMAIL], headers={
            'Message-ID': f'<registry-{parcel.guid}@{host}>', 'Date': format_datetime(parcel.at),
            'Auto-Submitted': 'auto-generated'})
    letter.boundary = f'denimhub-{parcel.guid}'
    if is_attached:
        for piece in parcel.pieces:
            letter.attach(_attachment(piece))
    return letter


def _attachment(piece: Piece) -> MIMEBase:
    """In base64 whatever its type: as text its line ends, and so its hash, would not survive the way."""
    kind, _slash, name = piece.content_type.partition(';')[0].partition('/')
    part = MIMEBase(kind, name)
    part.set_payload(piece.content())
    encode_base64(part)
    part.add_header('Content-Disposition', 'attachment', filename=piece.name)
    return part


def _refuse(code: int, text: str, cause: Exception) -> None:
    """4xx asks to come again; 5xx does not."""
    told = f'SMTP {code}: {text}'
    raise (NotTaken(told) if code < 500 else Refused(told)) from cause


def _said(text: bytes | str) -> str:
    return (text.decode('utf-8', 'replace') if isinstance(text, bytes) else text)[:200]
