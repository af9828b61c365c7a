"""Drafts: one's own, on each device, sealed, and gone once sent."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

from sqlmodel import select

from portal.conversations.actions import send_message
from portal.conversations.draft_models import MessageDraft
from portal.conversations.drafts import draft_of, forget_sent_drafts, keep_draft
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.clients import Client
from tests.conftest import Clock
from tests.conversations.people import opened

ClientFor = Callable[[Person | None], Awaitable[Client]]


def box_of(text: str, id: str = "body") -> str:
    return text.split(f'id="{id}"')[1].split("</textarea>")[0]


async def test_words_written_on_one_device_are_on_the_other_until_they_are_sent(
    client_for: ClientFor, care: Conversation, patient: Person
) -> None:
    phone, tablet = await client_for(patient), await client_for(patient)
    name = str(uuid4())
    kept = await phone.post(f"/conversations/{care.id}/draft", body="I feel", client_id=name)
    assert kept.status_code == 303
    page = (await tablet.get(f"/conversations/{care.id}")).text
    assert "I feel" in box_of(page)
    assert f'name="client_id" value="{name}"' in page
    sent = await tablet.post(f"/conversations/{care.id}/messages", body="I feel", client_id=name)
    assert sent.status_code == 303
    assert "I feel" not in box_of((await phone.get(f"/conversations/{care.id}")).text)


async def test_a_save_that_comes_after_its_message_brings_nothing_back(
    database: Database, care: Conversation, patient: Person, clock: Clock
) -> None:
    name = uuid4()
    async with database.work() as work:
        await send_message(work, care, patient.id, "I feel sick", name)
    async with database.work() as work:
        await keep_draft(work, care, patient.id, "I feel si", name)
    async with database.read() as session:
        assert await draft_of(session, care, patient.id) is None
    assert await forget_sent_drafts(database, clock.forward(minutes=1)) == 1
    assert await forget_sent_drafts(database, clock.forward(minutes=1)) == 0


async def test_no_words_end_a_draft_and_new_ones_replace_it(
    database: Database, care: Conversation, patient: Person
) -> None:
    for body, expected in (("One", "One"), ("Two", "Two"), (" ", None)):
        async with database.work() as work:
            await keep_draft(work, care, patient.id, body, uuid4())
        async with database.read() as session:
            draft = await draft_of(session, care, patient.id)
        assert (draft.body if draft else None) == expected


async def test_a_draft_is_its_writers_alone_and_sealed(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
    nurse_elsewhere: Person,
) -> None:
    _, notes = await opened(database, patient)
    night = await client_for(nurse_on_team)
    await night.post(f"/conversations/{care.id}/draft", body="unmistakable reply")
    await night.post(f"/conversations/{notes.id}/draft", body="unmistakable note")
    own = (await night.get(f"/inbox/{care.id}")).text
    assert "unmistakable reply" in box_of(own, "reply-body")
    assert "unmistakable note" in box_of(own, "note-body")
    other = await client_for(second_nurse)
    assert "unmistakable" not in (await other.get(f"/inbox/{care.id}")).text
    theirs = await client_for(patient)
    assert "unmistakable" not in (await theirs.get(f"/conversations/{care.id}")).text
    assert (await theirs.post(f"/conversations/{notes.id}/draft", body="x")).status_code == 404
    stranger = await client_for(nurse_elsewhere)
    assert (await stranger.post(f"/conversations/{care.id}/draft", body="x")).status_code == 404
    async with database.read() as session:
        rows = (await session.exec(select(MessageDraft))).all()
    assert len(rows) == 2
    assert not any(b"unmistakable" in row.body for row in rows)


async def test_the_pages_own_save_is_quiet_and_a_text_that_is_too_long_is_refused(
    client_for: ClientFor, care: Conversation, patient: Person
) -> None:
    client = await client_for(patient)
    client.http.headers["x-background"] = "yes"
    url = f"/conversations/{care.id}/draft"
    assert (await client.post(url, body="I feel")).status_code == 204
    assert (await client.post(url, body="x" * 8001)).status_code == 422
