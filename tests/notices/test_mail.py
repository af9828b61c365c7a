"""Mail, against a real server in this process."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from portal.db import Database
from portal.languages import LANGUAGES
from portal.notices import mail
from portal.notices.actions import mail_invitation
from portal.notices.channels import CannotSend, Letter
from portal.notices.delivery import Ways, deliver
from portal.notices.mail import FolderMailer, Smtp, SmtpMailer, mail_of
from portal.notices.models import Attempt, Channel, Envelope, Outcome
from portal.notices.push import push_words
from portal.notices.reasons import Pace
from portal.notices.words import words_for
from portal.people.models import Person
from portal.web.templates import environment
from tests.conftest import Clock
from tests.notices.certificates import certificate
from tests.notices.posts import NOON, give_address, tell

# Another machine for the portal, this one for the test.
NOT_HERE = "127.0.0.2"
DOOR = "https://portal.test"
SENDER = "notices@portal.test"
TOLD = [
    (pace, number, is_patient, language)
    for pace in Pace
    for number in (1, 30)
    for is_patient in (True, False)
    for language in LANGUAGES
]
# Whole words and beginnings of words, in both languages: of the treatment, of health, of people.
TELLING = re.compile(
    r"\b(keta|infus|inye|inject|lozenge|pastilla|dos[ei]|dolor|pain|check-?in|registro|flag"
    r"|alert|nurs|enferm|doctor|m[eé]dic|clini|cl[ií]nic|care|cuidado|patient|pacient|treat|tratam"
    r"|medic|health|salud|hospital|emerg|urgen|symptom|s[ií]ntoma|sick|visit|cita|therap|terap"
    r"|triage|psych|psiq|depress|depres|vomit|v[oó]mit|nause|n[aá]use|speech|habla|memor|confus"
    r"|anxi|ansi|stress|estr[eé]s|panic|p[aá]nico|overdose|sobredosis|addict|adic)",
    re.IGNORECASE,
)


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


@asynccontextmanager
async def listening(
    inbox: Inbox,
    tls: ssl.SSLContext | None = None,
    *,
    at: str = "127.0.0.1",
    at_once: bool = False,
) -> AsyncIterator[int]:
    """A mail server's port. `at_once`: TLS before a word."""
    loop, later = asyncio.get_running_loop(), None if at_once else tls

    def serve() -> SMTP:
        return SMTP(inbox, tls_context=later, require_starttls=later is not None)

    server = await loop.create_server(serve, at, 0, ssl=tls if at_once else None)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def mailer(inbox: Inbox) -> AsyncIterator[SmtpMailer]:
    async with listening(inbox) as port:
        yield SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, DOOR)


def letter(pace: Pace = Pace.CALM, number: int = 1, is_patient: bool = True) -> Letter:
    words = words_for(pace, number, is_patient)
    return Letter(uuid7(), uuid7(), Channel.MAIL, words, False, "somebody@example.org")


async def test_a_mail_arrives_with_the_way_in_and_nothing_else(
    inbox: Inbox, mailer: SmtpMailer
) -> None:
    sent = letter()
    await mailer.send(sent)
    (got,) = inbox.mails
    assert got["subject"] == "You have a message waiting"
    assert got["from"] == SENDER
    assert got["message-id"] == f"<{sent.id.hex}@portal.test>"
    assert got["auto-submitted"] == "auto-generated"
    text = str(got.get_payload())
    assert "Sign in to read it." in text
    assert f"{DOOR}/" in text.split()


@pytest.mark.parametrize(("pace", "number", "is_patient", "language"), TOLD)
def test_nothing_that_leaves_the_portal_tells_of_health_or_of_anybody(
    pace: Pace, number: int, is_patient: bool, language: str
) -> None:
    words = words_for(pace, number, is_patient, language)
    sent = Letter(uuid7(), uuid7(), Channel.MAIL, words, False, "somebody@example.org")
    made, pushed = mail_of(sent, SENDER, DOOR), push_words(sent)
    told = [made.as_string(policy=SMTPUTF8), made.get_content(), pushed["title"], pushed["body"]]
    assert not TELLING.findall("\n".join(map(str, told)))
    # Nobody is named: what is filled into a sentence is a number and nothing else.
    assert {*re.findall(r"\d+", words.title + words.body)} <= {"7", "30"}
    assert pushed.keys() == {"title", "body", "urgent"}


def test_each_reader_gets_their_own_language_and_no_sentence_is_left_out() -> None:
    for pace, number, is_patient in {told[:3] for told in TOLD}:
        english, spanish = (words_for(pace, number, is_patient, one) for one in LANGUAGES)
        assert english.title != spanish.title
        assert english.body != spanish.body
        assert english.foot != spanish.foot


def test_what_the_browser_shows_by_itself_tells_nothing_either() -> None:
    shown = environment.get_template("service-worker.js").render(build="b", kept=[])
    shown = shown[shown.index('addEventListener("push"') :]
    assert not TELLING.findall(shown.replace("urgent", ""))
    assert "icon" not in shown
    assert "badge" not in shown
    assert "image" not in shown


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


async def test_a_server_that_offers_no_encryption_gets_no_mail(inbox: Inbox) -> None:
    async with listening(inbox, at=NOT_HERE) as port:
        with pytest.raises(CannotSend, match="smtp_unreachable"):
            await SmtpMailer(f"smtp://{NOT_HERE}:{port}", SENDER, DOOR).send(letter())
    assert inbox.mails == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_an_encrypted_server_gets_mail_if_somebody_vouches_for_it(
    inbox: Inbox, scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, tls = certificate(tmp_path, NOT_HERE)
    async with listening(inbox, tls, at=NOT_HERE, at_once=scheme == "smtps") as port:
        mailer = SmtpMailer(f"{scheme}://{NOT_HERE}:{port}", SENDER, DOOR)
        with pytest.raises(CannotSend, match="smtp_unreachable"):
            await mailer.send(letter())
        assert inbox.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        await mailer.send(letter())
    assert len(inbox.mails) == 1


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(CannotSend, match="smtp_unreachable"):
            await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, DOOR).send(letter())


async def test_a_mail_server_that_is_away_delays_a_mail_and_loses_and_doubles_none(
    database: Database, patient: Person, clock: Clock, inbox: Inbox
) -> None:
    clock.set(NOON)
    await give_address(database, patient)
    await tell(database, patient)
    async with listening(inbox) as port:
        address = f"smtp://127.0.0.1:{port}"
    away: Ways = {Channel.MAIL: SmtpMailer(address, SENDER, DOOR)}
    assert await deliver(database, clock.forward(minutes=1), away) == 1
    async with listening(inbox) as port:
        back: Ways = {Channel.MAIL: SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, DOOR)}
        assert await deliver(database, clock.forward(minutes=1), back) == 1
        assert await deliver(database, clock.forward(hours=1), back) == 0
    async with database.read() as session:
        query = select(Attempt).order_by(col(Attempt.number))
        tried = [(row.outcome, row.problem) for row in (await session.exec(query)).all()]
    assert tried == [(Outcome.FAILED, "smtp_unreachable"), (Outcome.SENT, None)]
    assert len(inbox.mails) == 1


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
    (got,) = inbox.mails
    assert "/invitations/second" in got.get_payload()
    async with database.read() as session:
        assert [row.link for row in (await session.exec(select(Envelope))).all()] == [None]
