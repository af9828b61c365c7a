"""Replies for later on the pages of the team: set, seen, changed, stopped; no patient sees one."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from portal.conversations.models import Conversation
from portal.db import Database
from portal.handling.later_clock import send_due
from portal.people.actions import leave_care_team
from portal.people.models import Person
from tests.clients import Client
from tests.conftest import Clock
from tests.conversations.people import opened, said
from tests.handling.laters import a_reply_for_later
from tests.people import Clinic

ClientFor = Callable[[Person | None], Awaitable[Client]]


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


async def test_a_reply_is_set_from_its_box_and_shown_to_the_team_alone(
    client_for: ClientFor,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
    clock: Clock,
) -> None:
    clock.set(datetime(2026, 11, 24, 1, tzinfo=UTC))  # Monday, 8 pm in New York
    night = await client_for(nurse_on_team)
    fields = {"body": "How did you sleep?", "client_id": str(uuid4()), "when": "tomorrow"}
    for _ in range(2):
        answer = await night.post(f"/inbox/{care.id}/later", **fields)
        assert answer.headers["location"] == f"/inbox/{care.id}"
    text = (await night.get(f"/inbox/{care.id}")).text
    assert text.count("<b>Will be sent tomorrow, 8 am</b>") == 1
    assert "Send now" in text
    theirs = (await (await client_for(second_nurse)).get(f"/inbox/{care.id}")).text
    assert "How did you sleep?" in theirs
    assert "Stop it" in theirs
    assert "Send now" not in theirs
    patients = await client_for(patient)
    assert "How did you sleep?" not in (await patients.get(f"/conversations/{care.id}")).text
    assert (
        "How did you sleep?" not in (await patients.get(f"/conversations/{care.id}/messages")).text
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"when": "at", "on": "", "at": ""}, "Choose a day and a time."),
        ({"when": "2h", "body": "See you on [next visit]."}, "Fill in"),
        ({"when": "2h", "body": " "}, "Write something first."),
    ],
)
async def test_what_is_wrong_is_said_above_and_no_word_is_lost(
    client_for: ClientFor,
    care: Conversation,
    nurse_on_team: Person,
    fields: dict[str, str],
    why: str,
) -> None:
    client = await client_for(nurse_on_team)
    answer = await client.post(f"/inbox/{care.id}/later", **({"body": "Small sips"} | fields))
    assert answer.status_code == 422
    assert why in answer.text
    assert fields.get("body", "Small sips").strip() in answer.text
    assert "Will be sent" not in answer.text


async def test_it_is_changed_on_a_page_of_its_own_by_its_author(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    row = await a_reply_for_later(database, care, nurse_on_team)
    night, day = await client_for(nurse_on_team), await client_for(second_nurse)
    assert "Good morning" in (await night.get(f"/later-replies/{row.id}")).text
    there = f"/inbox/{care.id}"
    assert (await day.get(f"/later-replies/{row.id}")).headers["location"] == there
    wrong = await night.post(f"/later-replies/{row.id}", number="1", body="New", when="at")
    assert (wrong.status_code, "New</textarea>" in wrong.text) == (422, True)
    done = await night.post(f"/later-replies/{row.id}", number="1", body="New", when="2h")
    assert done.headers["location"] == there
    late = await day.post(f"/later-replies/{row.id}/cancel", number="1")
    assert late.status_code == 409
    assert "New" in (await day.get(there)).text


async def test_sent_at_once_it_stands_among_the_messages(
    client_for: ClientFor, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    row = await a_reply_for_later(database, care, nurse_on_team)
    client = await client_for(nurse_on_team)
    await client.post(f"/later-replies/{row.id}/now", number="1")
    text = (await client.get(f"/inbox/{care.id}")).text
    assert "Will be sent" not in text
    assert "Good morning</p>" in text


async def test_a_held_one_says_so_in_the_thread_and_above_its_authors_list(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
    clock: Clock,
) -> None:
    await a_reply_for_later(database, care, nurse_on_team)
    await said(database, care, patient, "I feel worse")
    await send_due(database, clock.forward(hours=2))
    client = await client_for(nurse_on_team)
    assert "Your reply to Patient A is held" in (await client.get("/inbox")).text
    assert "Held, not sent" in (await client.get(f"/inbox/{care.id}")).text
    assert "is held" not in (await (await client_for(second_nurse)).get("/inbox")).text


async def test_who_may_no_longer_write_is_told_without_a_name_until_they_have_read_it(
    client_for: ClientFor,
    database: Database,
    clinic: Clinic,
    care: Conversation,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    clock: Clock,
) -> None:
    row = await a_reply_for_later(database, care, nurse_on_team)
    async with database.work() as work:
        await leave_care_team(work, nurse_on_team.id, clinic.team.id)
    await send_due(database, clock.forward(hours=2))
    client = await client_for(nurse_on_team)
    text = (await client.get("/inbox")).text
    assert "was not sent: you may no longer write there" in text
    assert "Patient A" not in text
    outsider = await client_for(nurse_elsewhere)
    assert (await outsider.post(f"/later-replies/{row.id}/told")).status_code == 404
    assert (await client.post(f"/later-replies/{row.id}/told")).status_code == 303
    assert "was not sent" not in (await client.get("/inbox")).text
