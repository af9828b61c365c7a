"""What is not taken is said in a sentence, and nothing of it is kept."""

import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from portal.attachments.cabinet import Cabinet
from portal.attachments.scanning import Scanner
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from portal.settings import Settings
from portal.web.uploads import Room
from tests.attachments.pictures import EXECUTABLE, HTML, PDF, SVG, photo
from tests.attachments.sending import lines, on_disk, send
from tests.clients import Client
from tests.conftest import ClientFor, Clock

if TYPE_CHECKING:
    from portal.app import Portal


@pytest.mark.parametrize("data", [EXECUTABLE, HTML, SVG, b"", photo()[:300]])
async def test_what_is_no_photo_or_pdf_is_refused_whatever_it_is_called(
    database: Database, settings: Settings, sender: Client, care: Conversation, data: bytes
) -> None:
    answer = await send(sender, care.id, ("photo.jpg", data), body="My arm")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("We ")
    assert (await lines(database, care), on_disk(settings)) == ([], [])


async def test_one_bad_file_among_good_ones_keeps_all_of_them_back(
    database: Database, settings: Settings, sender: Client, care: Conversation
) -> None:
    answer = await send(sender, care.id, ("a.pdf", PDF), ("b.pdf", HTML))
    assert answer.status_code == 422
    assert (await lines(database, care), on_disk(settings)) == ([], [])


async def test_too_many_too_large_and_none_at_all_are_refused_in_a_sentence(
    sender: Client, care: Conversation
) -> None:
    many = await send(sender, care.id, *[(f"{n}.pdf", PDF) for n in range(5)])
    assert (many.status_code, many.json()["detail"]) == (422, "Send 4 files or fewer at a time.")
    large = await send(sender, care.id, ("a.pdf", PDF + bytes(11 << 20)))
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    none = await send(sender, care.id, body="Hello")
    assert (none.status_code, none.json()["code"]) == (422, "no_file")


@pytest.mark.parametrize("size", [0, 3 << 20])
async def test_whoever_was_signed_out_meanwhile_is_told_so_whatever_they_send(
    sender: Client, care: Conversation, clock: Clock, size: int
) -> None:
    clock.forward(minutes=31)
    answer = await send(sender, care.id, ("arm.jpg", photo() + bytes(size)), body="My arm")
    assert answer.status_code == 401


async def pour(client: Client, conversation_id: object) -> tuple[int, int]:
    """A file of 60 MiB: the answer's status, and how many of them were read."""

    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(60):
            sent.append(1)
            yield bytes(1 << 20)

    sent: list[int] = []
    headers = {"content-type": "multipart/form-data; boundary=x", "accept": "application/json"}
    url = f"/conversations/{conversation_id}/files"
    answer = await client.http.post(url, content=body(), headers=headers)
    return answer.status_code, len(sent)


async def test_a_body_over_all_limits_is_not_even_read(sender: Client, care: Conversation) -> None:
    status, read = await pour(sender, care.id)
    assert status == 413
    assert read < 60


async def test_a_body_that_is_said_to_be_over_all_limits_is_answered_with_a_sentence(
    sender: Client, care: Conversation
) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(1 << 30)}
    url = f"/conversations/{care.id}/files"
    answer = await sender.http.post(url, content=b"--x", headers=headers)
    assert answer.status_code == 413
    assert "That was too big. Send something smaller." in answer.text


async def test_without_a_sign_in_the_small_limit_holds(
    client_for: ClientFor, care: Conversation
) -> None:
    status, read = await pour(await client_for(None), care.id)
    assert status == 401
    assert read <= 2


async def test_who_sends_too_much_at_a_time_is_told_so_in_their_language(
    app: "Portal", sender: Client, patient: Person, care: Conversation
) -> None:
    room = app.state.portal.extras.setdefault("uploads.room", Room())
    sender.http.headers["accept-language"] = "es"
    with room.held(patient.id, 1), room.held(patient.id, 1):
        answer = await send(sender, care.id, ("a.pdf", PDF + bytes(2 << 20)), script=False)
    assert answer.status_code == 429
    assert "Sus otros archivos" in answer.text


async def test_one_person_sends_only_so_much_a_day(
    cabinet: Cabinet, sender: Client, care: Conversation
) -> None:
    object.__setattr__(cabinet.limits, "most_a_day", 1)
    await send(sender, care.id, ("a.pdf", PDF))
    answer = await send(sender, care.id, ("b.pdf", PDF))
    assert (answer.status_code, "many files today" in answer.text) == (429, True)


async def test_what_cannot_be_scanned_is_refused_and_the_plain_page_keeps_the_words(
    database: Database,
    settings: Settings,
    cabinet: Cabinet,
    sender: Client,
    care: Conversation,
) -> None:
    cabinet.scanner = Scanner("clamd:/nowhere/socket")
    answer = await send(sender, care.id, ("a.pdf", PDF), script=False, body="See this letter")
    assert answer.status_code == 503
    assert "We cannot check files right now" in answer.text
    assert "See this letter" in answer.text
    cabinet.scanner = Scanner(f"command:{sys.executable} -S -c 'raise SystemExit(1)'")
    harmful = await send(sender, care.id, ("a.pdf", PDF))
    assert (harmful.status_code, harmful.json()["code"]) == (422, "file_harmful")
    assert (await lines(database, care), on_disk(settings)) == ([], [])
