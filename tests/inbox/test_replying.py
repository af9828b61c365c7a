"""A reply sent by a plain form: nothing is answered twice unasked, and no words are lost."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from portal.conversations.models import Conversation
from portal.conversations.queries import messages_after
from portal.db import Database
from portal.people.models import Person
from tests.clients import Client
from tests.conversations.people import opened, said

ClientFor = Callable[[Person | None], Awaitable[Client]]


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    care, _ = await opened(database, patient)
    await said(database, care, patient, "Sick")
    return care


async def bodies(database: Database, conversation: Conversation) -> list[str]:
    async with database.read() as session:
        return [line.body for line in await messages_after(session, conversation, 0)]


def reply(body: str, seen: int) -> dict[str, object]:
    return {"body": body, "client_id": str(uuid4()), "seen": seen}


async def test_the_reply_form_carries_the_last_message_that_was_seen(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    page = (await client.get(f"/inbox/{care.id}")).text
    assert f'action="/inbox/{care.id}/messages"' in page
    assert page.count('name="seen" value="1"') == 1


async def test_who_has_seen_all_answers_at_once(
    client_for: ClientFor, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    answer = await client.post(f"/inbox/{care.id}/messages", **reply("Small sips", 1))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/inbox/{care.id}#m-")
    assert await bodies(database, care) == ["Sick", "Small sips"]


@pytest.mark.parametrize("who", ["second_nurse", "patient"])
async def test_what_others_wrote_meanwhile_is_shown_first_and_asked_about_with_the_words_kept(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    nurse_on_team: Person,
    who: str,
    request: pytest.FixtureRequest,
) -> None:
    other: Person = request.getfixturevalue(who)
    [theirs] = await said(database, care, other, "Written meanwhile")
    client, mine = await client_for(nurse_on_team), reply("Small sips", 1)
    answer = await client.post(f"/inbox/{care.id}/messages", **mine)
    assert answer.status_code == 409
    assert f"{other.name} has written meanwhile. Read it, then send yours." in answer.text
    assert f'<a href="#m-{theirs}">Go to the newest message</a>' in answer.text
    assert f'id="m-{theirs}"' in answer.text
    assert ">\nSmall sips</textarea>" in answer.text
    assert f'value="{mine["client_id"]}"' in answer.text
    assert 'name="seen" value="2"' in answer.text
    assert await bodies(database, care) == ["Sick", "Written meanwhile"]
    again = await client.post(f"/inbox/{care.id}/messages", **(mine | {"seen": 2}))
    assert again.status_code == 303
    assert (await bodies(database, care))[-1] == "Small sips"


async def test_a_resend_of_what_is_stored_is_not_asked_about_and_says_it_once(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    client, mine = await client_for(nurse_on_team), reply("Small sips", 1)
    await client.post(f"/inbox/{care.id}/messages", **mine)
    await said(database, care, second_nurse, "And rest")
    again = await client.post(f"/inbox/{care.id}/messages", **mine)
    assert again.status_code == 303
    assert await bodies(database, care) == ["Sick", "Small sips", "And rest"]


async def test_a_note_asks_nothing_and_goes_back_to_the_thread(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    _, notes = await opened(database, patient)
    await said(database, notes, second_nurse, "Watch at 24 hours")
    client = await client_for(nurse_on_team)
    data = {"body": "Agreed", "client_id": uuid4()}
    answer = await client.post(f"/inbox/{notes.id}/messages", **data)
    assert answer.headers["location"].startswith(f"/inbox/{care.id}#m-")
    assert await bodies(database, notes) == ["Watch at 24 hours", "Agreed"]


async def test_words_that_cannot_be_sent_stay_in_their_box_with_the_reason(
    client_for: ClientFor, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    client, long = await client_for(nurse_on_team), "sip " * 2001
    answer = await client.post(f"/inbox/{care.id}/messages", **reply(long, 1))
    assert answer.status_code == 422
    assert "This is too long. Use 8,000 characters or fewer." in answer.text
    assert long.strip() in answer.text
    assert await bodies(database, care) == ["Sick"]


async def test_an_outsider_and_the_patient_cannot_reply_there(
    client_for: ClientFor, care: Conversation, nurse_elsewhere: Person, patient: Person
) -> None:
    for person, status in ((nurse_elsewhere, 404), (patient, 403)):
        client = await client_for(person)
        answer = await client.post(f"/inbox/{care.id}/messages", **reply("Hello", 1))
        assert answer.status_code == status


async def test_a_page_that_says_what_it_has_seen_is_told_by_fetch_too(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    await said(database, care, second_nurse, "Small sips, please")
    client = await client_for(nurse_on_team)
    answer = await client.http.post(
        f"/conversations/{care.id}/messages",
        data={"csrf": client.csrf, **reply("Small sips", 1)},
        headers={"accept": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "meanwhile")
    assert await bodies(database, care) == ["Sick", "Small sips, please"]
