"""What is kept: once, sealed, in its place, and not longer than it must be."""

import asyncio
import shutil
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from portal.attachments.cabinet import Cabinet
from portal.attachments.refusals import CannotKeep
from portal.conversations.file_models import Attachment
from portal.conversations.files import UNSENT_FOR, forgetting_unsent_files
from portal.conversations.models import Conversation
from portal.conversations.switchboard import Switchboard
from portal.db import Database
from portal.errors import Unavailable
from portal.settings import Settings
from tests.attachments.pictures import PDF, photo
from tests.attachments.sending import lines, on_disk, rows, send, sent_photo
from tests.clients import Client
from tests.conftest import Clock
from tests.failing import at_first


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


async def test_a_lost_folder_is_said_and_hides_no_words(
    settings: Settings, sender: Client, care: Conversation
) -> None:
    file_id = await sent_photo(sender, care.id)
    shutil.rmtree(settings.files.folder)
    answer = await sender.get(f"/conversations/{care.id}/files/{file_id}")
    assert answer.status_code == 503
    assert "We cannot show this file right now." in answer.text
    assert (await sender.get(f"/conversations/{care.id}")).status_code == 200


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


async def test_a_file_that_cannot_be_forgotten_does_not_keep_the_others(
    database: Database,
    settings: Settings,
    sender: Client,
    care: Conversation,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        await send(sender, care.id, ("a.pdf", PDF), client_id=str(uuid4()))
    async with database.work() as work:
        for row in (await work.session.exec(select(Attachment))).all():
            row.client_id = uuid4()
            work.session.add(row)
    cabinet = Cabinet(settings.files, database.vault)
    monkeypatch.setattr(cabinet.storage, "forget", at_first(cabinet.storage.forget))
    now = clock.forward(hours=UNSENT_FOR.total_seconds() / 3600 + 1)
    job = forgetting_unsent_files(cabinet)
    assert [await job(database, now) for _ in range(3)] == [1, 1, 0]
    assert on_disk(settings) == []


async def test_of_a_photo_whose_thumbnail_cannot_be_kept_nothing_is_kept(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cabinet = Cabinet(settings.files, database.vault)
    checked = await cabinet.admit(photo())
    keep = cabinet.storage.keep

    async def full(name: str, data: bytes) -> None:
        if on_disk(settings):
            raise CannotKeep
        await keep(name, data)

    monkeypatch.setattr(cabinet.storage, "keep", full)
    with pytest.raises(CannotKeep):
        await cabinet.keep(checked, "attachment", uuid4(), uuid4())
    assert on_disk(settings) == []
