"""Photos and files in a conversation: sent, seen by those who may, and by nobody else."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlmodel import col, select

from portal.attachments.cabinet import Cabinet
from portal.attachments.scanning import Scanner
from portal.audit.models import AuditEvent
from portal.conversations.file_models import Attachment
from portal.conversations.files import UNSENT_FOR, forgetting_unsent_files
from portal.conversations.models import Conversation
from portal.conversations.queries import Line, messages_after
from portal.conversations.switchboard import Switchboard
from portal.db import Database
from portal.errors import Unavailable
from portal.people.models import Person
from portal.settings import Settings
from tests.attachments.pictures import EXECUTABLE, HTML, PDF, PLACE, SVG, opened, photo
from tests.attachments.sending import files_in, send, sent_photo
from tests.clients import Client, sign_in
from tests.conftest import ClientFor, Clock
from tests.conversations.people import opened as conversations_of
from tests.conversations.people import page_of
from tests.serving import Served

if TYPE_CHECKING:
    from portal.app import Portal

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await conversations_of(database, patient))[0]


@pytest.fixture
async def notes(database: Database, patient: Person) -> Conversation:
    return (await conversations_of(database, patient))[1]


@pytest.fixture
async def sender(client_for: ClientFor, patient: Person) -> Client:
    return await client_for(patient)


@pytest.fixture
def cabinet(app: "Portal") -> Cabinet:
    """The application's own."""
    held = Cabinet(app.settings.files, app.state.portal.database.vault)
    app.state.portal.extras["cabinet"] = held
    return held


async def lines(database: Database, conversation: Conversation) -> list[Line]:
    async with database.read() as session:
        return await messages_after(session, conversation, 0)


async def rows(database: Database) -> list[Attachment]:
    async with database.read() as session:
        return list((await session.exec(select(Attachment))).all())


def on_disk(settings: Settings) -> list[Path]:
    return [path for path in settings.files.folder.rglob("*") if path.is_file()]


async def test_a_photo_reaches_the_nurse_with_its_words_and_without_its_place(
    client_for: ClientFor, sender: Client, care: Conversation, nurse_on_team: Person
) -> None:
    answer = await send(sender, care.id, ("arm.html", photo()), body="Is this all right?")
    assert answer.status_code == 200
    assert "Is this all right?" in answer.text
    nurse = await client_for(nurse_on_team)
    page = await nurse.get(f"/inbox/{care.id}")
    [address] = files_in(page.text)
    shown = await nurse.get(address)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    small = await nurse.get(f"{address}/thumbnail")
    for picture in (shown.content, small.content):
        assert PLACE not in picture
        assert opened(picture).size == (64, 40)


@ON_SQLITE
async def test_a_pdf_is_only_ever_saved_and_never_shown_in_the_page(
    sender: Client, care: Conversation
) -> None:
    answer = await send(sender, care.id, ("../\u202eresults.PDF.html", PDF))
    [address] = files_in(answer.text)
    given = await sender.get(address)
    assert (given.content, given.headers["content-type"]) == (PDF, "application/pdf")
    how = given.headers["content-disposition"]
    assert how.startswith('attachment; filename="results.PDF.html.pdf";')
    assert (await sender.get(f"{address}/thumbnail")).status_code == 404


async def test_the_outsider_finds_neither_the_file_nor_its_thumbnail_nor_a_place_to_send(
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    other_patient: Person,
    nurse_elsewhere: Person,
) -> None:
    file_id = await sent_photo(sender, care.id)
    address = f"/conversations/{care.id}/files"
    for outsider in (nurse_elsewhere, other_patient):
        client = await client_for(outsider)
        missing = await client.get(f"{address}/{uuid4()}")
        for url in (f"{address}/{file_id}", f"{address}/{file_id}/thumbnail"):
            answer = await client.get(url)
            assert (answer.status_code, len(answer.text)) == (404, len(missing.text))
        assert (await send(client, care.id, ("x.jpg", photo()))).status_code == 404


@ON_SQLITE
async def test_a_file_is_found_in_its_own_conversation_only(
    client_for: ClientFor,
    database: Database,
    sender: Client,
    care: Conversation,
    other_patient: Person,
) -> None:
    file_id = await sent_photo(sender, care.id)
    theirs, _ = await conversations_of(database, other_patient)
    client = await client_for(other_patient)
    assert (await client.get(f"/conversations/{theirs.id}/files/{file_id}")).status_code == 404


@ON_SQLITE
async def test_a_file_of_the_team_s_notes_is_never_a_patient_s_to_see(
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    notes: Conversation,
    nurse_on_team: Person,
) -> None:
    nurse = await client_for(nurse_on_team)
    file_id = await sent_photo(nurse, notes.id)
    for place in (notes.id, care.id):
        for end in ("", "/thumbnail"):
            url = f"/conversations/{place}/files/{file_id}{end}"
            assert (await sender.get(url)).status_code == 404
    assert str(file_id) not in (await sender.get(f"/conversations/{care.id}")).text
    assert str(file_id) in (await nurse.get(f"/inbox/{care.id}")).text


@ON_SQLITE
async def test_what_lies_in_the_folder_and_the_database_cannot_be_read(
    database: Database, settings: Settings, sender: Client, care: Conversation
) -> None:
    name = "my biopsy results.pdf"
    await send(sender, care.id, (name, PDF))
    await sent_photo(sender, care.id)
    kept = [path.read_bytes() for path in on_disk(settings)]
    assert len(kept) == 3
    for data in kept:
        assert not any(sign in data for sign in (b"%PDF", b"\xff\xd8\xff", b"JFIF"))
    for row in await rows(database):
        assert b"biopsy" not in row.about


@ON_SQLITE
async def test_a_file_moved_to_another_row_does_not_open(
    database: Database, settings: Settings, sender: Client, care: Conversation
) -> None:
    first, second = [await sent_photo(sender, care.id) for _ in range(2)]
    held = {row.id: row for row in await rows(database)}
    folder = settings.files.folder
    names = [folder / held[one].stored_as[:2] / held[one].stored_as for one in (first, second)]
    shutil.copy(*names)
    answer = await sender.get(f"/conversations/{care.id}/files/{second}")
    assert (answer.status_code, "cannot show this file" in answer.text) == (503, True)


@ON_SQLITE
async def test_a_lost_folder_is_said_and_hides_no_words(
    settings: Settings, sender: Client, care: Conversation
) -> None:
    file_id = await sent_photo(sender, care.id)
    shutil.rmtree(settings.files.folder)
    answer = await sender.get(f"/conversations/{care.id}/files/{file_id}")
    assert answer.status_code == 503
    assert "We cannot show this file right now." in answer.text
    assert (await sender.get(f"/conversations/{care.id}")).status_code == 200


@ON_SQLITE
async def test_the_same_sent_again_is_one_message_with_one_file(
    database: Database, settings: Settings, sender: Client, care: Conversation
) -> None:
    again: dict[str, Any] = {"client_id": str(uuid4()), "body": "My arm"}
    for _ in range(2):
        assert (await send(sender, care.id, ("a.jpg", photo()), **again)).status_code == 200
    assert [(line.body, len(line.files)) for line in await lines(database, care)] == [("My arm", 1)]
    other = await send(sender, care.id, ("a.pdf", PDF), **again)
    assert (other.status_code, other.json()["code"]) == (409, "not_allowed")
    assert len(on_disk(settings)) == 2


async def test_the_same_sent_twice_at_once_is_one_message(
    database: Database, settings: Settings, sender: Client, care: Conversation
) -> None:
    again: dict[str, Any] = {"client_id": str(uuid4())}
    both = (send(sender, care.id, ("a.pdf", PDF), **again) for _ in range(2))
    assert [answer.status_code for answer in await asyncio.gather(*both)] == [200, 200]
    assert [len(line.files) for line in await lines(database, care)] == [1]
    assert len(on_disk(settings)) == 1


@ON_SQLITE
async def test_what_was_kept_and_not_said_is_found_again_or_gives_way_to_another_choice(
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    sender: Client,
    care: Conversation,
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable

    again: dict[str, Any] = {"client_id": str(uuid4())}
    with monkeypatch.context() as patch:
        patch.setattr(Switchboard, "send", away)
        for _ in range(2):
            assert (await send(sender, care.id, ("a.pdf", PDF), **again)).status_code == 503
    assert len(on_disk(settings)) == 1
    assert (
        await sender.get(f"/conversations/{care.id}/files/{(await rows(database))[0].id}")
    ).status_code == 404
    assert (await send(sender, care.id, ("a.jpg", photo()), **again)).status_code == 200
    assert [file.kind for line in await lines(database, care) for file in line.files] == ["photo"]
    assert len(on_disk(settings)) == 2


@pytest.mark.parametrize("data", [EXECUTABLE, HTML, SVG, b"", photo()[:300]])
@ON_SQLITE
async def test_what_is_no_photo_or_pdf_is_refused_whatever_it_is_called(
    database: Database, settings: Settings, sender: Client, care: Conversation, data: bytes
) -> None:
    answer = await send(sender, care.id, ("photo.jpg", data), body="My arm")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("We ")
    assert (await lines(database, care), on_disk(settings)) == ([], [])


@ON_SQLITE
async def test_one_bad_file_among_good_ones_keeps_all_of_them_back(
    database: Database, settings: Settings, sender: Client, care: Conversation
) -> None:
    answer = await send(sender, care.id, ("a.pdf", PDF), ("b.pdf", HTML))
    assert answer.status_code == 422
    assert (await lines(database, care), on_disk(settings)) == ([], [])


@ON_SQLITE
async def test_too_many_too_large_and_none_at_all_are_refused_in_a_sentence(
    sender: Client, care: Conversation
) -> None:
    many = await send(sender, care.id, *[(f"{n}.pdf", PDF) for n in range(5)])
    assert (many.status_code, many.json()["detail"]) == (422, "Send 4 files or fewer at a time.")
    large = await send(sender, care.id, ("a.pdf", PDF + bytes(11 << 20)))
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    none = await send(sender, care.id, body="Hello")
    assert (none.status_code, none.json()["code"]) == (422, "no_file")


@ON_SQLITE
async def test_a_body_over_all_limits_is_not_even_read(sender: Client, care: Conversation) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(60):
            sent.append(1)
            yield bytes(1 << 20)

    sent: list[int] = []
    headers = {"content-type": "multipart/form-data; boundary=x", "accept": "application/json"}
    url = f"/conversations/{care.id}/files"
    answer = await sender.http.post(url, content=body(), headers=headers)
    assert answer.status_code == 413
    assert len(sent) < 60


@ON_SQLITE
async def test_without_a_sign_in_the_small_limit_holds(
    client_for: ClientFor, care: Conversation
) -> None:
    nobody = await client_for(None)
    answer = await send(nobody, care.id, ("a.pdf", PDF + bytes(2 << 20)))
    assert answer.status_code == 413


@ON_SQLITE
async def test_one_person_sends_only_so_much_a_day(
    cabinet: Cabinet, sender: Client, care: Conversation
) -> None:
    object.__setattr__(cabinet.limits, "most_a_day", 1)
    await send(sender, care.id, ("a.pdf", PDF))
    answer = await send(sender, care.id, ("b.pdf", PDF))
    assert (answer.status_code, "many files today" in answer.text) == (429, True)


@ON_SQLITE
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


@ON_SQLITE
async def test_a_plain_form_sends_too_and_goes_back_to_its_page(
    database: Database,
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    nurse_on_team: Person,
) -> None:
    form = await sender.get(f"/conversations/{care.id}/files")
    assert 'enctype="multipart/form-data"' in form.text
    answer = await send(sender, care.id, ("a.pdf", PDF), script=False)
    [line] = await lines(database, care)
    assert answer.headers["location"] == f"/conversations/{care.id}#m-{line.id}"
    assert (line.body, line.is_wordless) == ("File", True)
    nurse = await client_for(nurse_on_team)
    answer = await send(nurse, care.id, ("a.pdf", PDF), script=False)
    assert answer.headers["location"].startswith(f"/inbox/{care.id}#m-")


async def test_a_photo_comes_over_the_socket_as_it_stands_in_the_page(
    server: Served, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    care, _ = await conversations_of(database, patient)
    sender = Client(server.app, *await sign_in(database, patient))
    async with page_of(server, nurse_on_team) as page:
        await page.follow(care)
        file_id = await sent_photo(sender, care.id)
        live = await page.hear("message")
        async with page_of(server, nurse_on_team) as later:
            [caught_up] = await later.follow(care, after=0)
    await sender.aclose()
    assert str(file_id) in live["html"]
    assert live == caught_up


@ON_SQLITE
async def test_who_looked_at_a_file_is_in_the_trail(
    database: Database,
    client_for: ClientFor,
    sender: Client,
    care: Conversation,
    nurse_on_team: Person,
) -> None:
    file_id = await sent_photo(sender, care.id)
    nurse = await client_for(nurse_on_team)
    for end in ("", "/thumbnail", "/thumbnail"):
        await nurse.get(f"/conversations/{care.id}/files/{file_id}{end}")
    async with database.read() as session:
        entries = (await session.exec(select(AuditEvent).order_by(col(AuditEvent.seq)))).all()
    of_nurse = [entry.tag for entry in entries if entry.actor_id == nurse_on_team.id]
    assert of_nurse == ["file:read", "conversation:read"]
    assert ("file:keep", file_id) in [(entry.tag, entry.subject_id) for entry in entries]


@ON_SQLITE
async def test_what_was_never_sent_is_forgotten_after_a_day_and_what_was_sent_never(
    database: Database, settings: Settings, sender: Client, care: Conversation, clock: Clock
) -> None:
    await sent_photo(sender, care.id)
    await send(sender, care.id, ("a.pdf", PDF), client_id=str(uuid4()))
    unsent = (await rows(database))[-1]
    async with database.work() as work:
        row = await work.session.get_one(Attachment, unsent.id)
        row.client_id = uuid4()
        work.session.add(row)
    job = forgetting_unsent_files(Cabinet(settings.files, database.vault))
    assert await job(database, clock.now()) == 0
    assert await job(database, clock.forward(hours=UNSENT_FOR.total_seconds() / 3600 + 1)) == 1
    assert [row.kind for row in await rows(database)] == ["photo"]
    assert len(on_disk(settings)) == 2
    assert await job(database, clock.now()) == 0
