"""The patient's home in each state, by HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from portal import clock as portal_clock
from portal.audit.models import AuditEvent
from portal.bookings.models import BookingRequest
from portal.conversations.actions import open_conversations, send_message
from portal.db import Database
from portal.flags.actions import acknowledge_flag
from portal.flags.care import Callee, CallResult
from portal.flags.steps import record_call
from portal.ids import new_id
from portal.people.models import Patient, Person
from portal.symptoms.levels import Level
from tests.clients import actor_of
from tests.conftest import ClientFor, Clock
from tests.flags.raising import raised
from tests.flags.test_steps import Hands
from tests.people import Clinic
from tests.treatments.plans import given_dose, signed_plan

"""For what never touches a query of its own: one kind of database is enough."""


async def dosed(database: Database, clinic: Clinic, hours: float) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    ended_at = portal_clock.now() - timedelta(hours=hours)
    await given_dose(database, clinic.patient, clinic.nurse_on_team, ended_at=ended_at)


async def written(database: Database, clinic: Clinic, words: str) -> None:
    nurse = clinic.nurse_on_team
    async with database.work(await actor_of(database, nurse)) as work:
        care, _ = await open_conversations(work, clinic.patient.id)
        await send_message(work, care, nurse.id, words, new_id())


async def home(client_for: ClientFor, patient: Person) -> str:
    answer = await (await client_for(patient)).get("/")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("who", "where"),
    [("nurse_on_team", "/triage"), ("coordinator_on_team", "/triage"), ("admin", "/people")],
)
async def test_staff_are_sent_to_their_work(
    client_for: ClientFor, clinic: Clinic, who: str, where: str
) -> None:
    answer = await (await client_for(getattr(clinic, who))).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, where)


async def test_who_is_not_signed_in_is_sent_to_the_door(client_for: ClientFor) -> None:
    answer = await (await client_for(None)).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome")


async def test_with_nothing_to_do_the_home_says_so(client_for: ClientFor, patient: Person) -> None:
    page = await home(client_for, patient)
    assert "Nothing to do now" in page
    assert "Your line starts after two weeks of check-ins." in page


async def test_a_due_check_in_is_the_one_thing_to_do(
    client_for: ClientFor, clinic: Clinic, database: Database, clock: Clock
) -> None:
    clock.set(datetime(2026, 11, 18, 1, tzinfo=UTC))  # 8 pm there: the dose was yesterday
    await dosed(database, clinic, hours=24.2)
    page = await home(client_for, clinic.patient)
    assert "Day 1 after infusion 1" in page
    assert "Next day check-in" in page
    assert "Start check-in" in page
    assert "Due by" in page


async def test_a_late_check_in_asks_and_never_blames(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await dosed(database, clinic, hours=26)
    page = await home(client_for, clinic.patient)
    assert "We have not heard from you. How are you?" in page
    assert "Was due" in page


async def test_whoever_was_reached_about_a_late_check_in_is_not_told_that_nobody_heard_of_them(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await dosed(database, clinic, hours=26)
    flag = await raised(database, clinic.patient, source="silence")
    nurse = Hands(database, flag, clinic.nurse_on_team)
    await nurse.do(acknowledge_flag)
    await nurse.do(record_call, Callee.PATIENT, CallResult.NO_ANSWER)
    assert "We have not heard from you" in await home(client_for, clinic.patient)
    await nurse.do(record_call, Callee.PATIENT, CallResult.REACHED)
    page = await home(client_for, clinic.patient)
    assert "We have been in touch. Please still tell us how you are." in page
    assert "We have not heard from you" not in page


async def test_a_message_is_told_with_role_and_never_with_its_words(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await written(database, clinic, "How is your stomach?")
    page = await home(client_for, clinic.patient)
    assert "Read your message" in page
    assert "Night nurse" in page
    assert "stomach" not in page


async def test_a_grave_flag_comes_first_until_somebody_took_it(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await dosed(database, clinic, hours=24.2)
    flag = await raised(database, clinic.patient, Level.URGENT)
    page = await home(client_for, clinic.patient)
    assert page.index("See what to do now") < page.index("Next day check-in")
    assert "A nurse will look by" in page
    assert "Urgent" not in page
    async with database.work(await actor_of(database, clinic.nurse_on_team)) as work:
        await acknowledge_flag(work, flag.id)
    page = await home(client_for, clinic.patient)
    assert "See what to do now" not in page
    assert "Night nurse looked at it" in page


async def test_a_flag_past_its_time_says_so_and_gives_the_number(
    client_for: ClientFor, clinic: Clinic, database: Database, clock: Clock
) -> None:
    await raised(database, clinic.patient, Level.URGENT)
    clock.forward(minutes=16)
    page = await home(client_for, clinic.patient)
    assert "We are late." in page
    assert "Call the nurse line" in page


async def test_opening_the_home_is_audited(
    client_for: ClientFor, patient: Person, database: Database
) -> None:
    await home(client_for, patient)
    async with database.read() as session:
        tags = (
            await session.exec(
                select(AuditEvent.tag).where(col(AuditEvent.patient_id) == patient.id)
            )
        ).all()
    assert "home:open" in tags


@pytest.mark.parametrize("path", ["/numbers", "/plan"])
async def test_numbers_and_plan_are_the_patients_own(
    client_for: ClientFor, clinic: Clinic, path: str
) -> None:
    assert (await (await client_for(clinic.patient)).get(path)).status_code == 200
    assert (await (await client_for(clinic.nurse_elsewhere)).get(path)).status_code == 403
    assert (await (await client_for(None)).get(path)).status_code == 303


async def test_the_plan_shows_doses_done_and_offers_to_pick_times(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await dosed(database, clinic, hours=24)
    page = (await (await client_for(clinic.patient)).get("/plan")).text
    assert "1 of 6 infusions done. Step 1 of 6." in page
    assert "We look at your pain in one week." in page
    assert "Pick times" in page


async def test_help_is_open_to_everybody_and_offers_a_call_to_patients_only(
    client_for: ClientFor, clinic: Clinic
) -> None:
    for person, offered in ((None, False), (clinic.patient, True), (clinic.nurse_on_team, False)):
        answer = await (await client_for(person)).get("/help")
        assert answer.status_code == 200
        assert "Call 911" in answer.text
        assert ("Ask a nurse to call me" in answer.text) is offered


async def requests(database: Database) -> list[BookingRequest]:
    async with database.read() as session:
        return list((await session.exec(select(BookingRequest))).all())


async def test_asking_to_be_called_twice_asks_once(
    client_for: ClientFor, patient: Person, database: Database
) -> None:
    async with database.work() as work:
        (await work.session.get_one(Patient, patient.id)).phone = "555 010 0112"
    client, wanted = await client_for(patient), str(new_id())
    for _ in range(2):
        answer = await client.post("/help/call-me", request=wanted)
        assert (answer.status_code, answer.headers["location"]) == (303, "/help")
    assert [str(one.id) for one in await requests(database)] == [wanted]


async def test_without_a_phone_number_the_form_asks_for_one(
    client_for: ClientFor, patient: Person, database: Database
) -> None:
    answer = await (await client_for(patient)).post("/help/call-me", request=str(new_id()))
    assert answer.headers["location"] == "/visits/ask?kind=call_back"
    assert await requests(database) == []


async def test_staff_cannot_ask_to_be_called(
    client_for: ClientFor, nurse_elsewhere: Person
) -> None:
    answer = await (await client_for(nurse_elsewhere)).post("/help/call-me")
    assert answer.status_code == 403
