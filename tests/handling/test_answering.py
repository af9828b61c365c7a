"""What the patient's page says about who answers and when, from real rows."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from portal.conversations.actions import send_message
from portal.conversations.models import Conversation
from portal.db import Database
from portal.handling.actions import Seen, assign
from portal.handling.answer_time import Turn
from portal.handling.answering import Answering, answering_for, turns_of
from portal.people.models import Person
from portal.rota.actions import add_shift
from portal.rota.duties import Duty
from tests.clients import Client, sign_in
from tests.conftest import Clock
from tests.conversations.people import opened
from tests.flags.raising import actor_for
from tests.people import Clinic

ClientFor = Callable[[Person | None], Awaitable[Client]]
# A Monday, 11 am at the clinic.
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


async def wrote(
    database: Database, care: Conversation, author: Person, at: datetime, words: str = "Hello"
) -> None:
    async with database.work() as work:
        await send_message(work, care, author.id, words, uuid4(), sent_at=at)


async def answering(database: Database, patient: Person) -> Answering:
    async with database.read() as session:
        return await answering_for(session, patient.id)


async def test_it_is_the_promise_at_first_and_later_what_the_last_days_took(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    clock.set(NOW)
    care, _ = await opened(database, patient)
    assert (await answering(database, patient)).by == "3 pm"
    for index in range(9):
        asked = NOW - timedelta(days=4, hours=2) + timedelta(minutes=20 * index)
        await wrote(database, care, patient, asked)
        await wrote(database, care, nurse_on_team, asked + timedelta(minutes=12))
    found = await answering(database, patient)
    assert (found.by, found.here, found.expected.waits) == ("11:15 am", [], False)
    await wrote(database, care, patient, NOW - timedelta(minutes=7))
    found = await answering(database, patient)
    assert (found.by, found.expected.waits) == ("11:10 am", True)
    clock.forward(minutes=30)
    assert (await answering(database, patient)).expected.waits


def test_words_that_needed_no_answer_do_not_count_as_a_slow_one() -> None:
    one, other = uuid4(), uuid4()
    at = [NOW + timedelta(hours=hour) for hour in range(9)]
    rows = [
        (one, 1, at[0], True),  # "Thank you": needed none
        (one, 2, at[3], True),
        (one, 3, at[4], False),
        (one, 4, at[5], True),  # nobody said yet that it needed none
        (one, 5, at[6], False),
        (other, 1, at[0], True),
        (other, 2, at[2], False),
        (other, 3, at[7], True),
    ]
    ended = {one: [(1, at[1]), (4, at[8])]}
    assert turns_of(rows, ended) == [Turn(at[3], at[4]), Turn(at[5], at[6]), Turn(at[0], at[2])]


async def test_who_is_there_is_named_with_their_role(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    clock: Clock,
) -> None:
    clock.set(NOW)
    care, _ = await opened(database, patient)
    for person in (nurse_on_team, nurse_elsewhere):
        await sign_in(database, person)
    client = await client_for(patient)
    page = (await client.get(f"/conversations/{care.id}")).text
    assert "Night nurse is here." in page
    assert "Nurse elsewhere" not in page
    assert "Open until 6 pm" in page
    clock.set(NOW + timedelta(hours=11))
    later = await client_for(patient)
    page = (await later.get(f"/conversations/{care.id}")).text
    assert "The team is back Tuesday at 8 am." in page
    assert "Night nurse is here" not in page


async def test_the_rota_says_who_is_on_duty_before_whoever_is_busy_in_the_portal(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    clock.set(NOW)
    care, _ = await opened(database, patient)
    span = (NOW, NOW + timedelta(hours=4))
    async with database.work(actor_for(clinic.coordinator_on_team)) as work:
        await add_shift(work, clinic.team.id, clinic.second_nurse.id, Duty.NURSE, span)
        await add_shift(work, clinic.team.id, clinic.nurse_on_team.id, Duty.ON_CALL, span)
    await sign_in(database, clinic.nurse_on_team)
    client = await client_for(patient)
    page = (await client.get(f"/conversations/{care.id}")).text
    assert "Day nurse is here." in page
    assert "Night nurse" not in page
    clock.set(NOW + timedelta(hours=4))
    await sign_in(database, clinic.nurse_on_team)
    later = await client_for(patient)
    assert "Night nurse is here." in (await later.get(f"/conversations/{care.id}")).text


async def test_outside_the_hours_whoever_is_there_is_not_promised_for_what_can_wait(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    clock.set(NOW + timedelta(hours=8))
    care, _ = await opened(database, patient)
    await sign_in(database, clinic.nurse_on_team)
    client = await client_for(patient)
    page = (await client.get(f"/conversations/{care.id}")).text
    assert "Night nurse is here." in page
    assert "If it can wait, you should hear from us by Tuesday at" in page
    await wrote(database, care, patient, NOW + timedelta(hours=8))
    page = (await client.get(f"/conversations/{care.id}")).text
    assert "We have your message. If it can wait, you should hear from us by Tuesday at" in page
    assert ">You should hear" not in page


async def test_after_a_hand_over_the_page_names_who_has_it_now(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    clock.set(NOW)
    care, _ = await opened(database, patient)
    nurse, second = clinic.nurse_on_team, clinic.second_nurse
    span = (NOW, NOW + timedelta(hours=12))
    async with database.work(actor_for(clinic.coordinator_on_team)) as work:
        await add_shift(work, clinic.team.id, nurse.id, Duty.NURSE, span)
    await wrote(database, care, patient, NOW)
    client = await client_for(patient)
    for number, owner in enumerate((nurse, second)):
        async with database.work(actor_for(nurse)) as work:
            await assign(work, care, Seen(number, 1), owner.id)
        page = (await client.get(f"/conversations/{care.id}/answering")).text
        assert f"{owner.name} answers you." in page
    assert nurse.name not in page
    # In the evening only who is there is named: whoever has it has gone home.
    clock.set(NOW + timedelta(hours=8))
    later = await client_for(patient)
    page = (await later.get(f"/conversations/{care.id}/answering")).text
    assert f"{nurse.name} is here." in page
    assert second.name not in page
