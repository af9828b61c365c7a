"""Mail, against a real server in this process."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlmodel import select
from uuid_utils.compat import uuid7

from portal.db import Database
from portal.notices.actions import mail_invitation
from portal.notices.channels import CannotSend, Letter
from portal.notices.delivery import Ways, deliver
from portal.notices.mail import FolderMailer, Smtp, SmtpMailer
from portal.notices.models import Channel, Envelope
from portal.notices.reasons import Pace
from portal.notices.words import words_for
from portal.people.models import Person
from portal.symptoms.vocabulary import Effect
from tests.conftest import Clock
from tests.notices.posts import NOON, give_address

DOOR = "https://portal.test"
SENDER = "notices@portal.test"
TOLD = [(pace, number, role) for pace in Pace for number in (1, 30) for role in (True, False)]
TELLING = {"ketamine", "infusion", "dose", "pain", "check-in", "nurse", "clinic", "flag", "patient"}


class Inbox:
    """Answers as a mail server does; keeps what it took."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.recipient_answer = "250 fine"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 fine"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def mailer(inbox: Inbox) -> AsyncIterator[SmtpMailer]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, DOOR)
    server.close()


def letter(pace: Pace = Pace.CALM, number: int = 1, is_patient: bool = True) -> Letter:
    words = words_for(pace, number, is_patient)
    return Letter(uuid7(), uuid7(), Channel.MAIL, words, False, "somebody@example.org")


async def test_a_mail_arrives_with_the_way_in_and_nothing_else(
    inbox: Inbox, mailer: SmtpMailer
) -> None:
    sent = letter()
    await mailer.send(sent)
    (mail,) = inbox.mails
    assert mail["subject"] == "You have a message waiting"
    assert mail["from"] == SENDER
    assert mail["message-id"] == f"<{sent.id.hex}@portal.test>"
    assert mail["auto-submitted"] == "auto-generated"
    text = str(mail.get_payload())
    assert "Sign in to read it." in text
    assert f"{DOOR}/" in text.split()


@pytest.mark.parametrize(("pace", "number", "is_patient"), TOLD)
def test_no_word_that_leaves_the_portal_tells_of_health(
    pace: Pace, number: int, is_patient: bool
) -> None:
    words = words_for(pace, number, is_patient)
    said = f"{words.title} {words.body}".lower()
    assert not [word for word in (*TELLING, *(effect.value for effect in Effect)) if word in said]


@pytest.mark.parametrize(
    ("answer", "code", "for_good"),
    [("550 no such user", "smtp_550", True), ("451 later", "smtp_451", False)],
)
async def test_what_the_server_answers_decides_whether_to_try_again(
    inbox: Inbox, mailer: SmtpMailer, answer: str, code: str, for_good: bool
) -> None:
    inbox.recipient_answer = answer
    with pytest.raises(CannotSend) as failed:
        await mailer.send(letter())
    assert (failed.value.code, failed.value.for_good) == (code, for_good)


async def test_a_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(CannotSend) as failed:
        await SmtpMailer("smtp://127.0.0.1:1", SENDER, DOOR).send(letter())
    assert (failed.value.code, failed.value.for_good) == ("smtp_unreachable", False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://u:p%40ss@mail.example.org", ("mail.example.org", 465, "u", "p@ss", True, False)),
        ("smtp://mail.example.org", ("mail.example.org", 587, None, None, False, True)),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, None, None, False, False)),
    ],
)
def test_only_this_machine_is_spoken_to_without_encryption(
    url: str, expected: tuple[object, ...]
) -> None:
    read = Smtp.from_url(url)
    assert (read.host, read.port, read.user, read.password, read.tls, read.start_tls) == expected


async def test_the_demo_writes_its_mails_to_a_folder(tmp_path: Path) -> None:
    await FolderMailer(tmp_path / "mail", DOOR).send(letter())
    (file,) = (tmp_path / "mail").iterdir()
    assert message_from_bytes(file.read_bytes())["to"] == "somebody@example.org"


async def test_an_invitation_is_mailed_once_and_its_link_then_forgotten(
    database: Database, patient: Person, clock: Clock, inbox: Inbox, mailer: SmtpMailer
) -> None:
    clock.set(NOON)
    await give_address(database, patient)
    async with database.work() as work:
        await mail_invitation(work, patient.id, f"{DOOR}/invitations/first")
        await mail_invitation(work, patient.id, f"{DOOR}/invitations/second")
    ways: Ways = {Channel.MAIL: mailer}
    done = await asyncio.gather(*(deliver(database, NOON, ways) for _ in range(2)))
    assert sum(done) == 1
    (mail,) = inbox.mails
    assert "/invitations/second" in mail.get_payload()
    async with database.read() as session:
        assert [row.link for row in (await session.exec(select(Envelope))).all()] == [None]
