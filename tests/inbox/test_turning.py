"""A message turned into a flag or a request: once, with links both ways, for the patient's team."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.bookings.models import BookingRequest
from portal.conversations.models import Conversation
from portal.db import Database
from portal.flags.models import Flag
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.clients import Client
from tests.conversations.people import opened, said

ClientFor = Callable[[Person | None], Awaitable[Client]]


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


@pytest.fixture
async def message(database: Database, care: Conversation, patient: Person) -> UUID:
    (id,) = await said(database, care, patient, "My arm is swollen")
    return id


async def test_a_flag_is_raised_once_at_the_level_that_was_chosen(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    message: UUID,
    coordinator_on_team: Person,
    nurse_on_team: Person,
) -> None:
    client, nurse = await client_for(coordinator_on_team), await client_for(nurse_on_team)
    assert "Flag or visit" in (await client.get(f"/inbox/{care.id}")).text
    way = f"/inbox/messages/{message}"
    await client.post(f"{way}/flag", level="urgent", why="Swollen arm")
    await nurse.post(f"{way}/flag", level="routine", why="Seen too")
    async with database.read() as session:
        flag = (await session.exec(select(Flag))).one()
    assert (flag.level, flag.source, flag.source_id) == (Level.URGENT, "message", message)
    thread = (await nurse.get(f"/inbox/{care.id}")).text
    assert f'Flag raised from this: <a href="/triage/{flag.id}">Swollen arm</a>' in thread
    page = (await nurse.get(f"/triage/{flag.id}")).text
    assert "“My arm is swollen”" in page
    assert "Coordinator: Swollen arm" in page
    assert f'href="{way}"' in page
    assert "Check-in" not in page.split('id="happened-title"')[1].split("</ol>")[0]
    assert (await nurse.get(way)).headers["location"] == f"/inbox/{care.id}#m-{message}"
    home = (await (await client_for(patient)).get("/")).text
    assert f"/check-ins/{message}" not in home


async def test_a_request_is_made_once_and_shows_the_message(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    message: UUID,
    nurse_on_team: Person,
) -> None:
    nurse = await client_for(nurse_on_team)
    for kind in ("call_back", "follow_up"):
        await nurse.post(f"/inbox/messages/{message}/request", kind=kind)
    async with database.read() as session:
        made = (await session.exec(select(BookingRequest))).one()
        events = await session.exec(select(AuditEvent).where(col(AuditEvent.tag) == "request:ask"))
        event = events.one()
    assert (made.kind, made.patient_id) == ("call_back", patient.id)
    assert (event.actor_id, event.patient_id) == (nurse_on_team.id, patient.id)
    assert event.detail == {"kind": "call_back", "message": str(message)}
    thread = (await nurse.get(f"/inbox/{care.id}")).text
    assert f'Asked for from this: <a href="/requests/{made.id}">Call back</a>' in thread
    page = (await nurse.get(f"/requests/{made.id}")).text
    assert "My arm is swollen" in page
    assert f'href="/inbox/messages/{message}"' in page
    visits = (await (await client_for(patient)).get("/visits")).text
    assert "We asked for this for you" in visits
    await (await client_for(patient)).post(f"/visits/requests/{made.id}/withdraw")
    thread = (await nurse.get(f"/inbox/{care.id}")).text
    assert f'<a href="/requests/{made.id}">Call back</a> (taken back)' in thread


async def test_nobody_is_said_to_be_well_who_was_not_asked(
    client_for: ClientFor, message: UUID, nurse_on_team: Person
) -> None:
    nurse = await client_for(nurse_on_team)
    await nurse.post(f"/inbox/messages/{message}/request", kind="follow_up")
    listed = (await nurse.get("/requests")).text
    assert "Health not asked yet" in listed
    assert "Nothing new" not in listed


async def test_whoever_made_something_of_an_older_message_is_back_at_it(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    message: UUID,
    nurse_on_team: Person,
) -> None:
    await said(database, care, patient, *["One more"] * 45)
    nurse = await client_for(nurse_on_team)
    asked = await nurse.post(f"/inbox/messages/{message}/request", kind="dose_question")
    place = f"/inbox/{care.id}?before=21#m-{message}"
    assert asked.headers["location"] == place
    assert "Question about a dose</a>" in (await nurse.get(place)).text


async def test_what_is_missing_is_said_beside_it_and_nothing_is_made(
    client_for: ClientFor, database: Database, message: UUID, nurse_on_team: Person
) -> None:
    nurse = await client_for(nurse_on_team)
    answer = await nurse.post(f"/inbox/messages/{message}/flag", why="Swollen arm")
    assert answer.status_code == 422
    assert "Choose how soon somebody must look." in answer.text
    assert 'value="Swollen arm"' in answer.text
    # An infusion needs the patient's own answers first.
    visit = await nurse.post(f"/inbox/messages/{message}/request", kind="infusion_visit")
    assert visit.status_code == 422
    async with database.read() as session:
        assert (await session.exec(select(Flag))).all() == []
        assert (await session.exec(select(BookingRequest))).all() == []


async def test_only_what_the_patient_said_can_be_turned_and_only_by_their_team(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    care: Conversation,
    message: UUID,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    _, notes = await opened(database, patient)
    (reply,) = await said(database, care, nurse_on_team, "Small sips")
    (note,) = await said(database, notes, nurse_on_team, "Call first")
    nurse, outsider = await client_for(nurse_on_team), await client_for(nurse_elsewhere)
    for client, ids in ((nurse, (reply, note, uuid4())), (outsider, (message, uuid4()))):
        for id in ids:
            assert (await client.get(f"/inbox/messages/{id}/turn")).status_code == 404
            fields = {"level": "soon", "why": "Swollen arm"}
            flag = await client.post(f"/inbox/messages/{id}/flag", **fields)
            ask = await client.post(f"/inbox/messages/{id}/request", kind="call_back")
            assert (flag.status_code, ask.status_code) == (404, 404)


async def test_no_word_of_it_is_in_the_trail(
    client_for: ClientFor, database: Database, message: UUID, nurse_on_team: Person
) -> None:
    nurse = await client_for(nurse_on_team)
    await nurse.post(f"/inbox/messages/{message}/flag", level="soon", why="Swollen arm")
    await nurse.post(f"/inbox/messages/{message}/request", kind="call_back")
    async with database.read() as session:
        events = (await session.exec(select(AuditEvent))).all()
    assert {"flag:raise", "request:ask"} <= {event.tag for event in events}
    assert not any("wollen" in event.model_dump_json() for event in events)


async def test_what_was_corrected_is_turned_in_its_present_words(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    (id,) = await said(database, care, patient, "I took 20 pills")
    theirs, nurse = await client_for(patient), await client_for(nurse_on_team)
    at = f"/conversations/{care.id}/messages/{id}"
    await theirs.post(f"{at}/correct", body="I took 2 pills", seen="0")
    page = (await nurse.get(f"/inbox/messages/{id}/turn")).text
    assert "I took 2 pills" in page
    assert "I took 20 pills" not in page
    await nurse.post(f"/inbox/messages/{id}/request", kind="call_back")
    async with database.read() as session:
        asked = (await session.exec(select(BookingRequest))).one()
    assert "I took 2 pills" in (await nurse.get(f"/requests/{asked.id}")).text
