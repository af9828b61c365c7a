"""Notes that call somebody of the team: who is called, who hears of it, and until when."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from portal.conversations.mentions import called_in, mentioned_for
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.actions import leave_care_team
from portal.people.models import Person
from tests.clients import Client, actor_of
from tests.conversations.people import opened, said
from tests.people import Clinic

ClientFor = Callable[[Person | None], Awaitable[Client]]
DAY, DAY_NURSE, DAY_DOCTOR = UUID(int=1), UUID(int=2), UUID(int=3)
TEAM = [(DAY, "Day"), (DAY_NURSE, "Day nurse"), (DAY_DOCTOR, "Day doctor")]


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@Day nurse please call", {DAY_NURSE}),
        ("please, @day DOCTOR.", {DAY_DOCTOR}),
        ("@Day, and (@Day nurse)", {DAY, DAY_NURSE}),
        ("@Day nurses are here", {DAY}),
        ("name@day.example, Day nurse, @", set()),
        ("@Nurse elsewhere", set()),
    ],
)
def test_a_whole_name_after_the_sign_is_called(text: str, called: set[UUID]) -> None:
    assert called_in(text, TEAM) == called


@pytest.fixture
async def notes(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[1]


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    care, _ = await opened(database, patient)
    await said(database, care, patient, "Sick")
    return care


async def mentions(database: Database, person: Person) -> list[int]:
    actor = await actor_of(database, person)
    async with database.read() as session:
        return list((await mentioned_for(session, actor)).values())


async def test_a_note_is_in_the_list_of_whom_it_calls_until_they_have_read_it(
    client_for: ClientFor,
    care: Conversation,
    notes: Conversation,
    nurse_on_team: Person,
    second_nurse: Person,
    clinician_on_team: Person,
) -> None:
    night, day = await client_for(nurse_on_team), await client_for(second_nurse)
    name = str(uuid4())
    for _ in range(2):
        await night.post(
            f"/conversations/{notes.id}/messages", body="@Day nurse call first", client_id=name
        )
    text = (await day.get("/inbox?view=mentions")).text
    assert 'data-mentions="1"' in text
    assert "Mentions you" in text
    for person in (nurse_on_team, clinician_on_team):
        others = (await (await client_for(person)).get("/inbox?view=mentions")).text
        assert 'data-mentions="0"' in others
    assert "call first" in (await day.get(f"/inbox/{care.id}")).text
    assert 'data-mentions="0"' in (await day.get("/inbox")).text


async def test_nobody_outside_the_team_is_offered_called_or_told(
    client_for: ClientFor,
    database: Database,
    clinic: Clinic,
    care: Conversation,
    notes: Conversation,
    nurse_on_team: Person,
    second_nurse: Person,
    nurse_elsewhere: Person,
    admin: Person,
    patient: Person,
) -> None:
    words = "@Nurse elsewhere @Administrator @Patient A @Day nurse"
    await said(database, notes, nurse_on_team, words)
    for person in (nurse_elsewhere, admin, patient):
        assert await mentions(database, person) == []
    assert await mentions(database, second_nurse) == [1]
    text = (await (await client_for(nurse_on_team)).get(f"/inbox/{care.id}?mode=note")).text
    assert 'data-mention="Day nurse"' in text
    assert 'data-mention="Nurse elsewhere"' not in text
    async with database.work() as work:
        await leave_care_team(work, second_nurse.id, clinic.team.id)
    assert await mentions(database, second_nurse) == []


async def test_a_message_to_the_patient_calls_nobody(
    database: Database, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    await said(database, care, nurse_on_team, "@Day nurse comes tomorrow")
    assert await mentions(database, second_nurse) == []


async def test_a_note_before_the_first_message_is_found_too(
    client_for: ClientFor,
    database: Database,
    notes: Conversation,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    await said(database, notes, nurse_on_team, "@Day nurse")
    text = (await (await client_for(second_nurse)).get("/inbox")).text
    assert "A note about Patient A calls you." in text
