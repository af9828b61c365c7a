"""A message that nobody has open is told once, and a message that was read is not."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from portal import clock
from portal.conversations.actions import send_message
from portal.conversations.models import Conversation, ReadMarker
from portal.db import Database
from portal.handling import telling
from portal.handling.actions import Seen, assign
from portal.handling.telling import tell_of_messages
from portal.notices.actions import notify
from portal.notices.models import Notice
from portal.people.models import Person
from tests.bookings.asking import booked, days_ahead
from tests.clients import actor_of
from tests.conversations.people import opened
from tests.failing import at_first
from tests.people import Clinic
from tests.treatments.plans import signed_plan


async def told(database: Database) -> list[tuple[UUID, int]]:
    """Who is told of an unseen message, and how many times."""
    async with database.read() as session:
        rows = await session.exec(select(Notice).where(col(Notice.seen_at).is_(None)))
        return [(row.person_id, row.number) for row in rows.all()]


async def say(database: Database, person: Person, care: Conversation) -> None:
    async with database.work(await actor_of(database, person)) as work:
        found = await work.session.get_one(Conversation, care.id)
        await send_message(work, found, person.id, "Hello", uuid4())


async def look(database: Database) -> int:
    return await tell_of_messages(database, clock.now())


async def test_the_teams_message_is_told_to_the_patient_once_and_ends_when_it_is_read(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    care, _ = await opened(database, patient)
    await say(database, nurse_on_team, care)
    done = await asyncio.gather(*(look(database) for _ in range(3)))
    assert sum(done) == 1
    assert await told(database) == [(patient.id, 1)]
    async with database.work() as work:
        work.session.add(
            ReadMarker(conversation_id=care.id, person_id=patient.id, seq=1, read_at=clock.now())
        )
    assert await look(database) == 1
    assert await told(database) == []
    assert await look(database) == 0


async def test_a_patients_message_is_told_to_its_owner_and_to_nobody_while_it_has_none(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    care, _ = await opened(database, patient)
    await say(database, patient, care)
    assert await look(database) == 0
    async with database.work(await actor_of(database, nurse_on_team)) as work:
        found = await work.session.get_one(Conversation, care.id)
        await assign(work, found, Seen(0, 1), nurse_on_team.id)
    assert await look(database) == 1
    assert await told(database) == [(nurse_on_team.id, 1)]
    await say(database, patient, care)
    assert await look(database) == 1
    assert await told(database) == [(nurse_on_team.id, 2)]


async def test_one_that_cannot_be_told_does_not_keep_the_others(
    database: Database,
    patient: Person,
    other_patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for theirs, nurse in ((patient, nurse_on_team), (other_patient, nurse_elsewhere)):
        care, _ = await opened(database, theirs)
        await say(database, nurse, care)
    monkeypatch.setattr(telling, "notify", at_first(notify))
    assert [await look(database) for _ in range(3)] == [1, 1, 0]


async def test_the_number_told_is_that_of_the_messages_however_seldom_somebody_looks(
    database: Database, patient: Person, nurse_on_team: Person, second_nurse: Person
) -> None:
    care, _ = await opened(database, patient)
    for author in (nurse_on_team, second_nurse, patient, nurse_on_team):
        await say(database, author, care)
    assert await look(database) == 1
    assert await told(database) == [(patient.id, 3)]
    for _ in range(2):
        await say(database, nurse_on_team, care)
    assert await look(database) == 1
    assert await told(database) == [(patient.id, 5)]
    async with database.work() as work:
        work.session.add(
            ReadMarker(conversation_id=care.id, person_id=patient.id, seq=6, read_at=clock.now())
        )
    assert await look(database) == 1
    await say(database, nurse_on_team, care)
    assert await look(database) == 1
    assert await told(database) == [(patient.id, 1)]


async def test_times_are_told_to_the_patient_and_a_visit_to_its_nurse(
    database: Database, clinic: Clinic, patient: Person, nurse_on_team: Person
) -> None:
    await signed_plan(database, patient, clinic.clinician_on_team)
    await booked(database, patient, clinic.coordinator_on_team, nurse_on_team, days_ahead(3))
    async with database.read() as session:
        rows = (await session.exec(select(Notice).order_by(col(Notice.id)))).all()
    assert [(row.person_id, row.reason, row.seen_at is None) for row in rows] == [
        (patient.id, "visit_offered", False),
        (nurse_on_team.id, "visit_changed", True),
    ]
