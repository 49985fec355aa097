"""Mail through a real SMTP server on this machine, and into a folder."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller

from portal.integrations.mail import (
    FakeMailer,
    FolderMailer,
    Mail,
    MailNotSent,
    MailRefused,
    SmtpMailer,
    mailer_for,
)
from portal.settings import Settings

MAIL = Mail(
    id=uuid4(),
    to="leverantor@kontorsbolaget.test",
    subject="Ny beställning från Exempelstads kommun – öppna den i portalen",
    text="Hej!\nDu har fått en beställning.\n",
    at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
)


class Server:
    """Takes everything but for two addresses."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answers = {"nobody@example.test": "550 no such user", "later@example.test": "451 try later"}
        if address in answers:
            return answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope)
        return "250 taken"


@pytest.fixture
def server() -> Iterator[tuple[Server, Settings]]:
    handler = Server()
    with socket.socket() as probe:  # aiosmtpd cannot choose a free port itself
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, Settings(smtp_host="127.0.0.1", smtp_port=port, mail_from="Portalen <portal@example.test>")
    controller.stop()


async def test_a_message_arrives_with_its_headers_and_both_bodies(server: tuple[Server, Settings]) -> None:
    handler, settings = server
    mailer = mailer_for(settings)
    assert isinstance(mailer, SmtpMailer)
    await mailer.send(MAIL)
    [envelope] = handler.taken
    message: Any = message_from_bytes(envelope.content, policy=default)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("portal@example.test", [MAIL.to])
    assert message["Subject"] == MAIL.subject
    assert message["Message-ID"] == f"<{MAIL.id}@example.test>"
    assert message["Date"].datetime == MAIL.at
    assert "beställning" in message.get_content()


async def test_a_refusal_for_good_and_one_for_now_differ(server: tuple[Server, Settings]) -> None:
    mailer = SmtpMailer(server[1])
    with pytest.raises(MailRefused):
        await mailer.send(replace(MAIL, to="nobody@example.test"))
    with pytest.raises(MailNotSent):
        await mailer.send(replace(MAIL, to="later@example.test"))


async def test_a_server_that_is_away_may_come_back() -> None:
    with pytest.raises(MailNotSent):
        await SmtpMailer(Settings(smtp_host="127.0.0.1", smtp_port=1)).send(MAIL)


async def test_without_a_server_mail_becomes_files(tmp_path: Path) -> None:
    mailer = mailer_for(Settings(data_dir=tmp_path))
    assert isinstance(mailer, FolderMailer)
    await mailer.send(MAIL)
    await mailer.send(MAIL)
    [path] = (tmp_path / "mail").iterdir()
    message: Any = message_from_bytes(path.read_bytes(), policy=default)
    assert (path.suffix, message["To"], message["Subject"]) == (".eml", MAIL.to, MAIL.subject)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(MAIL, to="a@b.test, c@d.test"),
        replace(MAIL, to="a@b.test\nBcc: c@d.test"),
        replace(MAIL, subject="Hej\r\nBcc: c@d.test"),
        replace(MAIL, to="saknas"),
    ],
)
async def test_no_header_can_be_smuggled_in(wrong: Mail) -> None:
    fake = FakeMailer()
    with pytest.raises(MailRefused):
        await fake.send(wrong)
    assert fake.sent == []
