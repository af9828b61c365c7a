"""Who may listen and speak, at every moment: a list of what must not happen."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from portal.accounts.models import Session
from portal.accounts.sessions import end_session
from portal.audit.models import AuditEvent
from portal.conversations import doorkeeper
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.actions import change_role, disable_person, join_care_team, leave_care_team
from portal.people.models import Person
from portal.permissions import Role
from tests.conftest import Clock
from tests.conversations.people import PATIENCE, Tongue, opened, page_of, said
from tests.people import Clinic
from tests.serving import Served


async def refused_everywhere(page: Tongue, conversation: Conversation) -> None:
    """Nothing about this conversation can be done or learned through this page."""
    await page.say("follow", conversation=conversation.id, after=0)
    error = await page.hear()
    assert (error["type"], error["code"]) == ("error", "not_found")
    refused = await page.send(conversation, "Let me in")
    assert (refused["type"], refused["code"]) == ("refused", "not_found")
    for type, more in (("read", {"seq": 1}), ("typing", {})):
        await page.say(type, conversation=conversation.id, **more)
        assert (await page.hear())["code"] == "not_found"


async def test_an_outsider_hears_nothing_and_can_say_nothing(
    server: Served,
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_elsewhere: Person,
) -> None:
    async with page_of(server, nurse_elsewhere) as outside:
        await refused_everywhere(outside, care)
        await refused_everywhere(outside, notes)
        await outside.say("follow", topic="inbox")
        await outside.say("follow", topic="triage")
        await said(database, care, patient, "Private")
        assert await outside.hears_nothing(within=0.6)


async def test_missing_and_not_yours_are_answered_alike(
    server: Served, care: Conversation, nurse_elsewhere: Person
) -> None:
    missing = care.model_copy(update={"id": uuid4()})
    async with page_of(server, nurse_elsewhere) as outside:
        answers = []
        for conversation in (care, missing):
            answer = await outside.send(conversation, "Hello", client_id := uuid4())
            answers.append({**answer, "client_id": answer["client_id"] == str(client_id)})
        assert answers[0] == answers[1]


async def test_another_patient_hears_nothing(
    server: Served, care: Conversation, notes: Conversation, other_patient: Person
) -> None:
    async with page_of(server, other_patient) as other:
        await refused_everywhere(other, care)
        await refused_everywhere(other, notes)


async def test_an_administrator_reads_no_conversation(
    server: Served, care: Conversation, admin: Person
) -> None:
    async with page_of(server, admin) as page:
        await refused_everywhere(page, care)


async def test_staff_notes_are_not_there_for_their_patient(
    server: Served, notes: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await refused_everywhere(phone, notes)
        await desk.follow(notes)
        assert (await desk.send(notes, "Call first."))["type"] == "sent"
        assert (await desk.hear("message"))["body"] == "Call first."
        assert await phone.hears_nothing(within=0.4)


async def test_a_patient_may_not_follow_the_teams_pages(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        for topic, code in (
            ("triage", "not_allowed"),
            ("inbox", "not_allowed"),
            ("x", "not_found"),
        ):
            await phone.say("follow", topic=topic)
            assert (await phone.hear())["code"] == code


async def test_a_nurse_taken_off_the_team_is_closed_and_hears_no_more(
    server: Served,
    database: Database,
    clinic: Clinic,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    async with page_of(server, nurse_on_team) as desk, page_of(server, patient) as phone:
        await desk.follow(care)
        async with database.work() as work:
            await leave_care_team(work, nurse_on_team.id, clinic.team.id)
        await phone.send(care, "Not for her any more")
        assert await desk.rest() == ([], 4403)


async def test_somebody_who_left_their_last_team_is_closed_whatever_they_follow(
    server: Served, database: Database, clinic: Clinic, nurse_on_team: Person
) -> None:
    async with page_of(server, nurse_on_team) as desk:
        await desk.say("follow", topic="inbox")
        async with database.work() as work:
            await leave_care_team(work, nurse_on_team.id, clinic.team.id)
        assert await desk.closed() == 4403


async def test_somebody_who_left_one_of_their_teams_may_stay(
    server: Served, database: Database, clinic: Clinic, care: Conversation, nurse_on_team: Person
) -> None:
    async with database.work() as work:
        await join_care_team(work, nurse_on_team.id, clinic.other_team.id)
    async with page_of(server, nurse_on_team) as desk:
        await desk.say("follow", topic="inbox")
        async with database.work() as work:
            await leave_care_team(work, nurse_on_team.id, clinic.team.id)
        await desk.hear("changed")
        await refused_everywhere(desk, care)


async def test_signing_out_closes_that_sessions_sockets_only(
    server: Served, database: Database, care: Conversation, patient: Person
) -> None:
    async with page_of(server, patient) as phone, page_of(server, patient) as tablet:
        await phone.follow(care)
        await tablet.follow(care)
        first = await _first_session(database, patient)
        async with database.work() as work:
            await end_session(work, first, patient.id)
        assert await phone.closed() == 4401
        assert (await tablet.send(care, "Still here"))["type"] == "sent"


async def _first_session(database: Database, person: Person) -> UUID:
    async with database.read() as session:
        rows = await session.exec(
            select(Session.id)
            .where(col(Session.person_id) == person.id)
            .order_by(col(Session.started_at))
        )
        return rows.all()[0]


async def test_a_disabled_person_is_closed(
    server: Served, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    async with page_of(server, nurse_on_team) as desk:
        await desk.follow(care)
        async with database.work() as work:
            person = await work.session.get_one(Person, nurse_on_team.id)
            await disable_person(work, person)
        assert await desk.closed() == 4401


async def test_a_changed_role_closes_what_the_old_role_had_open(
    server: Served, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    async with page_of(server, nurse_on_team) as desk:
        await desk.follow(care)
        async with database.work() as work:
            person = await work.session.get_one(Person, nurse_on_team.id)
            await change_role(work, person, Role.ADMIN)
        assert await desk.closed() == 4403


async def test_what_another_process_changed_is_found_within_seconds(
    server: Served,
    database: Database,
    clinic: Clinic,
    care: Conversation,
    nurse_on_team: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doorkeeper, "LOOK_EVERY", 0.1)
    async with page_of(server, nurse_on_team) as desk:
        await desk.follow(care)
        heard, database.publish = database.publish, lambda announcements: None
        async with database.work() as work:
            await leave_care_team(work, nurse_on_team.id, clinic.team.id)
        database.publish = heard
        assert await desk.closed() == 4403


async def test_an_open_page_and_its_pings_do_not_keep_a_session_alive(
    server: Served,
    care: Conversation,
    nurse_on_team: Person,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doorkeeper, "LOOK_EVERY", 0.1)
    async with page_of(server, nurse_on_team) as desk:
        await desk.follow(care)
        clock.forward(minutes=16)
        await desk.say("ping", t=1)
        assert await desk.closed() == 4408


async def test_a_message_keeps_the_session_alive(
    server: Served, care: Conversation, nurse_on_team: Person, clock: Clock
) -> None:
    async with page_of(server, nurse_on_team) as desk:
        clock.forward(minutes=10)
        assert (await desk.send(care, "Still writing"))["type"] == "sent"
        clock.forward(minutes=10)
        assert (await desk.send(care, "And again"))["type"] == "sent"
        clock.forward(minutes=16)
        await desk.say("send", conversation=care.id, client_id=uuid4(), body="Too late")
        assert await desk.closed() == 4408


async def test_following_and_writing_are_in_the_trail_without_a_word_of_it(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, nurse_on_team) as desk:
        await desk.follow(care)
        sent = await desk.send(care, "unmistakable words")
        await desk.follow(care)
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEvent)
            .where(col(AuditEvent.actor_id) == nurse_on_team.id)
            .order_by(col(AuditEvent.seq))
        )
        events = rows.all()
    assert [event.tag for event in events] == ["conversation:follow", "message:send"]
    assert {event.patient_id for event in events} == {patient.id}
    assert str(events[1].subject_id) == sent["id"]
    assert not any("unmistakable" in event.model_dump_json() for event in events)


async def test_two_patients_of_one_nurse_do_not_mix(
    server: Served,
    database: Database,
    clinic: Clinic,
    care: Conversation,
    other_patient: Person,
    patient: Person,
) -> None:
    others, _ = await opened(database, other_patient)
    async with page_of(server, patient) as phone:
        await phone.follow(care)
        await said(database, others, other_patient, "Not yours")
        assert await phone.hears_nothing("message")


async def test_people_who_write_in_the_same_moment_all_stay_signed_in(
    server: Served,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        begun = clock.time
        clock.forward(minutes=10)
        await asyncio.gather(phone.send(care, "Hello"), desk.send(care, "Good evening"))
        async with asyncio.timeout(PATIENCE):
            while min(await _last_uses(database)) == begun:
                await asyncio.sleep(0.02)


async def _last_uses(database: Database) -> list[datetime]:
    async with database.read() as session:
        return list((await session.exec(select(Session.used_at))).all())


async def test_what_a_socket_was_denied_stands_in_the_trail(
    server: Served, database: Database, care: Conversation, other_patient: Person
) -> None:
    async with page_of(server, other_patient) as other:
        await refused_everywhere(other, care)
    query = select(AuditEvent).where(col(AuditEvent.tag) == "access:deny")
    async with database.read() as session:
        rows = (await session.exec(query)).all()
    asked = {row.detail["asked"] for row in rows}
    assert {"/live follow", "/live send"} <= asked
    assert {(row.actor_id, row.subject_id) for row in rows} == {(other_patient.id, care.id)}
