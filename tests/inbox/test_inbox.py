"""The care team's inbox: who waits, one thread, and nothing of other teams' patients."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.conversations.actions import open_conversations
from portal.conversations.models import Conversation
from portal.db import Database
from portal.flags.models import FlagSource
from portal.inbox.queries import count_waiting_for, threads_for
from portal.people.actions import add_person
from portal.people.models import Person
from portal.permissions import Role
from portal.symptoms.levels import Level
from tests.check_ins.sending import send
from tests.clients import Client, sign_in
from tests.conftest import Clock
from tests.conversations.people import opened, said
from tests.flags.raising import raised
from tests.people import ZONE, Clinic
from tests.treatments.plans import given_dose, signed_plan

ClientFor = Callable[[Person | None], Awaitable[Client]]


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


@pytest.fixture
async def notes(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[1]


async def test_a_patient_waits_from_their_first_words_until_somebody_answers(
    database: Database, care: Conversation, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    _, actor = await sign_in(database, nurse_on_team)
    await said(database, care, nurse_on_team, "How are you?")
    begun = clock.forward(minutes=5)
    await said(database, care, patient, "Sick")
    clock.forward(minutes=5)
    await said(database, care, patient, "Very sick")
    async with database.read() as session:
        (thread,) = await threads_for(session, actor)
    assert thread.wait is not None
    assert thread.wait.since == begun
    assert (thread.preview, thread.unread) == ("Very sick", 2)
    await said(database, care, nurse_on_team, "Small sips")
    async with database.read() as session:
        (thread,) = await threads_for(session, actor)
        assert await count_waiting_for(session, actor) == 0
    assert not thread.is_waiting
    assert thread.last_author == "You"


async def test_who_waits_longest_comes_first_but_nobody_before_a_patient_in_danger(
    database: Database,
    clinic: Clinic,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    async with database.work() as work:
        second = await add_person(
            work, name="Patient C", role=Role.PATIENT, time_zone=ZONE, care_team=clinic.team
        )
        their, _ = await open_conversations(work, second.id)
    await said(database, their, second, "First")
    clock.forward(minutes=1)
    await said(database, care, patient, "Second")
    clock.forward(minutes=1)
    await said(database, their, second, "Third")
    _, actor = await sign_in(database, nurse_on_team)
    async with database.read() as session:
        names = [thread.patient_name for thread in await threads_for(session, actor)]
    assert names == ["Patient C", "Patient A"]
    await raised(database, patient, Level.SOON)
    async with database.read() as session:
        names = [thread.patient_name for thread in await threads_for(session, actor)]
    assert names == ["Patient C", "Patient A"]
    await raised(database, patient, Level.URGENT)
    async with database.read() as session:
        names = [thread.patient_name for thread in await threads_for(session, actor)]
    assert names == ["Patient A", "Patient C"]


async def test_a_note_is_no_answer(
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    await said(database, care, patient, "Sick")
    await said(database, notes, nurse_on_team, "Seen it")
    _, actor = await sign_in(database, nurse_on_team)
    async with database.read() as session:
        assert await count_waiting_for(session, actor) == 1


async def test_opening_is_not_handling_but_it_is_reading(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    await said(database, care, patient, "Sick")
    client = await client_for(nurse_on_team)
    assert "1 not read" in (await client.get("/inbox")).text
    opened_page = await client.get(f"/inbox/{care.id}")
    assert opened_page.status_code == 200
    list_after = (await client.get("/inbox")).text
    assert "Patient A" in list_after
    assert "not read" not in list_after


async def test_the_thread_shows_notes_between_the_lines_by_time(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clinician_on_team: Person,
    clock: Clock,
) -> None:
    for conversation, author, words in (
        (care, patient, "First words"),
        (notes, clinician_on_team, "Second words"),
        (care, nurse_on_team, "Third words"),
    ):
        await said(database, conversation, author, words)
        clock.forward(minutes=1)
    text = (await (await client_for(nurse_on_team)).get(f"/inbox/{care.id}")).text
    places = [text.index(f"{number} words</p>") for number in ("First", "Second", "Third")]
    assert places == sorted(places)
    assert "Internal note. Patient cannot see this" in text


async def test_a_flag_stands_between_the_lines_and_beside_them(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    await said(database, care, patient, "Before it")
    clock.forward(minutes=1)
    flag = await raised(database, patient)
    clock.forward(minutes=1)
    await said(database, care, patient, "After it")
    text = (await (await client_for(nurse_on_team)).get(f"/inbox/{care.id}")).text
    log, beside = text.split('role="log"')[1].split('id="about"')
    assert log.index("Before it</p>") < log.index(f"/triage/{flag.id}") < log.index("After it</p>")
    assert f"/triage/{flag.id}" in beside
    assert "Urgent" in beside


async def test_what_raised_a_flag_is_said_beside_it(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    for source in FlagSource:
        await raised(database, patient, summary=source, source=source)
    log = (await (await client_for(nurse_on_team)).get(f"/inbox/{care.id}")).text
    for words, cause in (
        ("Check-in", "check_in"),
        ("Silence", "silence"),
        ("Team", "message"),
        ("Patient", "help_now"),
        ("Message", "reading"),
    ):
        assert re.search(rf"<span>{words} raised <a [^>]+>{cause}</a>", log)


async def test_an_open_page_asks_again_for_what_stands_beside_its_thread(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    client, beside = await client_for(nurse_on_team), f"/inbox/{care.id}/about"
    page = (await client.get(f"/inbox/{care.id}")).text
    assert f'data-about="{beside}"' in page
    shown = (await client.get(beside)).text
    standing = shown.partition("<div data-beside>")[2].rpartition("</div>")[0].strip()
    assert standing
    assert standing in page
    flag = await raised(database, patient)
    await said(database, care, nurse_on_team, "Small sips")
    assert "data-read" not in (await client.get(beside)).text
    await (await client_for(patient)).get(f"/conversations/{care.id}")
    asked = (await client.get(beside)).text
    assert re.search(r'<span data-read="\d+">Read ', asked)
    level, _, rest = asked.partition("<div data-events>")
    events, _, standing = rest.partition("<div data-beside>")
    assert "Urgent" in level
    assert f'id="e-{flag.id}"' in events
    assert f"/triage/{flag.id}" in standing
    assert (await (await client_for(nurse_elsewhere)).get(beside)).status_code == 404


async def test_a_day_is_named_once_before_whatever_came_first_on_it(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    clock.set(datetime(2026, 11, 20, 20, tzinfo=UTC))
    await said(database, care, patient, "On Friday")
    clock.forward(days=1)
    flag = await raised(database, patient)
    await said(database, notes, nurse_on_team, "On Saturday")
    clock.forward(days=1)
    await said(database, care, patient, "On Sunday")
    clock.forward(days=1)
    await said(database, notes, nurse_on_team, "On Monday")
    text = (await (await client_for(nurse_on_team)).get(f"/inbox/{care.id}")).text
    log = text.split('role="log"')[1].split("</template>")[0]
    shown = ["Fri 20 Nov", "On Friday", "Sat 21 Nov", f"/triage/{flag.id}", "On Saturday"]
    shown += ["Sun 22 Nov", "On Sunday", "Mon 23 Nov", "On Monday"]
    places = [log.index(words) for words in shown]
    assert places == sorted(places)
    assert all(log.count(words) == 1 for words in shown)


async def test_the_latest_answers_stand_beside_the_thread_worst_first(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
) -> None:
    client = await client_for(nurse_on_team)
    assert "Latest answers" not in (await client.get(f"/inbox/{care.id}")).text
    await signed_plan(database, patient, clinician_on_team)
    await given_dose(database, patient, nurse_on_team)
    await send(database, patient, effects=("nausea",), nausea=2)
    beside = (await client.get(f"/inbox/{care.id}")).text.split('id="about"')[1]
    latest = beside.split('id="latest-title"')[1].split("</section>")[0]
    assert latest.index("Nausea") < latest.index("Pain") < latest.index("Who answers")


async def test_the_two_composers_cannot_be_mixed_up(
    client_for: ClientFor, care: Conversation, notes: Conversation, nurse_on_team: Person
) -> None:
    text = (await (await client_for(nurse_on_team)).get(f"/inbox/{care.id}")).text
    reply, note = text.split('data-mode="note"')
    assert f'action="/inbox/{care.id}/messages"' in reply
    assert f'action="/inbox/{notes.id}/messages"' in note
    assert "Send to patient" in reply
    assert "Send to patient" not in note
    assert "Save note" in note


async def test_a_plain_note_comes_back_to_the_thread(
    client_for: ClientFor, care: Conversation, notes: Conversation, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    answer = await client.post(f"/conversations/{notes.id}/messages", body="Call first")
    assert answer.headers["location"].startswith(f"/inbox/{care.id}#m-")
    assert "Call first" in (await client.get(f"/inbox/{care.id}")).text
    assert (await client.get(f"/inbox/{notes.id}")).headers["location"] == f"/inbox/{care.id}"


async def test_outsiders_see_no_row_and_no_thread(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_elsewhere: Person,
) -> None:
    await said(database, care, patient, "Private words")
    client = await client_for(nurse_elsewhere)
    for path in ("/inbox", "/inbox?view=open", "/inbox/rows"):
        text = (await client.get(path)).text
        assert "Private words" not in text
        assert "Patient A" not in text
    theirs, absent = [await client.get(f"/inbox/{one}") for one in (care.id, uuid4())]
    assert theirs.status_code == absent.status_code == 404


@pytest.mark.parametrize("who", ["patient", "admin"])
async def test_patients_and_administrators_have_no_inbox(
    request: pytest.FixtureRequest, client_for: ClientFor, care: Conversation, who: str
) -> None:
    client = await client_for(request.getfixturevalue(who))
    for path in ("/inbox", "/inbox/rows", f"/inbox/{care.id}"):
        assert (await client.get(path)).status_code == 403


async def test_what_was_shown_is_in_the_trail(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    await said(database, care, patient, "unmistakable words")
    client = await client_for(nurse_on_team)
    await client.get("/inbox")
    await client.get(f"/inbox/{care.id}")
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEvent)
            .where(col(AuditEvent.actor_id) == nurse_on_team.id)
            .order_by(col(AuditEvent.seq))
        )
        events = rows.all()
    assert [event.tag for event in events][:2] == ["inbox:read", "conversation:read"]
    assert events[0].detail == {"patients": [str(patient.id)]}
    assert events[1].patient_id == patient.id
    assert not any("unmistakable" in event.model_dump_json() for event in events)


async def test_a_page_that_is_open_gets_only_the_thread_and_what_is_beside_it(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    text = (await client.get(f"/inbox/{care.id}", hx_request="true")).text
    assert "<html" not in text
    assert f'data-detail-for="{care.id}"' in text
    assert '<hx-partial hx-target="#about"' in text
