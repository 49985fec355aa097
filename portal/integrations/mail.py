"""Outgoing mail: over SMTP, or as .eml files in a folder where no mail server is set."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol
from uuid import UUID

import aiosmtplib

from portal.kernel.errors import PortalError
from portal.settings import Settings

TIMEOUT_SECONDS = 20
_ADDRESS = re.compile(r"[^@\s<>\"(),;:\\\[\]]+@[^@\s<>\"(),;:\\\[\]]+")


class MailNotSent(PortalError):
    """The mail server did not take the message (503, worth another try)."""

    status = 503
    code = "mail_not_sent"


class MailRefused(PortalError):
    """The message cannot be sent as it is: a bad address, or one the server refuses for good."""

    status = 422
    code = "mail_refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one address. `id` becomes the Message-ID, so that a message sent twice counts once."""

    id: UUID
    to: str
    subject: str
    text: str
    at: datetime


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand the message over. MailRefused when it never will be taken, MailNotSent when it may be."""


def mailer_for(settings: Settings) -> Mailer:
    """SMTP when a server is set, else files in the data folder."""
    return FolderMailer(settings) if settings.smtp_host is None else SmtpMailer(settings)


class SmtpMailer:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, mail: Mail) -> None:
        settings = self._settings
        try:
            await aiosmtplib.send(
                message_for(mail, settings.mail_from),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user,
                password=settings.smtp_password,
                start_tls=settings.smtp_starttls,
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPException as error:
            raise _in_words(error, mail.to) from error


def _in_words(error: aiosmtplib.SMTPException, address: str) -> PortalError:
    """5xx answers are for good (RFC 5321, 4.2.1); the rest may pass."""
    refused = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error
    code = getattr(refused, "code", 0)
    if 500 <= code < 600:  # noqa: PLR2004
        return MailRefused("E-postservern tar inte emot post till %(address)s.", address=address)
    return MailNotSent("E-postservern svarar inte som den ska. Vi försöker igen.")


class FolderMailer:
    """Each message becomes data_dir/mail/<id>.eml, readable in any mail program."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.mail_dir
        self._sender = settings.mail_from

    async def send(self, mail: Mail) -> None:
        await asyncio.to_thread(self._write, mail.id, message_for(mail, self._sender).as_bytes(policy=SMTP))

    def _write(self, mail_id: UUID, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f".{mail_id}.tmp"
        draft.write_bytes(content)
        draft.replace(self._folder / f"{mail_id}.eml")


class FakeMailer:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        message_for(mail, "portal@localhost")
        self.sent.append(mail)


def message_for(mail: Mail, sender: str) -> EmailMessage:
    """The message as it goes out. MailRefused when the address or a header would not be one."""
    if not _ADDRESS.fullmatch(mail.to) or "\n" in mail.subject or "\r" in mail.subject:
        raise MailRefused("E-postadressen %(address)s är inte giltig.", address=mail.to)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.id}@{parseaddr(sender)[1].partition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
