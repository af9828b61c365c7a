"""E-mail: a real server, or for the demo a folder."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from portal.notices.channels import CannotSend, Letter
from portal.notices.words import mail_body

TIMEOUT = 15.0
REFUSED_FOR_GOOD = 500


@dataclass(frozen=True, slots=True)
class Smtp:
    """SMTP_URL read: `smtp://user:password@host:587` (STARTTLS) or `smtps://host` (TLS at once).

    Without encryption only to this machine.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    start_tls: bool

    @classmethod
    def from_url(cls, url: str) -> "Smtp":
        parts = urlsplit(url)
        tls, host = parts.scheme == "smtps", parts.hostname or ""
        here = host in {"127.0.0.1", "localhost", "::1"}
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        port = parts.port or (465 if tls else 25 if here else 587)
        return cls(host, port, user, password, tls, not tls and not here)


class SmtpMailer:
    """Hands a mail to the server; what it answers with 5xx is not tried again."""

    def __init__(self, url: str, sender: str, front_door: str) -> None:
        self._server = Smtp.from_url(url)
        self._sender = sender
        self._front_door = front_door

    async def send(self, letter: Letter) -> Sequence[UUID]:
        import aiosmtplib

        mail, server = mail_of(letter, self._sender, self._front_door), self._server
        try:
            await aiosmtplib.send(
                mail,
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.tls,
                start_tls=server.start_tls,
                timeout=TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0].code) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise CannotSend("smtp_sign_in") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error.code) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise CannotSend("smtp_unreachable") from error
        return ()


def _refused(code: int) -> CannotSend:
    return CannotSend(f"smtp_{code}", for_good=code >= REFUSED_FOR_GOOD)


class FolderMailer:
    """The demo's mailbox: each mail a file, the newest with the greatest name."""

    def __init__(self, folder: Path, front_door: str) -> None:
        self._folder = folder
        self._front_door = front_door

    async def send(self, letter: Letter) -> Sequence[UUID]:
        mail = mail_of(letter, "portal@localhost", self._front_door)
        await asyncio.to_thread(self._write, f"{letter.attempt_id}.eml", mail.as_bytes())
        return ()

    def _write(self, name: str, text: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(text)


def mail_of(letter: Letter, sender: str, front_door: str) -> EmailMessage:
    """The same Message-ID at every attempt, so that a mail sent twice can be told to be one."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = letter.address or ""
    mail["Subject"] = letter.words.title
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{letter.id.hex}@{urlsplit(front_door).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(mail_body(letter.words, letter.link or f"{front_door}/"))
    return mail
