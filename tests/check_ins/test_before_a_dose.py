"""The check-in before a dose: what makes it unsafe is asked, and how somebody is without it."""

import pytest

from portal.bookings.kinds import Kind
from portal.check_ins.models import CheckIn
from portal.check_ins.sent import submitted_check_ins
from portal.conversations.queries import care_conversation_of
from portal.db import Database
from portal.flags.queries import flags_of
from portal.ids import new_id
from portal.people.models import Person
from portal.readings.waiting import settling_waiting
from portal.symptoms.levels import Level
from tests.bookings.asking import accepted, asked, days_ahead, offered, proposed
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.check_ins.test_views import count, walk
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.people import Clinic

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GATE = {"gate": {"none": "yes"}, "today": {"none": "yes"}}
START = "/check-ins/before"


@pytest.fixture
async def own(client_for: ClientFor, database: Database, clinic: Clinic) -> Client:
    await give_dose(database, clinic, hours_ago=13 * 24)
    return await client_for(clinic.patient)


async def test_nothing_new_is_a_thank_you_and_the_baseline_of_what_comes_after(
    own: Client, database: Database, clinic: Clinic, patient: Person
) -> None:
    result = await own.get(await walk(own, GATE, start=START, pain={"answer": "2"}))
    assert "Sent. Thank you" in result.text
    assert "Check-in before a dose" in (await own.get("/check-ins")).text
    await give_dose(database, clinic, hours_ago=0, number=2)
    sent = await send(database, patient, pain=5)
    assert sent.flag is not None
    async with database.read() as session:
        before, after = await submitted_check_ins(session, patient.id)
        [state] = await flags_of(session, patient.id)
    assert (before.check_in.point, before.check_in.questionnaire) == ("before", "before-1")
    assert after.check_in.series != before.check_in.series
    assert state.summary == "Severe or rising pain"


@pytest.mark.parametrize(
    ("page", "ticked", "summary"),
    [
        ("gate", "medicine", "New: look before a dose"),
        ("gate", "pregnant", "New: look before a dose"),
        ("today", "no_adult", "Dose today: not as planned"),
    ],
)
async def test_what_makes_it_unsafe_is_told_at_once_and_flagged(
    own: Client, database: Database, patient: Person, page: str, ticked: str, summary: str
) -> None:
    answers = {**GATE, page: {"answer": ticked}}
    result = await own.get(await walk(own, answers, start=START))
    assert "Take no dose until we have talked." in result.text
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
    assert (state.level, state.summary) == (Level.SOON, summary)


async def test_opening_it_makes_no_row_and_going_on_finds_it_again(
    own: Client, database: Database
) -> None:
    assert "Who is answering?" in (await own.get(START)).text
    assert await count(database, CheckIn) == 0
    address = await walk(own, GATE, start=START, until="gate")
    assert (await own.get(START)).headers["location"] == address
    assert (await own.get("/check-ins/now")).status_code == 200


async def test_on_the_day_before_a_booked_dose_home_asks_for_it_until_it_is_sent(
    client_for: ClientFor, database: Database, clinic: Clinic, clock: Clock
) -> None:
    clock.set(clock.now().replace(hour=15, minute=0))
    patient, nurse = clinic.patient, clinic.nurse_on_team
    await give_dose(database, clinic, hours_ago=13 * 24)
    request = await asked(database, patient, Kind.INFUSION_VISIT)
    visit = proposed(nurse, days_ahead(3))
    _, slots = await offered(database, clinic.coordinator_on_team, request, visit)
    await accepted(database, patient, request, slots[0])
    assert "before your dose" not in (await (await client_for(patient)).get("/")).text
    clock.forward(hours=50)
    own = await client_for(patient)
    home = (await own.get("/")).text
    assert "Check in before your dose" in home
    assert 'href="/check-ins/before"' in home
    await walk(own, GATE, start=START)
    assert "Check in before your dose" not in (await own.get("/")).text


async def test_the_scales_are_scored_for_the_team_and_item_nine_is_looked_at(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=7 * 24)
    own = await client_for(patient)
    pages = [*(f"phq_{n}" for n in range(1, 10)), *(f"gad_{n}" for n in range(1, 8))]
    scales = {page: {"answer": "1"} for page in pages}
    scales |= {f"pain_{what}": {"answer": "4"} for what in ("week", "joy", "tasks")}
    scales |= {"scales_ok": {"answer": "yes"}, "phq_2": {"skip": "yes"}}
    result = await own.get(await walk(own, {**scales, "phq_2": {"answer": "2"}}))
    assert "You are not alone." in result.text
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
    assert (state.level, state.summary) == (Level.URGENT, "Self-harm: passing thoughts")
    detail = (await (await client_for(clinic.nurse_on_team)).get(f"/triage/{state.id}")).text
    for score in ("10 of 27, moderate", "7 of 21, mild", "4 of 10"):
        assert score in detail
    answers = (await own.get(result.url.path.replace("result", "answers"))).text
    assert "of 27" not in answers


async def test_whoever_has_no_time_for_the_scales_is_done_after_ten_pages(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=7 * 24)
    own = await client_for(patient)
    result = await own.get(await walk(own, scales_ok={"answer": "no"}))
    assert "Sent. Thank you" in result.text


async def test_what_contradicts_the_gate_lets_the_next_later_check_in_ask_it_again(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=0)
    own = await client_for(patient)
    await walk(own, GATE, start=START)
    clock.forward(hours=20)
    own = await client_for(patient)
    await walk(own, since={"answer": "alcohol"})  # the first day's questions stay short
    clock.forward(hours=52)
    own = await client_for(patient)
    await walk(own, GATE, until="gate")
    await walk(own, GATE)
    clock.forward(hours=24 * 4)
    own = await client_for(patient)
    await walk(own, scales_ok={"answer": "no"})  # asked once: no page of the gate on the way


async def test_alone_on_the_day_though_an_adult_could_stay_is_told_to_the_team(
    own: Client, database: Database, clinic: Clinic, patient: Person
) -> None:
    await walk(own, GATE, start=START)
    await give_dose(database, clinic, hours_ago=2, number=2)
    result = await own.get(await walk(own, who={"answer": "patient_alone"}))
    assert "Please call the adult who was to stay." in result.text
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
    assert (state.level, state.summary) == (Level.SOON, "Alone: an adult was to stay")


async def test_the_adult_whom_the_nurse_saw_has_gone_is_told_to_the_team_once(
    own: Client,
    client_for: ClientFor,
    database: Database,
    clinic: Clinic,
    patient: Person,
    clock: Clock,
) -> None:
    await give_dose(database, clinic, hours_ago=2, number=2)
    result = await own.get(await walk(own, who={"answer": "patient_alone"}))
    assert "Please call the adult who was to stay." in result.text
    clock.forward(hours=2)
    await walk(await client_for(patient), who={"answer": "patient_alone"})
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
        care = await care_conversation_of(session, patient.id)
    assert (state.level, state.summary) == (Level.SOON, "Alone: an adult was to stay")
    said = {"body": "I have no nausea", "client_id": str(new_id())}
    await own.post(f"/conversations/{care.id}/messages", **said)
    await settling_waiting()(database, clock.now())
    async with database.read() as session:
        assert len(await flags_of(session, patient.id)) == 1
