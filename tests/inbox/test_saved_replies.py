"""The page of saved replies, and the replies as they read in a thread."""

from collections.abc import Awaitable, Callable

import pytest

from portal.db import Database
from portal.handling.models import SavedReply
from portal.handling.saved import add_reply, saved_replies
from portal.people.models import Person
from tests.bookings.asking import booked, days_ahead
from tests.clients import Client
from tests.conversations.people import opened

ClientFor = Callable[[Person | None], Awaitable[Client]]
WORDS = "Call {nurse line}. We come on {next visit}."


@pytest.fixture
async def reply(database: Database, nurse_on_team: Person) -> SavedReply:
    async with database.work() as work:
        return await add_reply(work, nurse_on_team.id, "come-soon", WORDS)


async def names(database: Database) -> list[str]:
    async with database.read() as session:
        return [one.name for one in await saved_replies(session)]


async def test_a_reply_is_added_changed_and_retired_on_its_page(
    client_for: ClientFor, database: Database, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    answer = await client.post("/saved-replies", name="sips", words="Small sips.")
    assert answer.status_code == 303
    async with database.read() as session:
        (first,) = await saved_replies(session)
    assert "Small sips." in (await client.get("/saved-replies")).text
    assert "Change sips" in (await client.get(f"/saved-replies/{first.id}")).text
    changed = await client.post(f"/saved-replies/{first.id}", name="sip", words="One sip.")
    assert changed.status_code == 303
    async with database.read() as session:
        (second,) = await saved_replies(session)
    assert (second.name, second.words) == ("sip", "One sip.")
    assert (await client.post(f"/saved-replies/{first.id}/retire")).status_code == 404
    assert (await client.post(f"/saved-replies/{second.id}/retire")).status_code == 303
    assert await names(database) == []


async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    client_for: ClientFor, database: Database, reply: SavedReply, coordinator_on_team: Person
) -> None:
    client = await client_for(coordinator_on_team)
    answer = await client.post("/saved-replies", name="other", words="Dear {birthday}")
    assert answer.status_code == 422
    assert "There is no variable {birthday}" in answer.text
    assert "Dear {birthday}" in answer.text
    taken = await client.post("/saved-replies", name="COME-soon", words="Others")
    assert taken.status_code == 409
    assert "of this name already" in taken.text
    assert (await client.post("/saved-replies", name="", words="")).status_code == 422
    assert await names(database) == ["come-soon"]


async def test_a_thread_holds_the_replies_as_they_read_for_its_patient(
    client_for: ClientFor,
    database: Database,
    reply: SavedReply,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    care, _ = await opened(database, patient)
    client = await client_for(nurse_on_team)
    text = (await client.get(f"/inbox/{care.id}")).text
    assert "Call 555 010 0142. We come on [next visit]." in text
    await booked(database, patient, nurse_on_team, nurse_on_team, days_ahead(3))
    text = (await client.get(f"/inbox/{care.id}")).text
    assert "[next visit]" not in text


async def test_without_scripts_a_chosen_reply_stands_in_the_box_and_is_not_sent(
    client_for: ClientFor,
    database: Database,
    reply: SavedReply,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    care, _ = await opened(database, patient)
    client = await client_for(nurse_on_team)
    text = (await client.get(f"/inbox/{care.id}?saved={reply.id}")).text
    box = text.split('id="reply-body"')[1].split("</textarea>")[0]
    assert "Call 555 010 0142." in box
    assert "No messages yet" in text


@pytest.mark.parametrize("who", ["patient", "admin"])
async def test_only_the_care_team_has_saved_replies(
    request: pytest.FixtureRequest, client_for: ClientFor, reply: SavedReply, who: str
) -> None:
    client = await client_for(request.getfixturevalue(who))
    for path in ("/saved-replies", f"/saved-replies/{reply.id}"):
        assert (await client.get(path)).status_code == 403
    assert (await client.post(f"/saved-replies/{reply.id}/retire")).status_code == 403
