"""A check-in that nobody answers: asked for, asked for again, and then a human looks."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from portal.check_ins import clocks, silence
from portal.check_ins.actions import save_answers, start_check_in
from portal.check_ins.clocks import follow_silence
from portal.check_ins.reminding import TooLateForLater, remind_later
from portal.check_ins.silence_models import SilenceStep
from portal.db import Database
from portal.flags.models import FlagSource
from portal.flags.queries import FlagState, flags_of
from portal.notices.models import Envelope, Notice, State
from portal.notices.reasons import Pace
from portal.people.actions import add_person
from portal.people.models import Patient, Person
from portal.permissions import Role
from portal.symptoms.levels import Level
from portal.treatments.actions import Given, record_dose
from portal.treatments.models import Dose
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import actor_of
from tests.conftest import ClientFor, Clock
from tests.notices.posts import Posts, give_address, give_device
from tests.notices.posts import send as deliver
from tests.people import Clinic
from tests.treatments.plans import given_dose, signed_plan

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.fixture
async def dose(database: Database, clinic: Clinic, clock: Clock) -> Dose:
    clock.set(NOON)
    return await give_dose(database, clinic, hours_ago=0)


async def rungs(database: Database) -> list[tuple[str, str]]:
    async with database.read() as session:
        rows = await session.exec(select(SilenceStep).order_by(col(SilenceStep.id)))
        return [(row.point, row.rung) for row in rows.all()]


async def silence_flags(database: Database, patient: Person) -> list[FlagState]:
    async with database.read() as session:
        every = await flags_of(session, patient.id)
    return [each for each in every if each.flag.source == FlagSource.SILENCE]


async def at(database: Database, clock: Clock, minutes: float) -> int:
    """The worker looks that many minutes after the dose."""
    clock.set(NOON + timedelta(minutes=minutes))
    return await follow_silence(database, clock.now())


async def test_silence_after_the_first_hour_climbs_to_a_human(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    posts = Posts()
    await give_address(database, patient)
    await give_device(database, patient)
    for minutes in range(60, 92):
        await at(database, clock, minutes)
        await deliver(database, posts, clock.now())
    climbed = [rung for _, rung in await rungs(database)]
    assert climbed == ["due", "remind", "second", "adult", "task"]
    assert [len(posts.push.sent), len(posts.mail.sent)] == [2, 1]
    (flag,) = await silence_flags(database, patient)
    assert (flag.level, flag.summary) == (Level.URGENT, "No answer, early check-in")


async def test_whoever_has_sent_a_later_check_in_is_not_silent_though_no_worker_ran_meanwhile(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    clock.set(NOON + timedelta(minutes=125))
    await send(database, patient)
    assert await at(database, clock, 126) == 0
    assert await silence_flags(database, patient) == []


async def test_an_answer_stops_it_and_takes_back_what_was_not_sent_yet(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    await give_address(database, patient)
    await at(database, clock, 60)
    await send(database, patient)
    posts = Posts()
    await deliver(database, posts, clock.now())
    assert posts.titles == []
    assert await at(database, clock, 100) == 0
    assert await silence_flags(database, patient) == []
    async with database.read() as session:
        assert [row.state for row in (await session.exec(select(Envelope))).all()] == [
            State.NOT_NEEDED
        ]


async def test_many_workers_at_once_take_each_rung_once(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    clock.set(NOON + timedelta(minutes=90))
    done = await asyncio.gather(*(follow_silence(database, clock.now()) for _ in range(4)))
    assert sum(done) == 5
    assert len(await rungs(database)) == 5
    assert len(await silence_flags(database, patient)) == 1
    async with database.read() as session:
        assert len((await session.exec(select(Notice))).all()) == 1


async def test_a_rung_whose_transaction_fails_is_taken_later(
    database: Database,
    patient: Person,
    dose: Dose,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def dies(*given: object, **named: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(silence, "notify", dies)
        assert await at(database, clock, 60) == 0
    assert await rungs(database) == []
    assert await at(database, clock, 61) == 1


async def test_a_new_dose_replaces_what_is_left(
    database: Database, clinic: Clinic, patient: Person, dose: Dose, clock: Clock
) -> None:
    await at(database, clock, 60)
    await give_dose(database, clinic, hours_ago=0, number=2)
    assert await at(database, clock, 119) == 0
    assert await at(database, clock, 120) == 1
    assert [point for point, _ in await rungs(database)] == ["+1h", "+1h"]


async def test_a_new_dose_takes_back_the_reminders_of_the_one_before(
    client_for: ClientFor,
    database: Database,
    clinic: Clinic,
    patient: Person,
    dose: Dose,
    clock: Clock,
) -> None:
    await give_address(database, patient)
    await at(database, clock, 60)
    client = await client_for(patient)
    assert "It is time for your check-in." in (await client.get("/notices")).text
    async with database.work(await actor_of(database, clinic.nurse_on_team)) as work:
        row = await work.session.get_one(Patient, patient.id)
        given = Given(number=2, step=1, ended_at=clock.now(), adult_present=True)
        await record_dose(work, row, given, safety_flag_open=False)
    posts = Posts()
    await deliver(database, posts, clock.now())
    assert posts.titles == []
    async with database.read() as session:
        assert all(row.seen_at for row in (await session.exec(select(Notice))).all())


async def test_one_open_flag_about_silence_is_enough_until_it_is_graver(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    for minutes in (90, 150, 270, 540):
        await at(database, clock, minutes)
    assert [each.level for each in await silence_flags(database, patient)] == [Level.URGENT]
    assert [rung for _, rung in await rungs(database)].count("task") == 4


async def test_a_patient_who_is_alone_is_looked_for_sooner(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    async with database.work() as work:
        (await work.session.get_one(Dose, dose.id)).adult_present = False
    await at(database, clock, 90)
    assert [each.level for each in await silence_flags(database, patient)] == [Level.EMERGENCY]


@pytest.mark.parametrize(("agrees", "told"), [(True, 1), (False, 0)])
async def test_the_adult_with_the_patient_hears_of_it_only_where_the_patient_agreed(
    database: Database, patient: Person, dose: Dose, clock: Clock, agrees: bool, told: int
) -> None:
    async with database.work() as work:
        row = await work.session.get_one(Patient, patient.id)
        row.companion_email, row.companion_may_hear = "companion@example.org", agrees
    await at(database, clock, 90)
    async with database.read() as session:
        query = select(Envelope).where(col(Envelope.pace) == Pace.COMPANION)
        assert len((await session.exec(query)).all()) == told


async def test_whoever_is_answering_is_not_disturbed_and_looked_for_when_they_stop(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    await at(database, clock, 60)
    clock.set(NOON + timedelta(minutes=70))
    async with database.work(await actor_of(database, patient)) as work:
        check_in = await start_check_in(work, patient.id)
        await save_answers(work, check_in, {"who": "patient_adult"})
    assert await at(database, clock, 95) == 0
    assert await at(database, clock, 100) > 0
    assert len(await silence_flags(database, patient)) == 1


async def test_an_hour_that_comes_twice_makes_no_reminder_twice(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    clock.set(datetime(2026, 11, 1, 4, 30, tzinfo=UTC))  # half past midnight; clocks go back at 2
    await give_dose(database, clinic, hours_ago=0)
    taken = [await follow_silence(database, clock.forward(minutes=5)) for _ in range(24)]
    assert sum(taken) == len(set(await rungs(database))) == 6


async def test_a_clock_that_jumps_forward_and_back_loses_and_doubles_nothing(
    database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    await at(database, clock, 75)
    await at(database, clock, 60 * 24 * 2)
    before = await rungs(database)
    for minutes in (61, 75, 90, 60 * 24 * 2):
        await at(database, clock, minutes)
    after = await rungs(database)
    assert len(set(after)) == len(after)
    assert set(before) <= set(after)
    assert len(await silence_flags(database, patient)) == 1


async def test_later_is_kept_said_and_followed(
    client_for: ClientFor, database: Database, patient: Person, dose: Dose, clock: Clock
) -> None:
    await at(database, clock, 60)
    client = await client_for(patient)
    assert "Remind me later" in (await client.get("/check-ins/now")).text
    answer = await client.post("/check-ins/now/later", minutes="15")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "We will remind you at 1:15 pm." in (await client.get("/")).text
    assert await at(database, clock, 74) == 0
    assert await at(database, clock, 75) == 2
    assert [rung for _, rung in await rungs(database)] == ["due", "again", "remind"]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [("15", "Le avisaremos a las 1:15 p. m."), ("60", "Por favor, haga su control ahora.")],
)
async def test_later_is_answered_in_the_readers_language(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    dose: Dose,
    clock: Clock,
    minutes: str,
    said: str,
) -> None:
    await at(database, clock, 60)
    client = await client_for(patient)
    client.http.headers["accept-language"] = "es"
    answer = await client.post("/check-ins/now/later", minutes=minutes)
    assert said in (await client.get(answer.headers["location"])).text


@pytest.mark.parametrize("minutes", ["60", "0", "-15", "soon", "9" * 30, ""])
async def test_later_than_we_may_wait_is_refused(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    dose: Dose,
    clock: Clock,
    minutes: str,
) -> None:
    await at(database, clock, 60)
    answer = await (await client_for(patient)).post("/check-ins/now/later", minutes=minutes)
    assert answer.headers["location"] == "/check-ins/now"
    with pytest.raises(TooLateForLater):
        async with database.work() as work:
            await remind_later(work, patient.id, 60)


async def test_the_patient_and_the_nurse_see_what_was_missed(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
    dose: Dose,
    clock: Clock,
) -> None:
    await at(database, clock, 120)
    page = (await (await client_for(patient)).get("/check-ins")).text
    assert "1 hour check-in" in page
    assert "Not heard from you" in page
    assert (await (await client_for(patient)).get("/")).status_code == 200
    (flag,) = await silence_flags(database, patient)
    shown = await (await client_for(nurse_on_team)).get(f"/triage/{flag.id}")
    assert shown.status_code == 200
    assert "Early check-in not answered" in shown.text
    assert "Patient read" not in shown.text
    record = (await (await client_for(nurse_on_team)).get(f"/patients/{patient.id}")).text
    assert "1 hour check-in: missed, due today, 1 pm" in record
    assert "2 hour check-in: due, due today, 2 pm" in record


async def another_dosed(database: Database, clinic: Clinic, name: str) -> None:
    async with database.work() as work:
        person = await add_person(
            work, name=name, role=Role.PATIENT, time_zone="America/New_York", care_team=clinic.team
        )
    await signed_plan(database, person, clinic.clinician_on_team)
    await given_dose(database, person, clinic.nurse_on_team)


async def statements(database: Database, clock: Clock, minutes: float) -> int:
    said: list[str] = []
    engine = database.engine.sync_engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    await at(database, clock, minutes)
    event.remove(engine, "before_cursor_execute", note)
    return len(said)


async def test_looking_costs_the_same_few_statements_however_many_patients_there_are(
    database: Database, clinic: Clinic, dose: Dose, clock: Clock
) -> None:
    alone = await statements(database, clock, 10)
    clock.set(NOON)
    for name in ("Patient Y", "Patient Z"):
        await another_dosed(database, clinic, name)
    assert await statements(database, clock, 11) == alone


async def test_more_patients_than_one_statement_takes_are_all_followed(
    database: Database, clinic: Clinic, dose: Dose, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "AT_A_TIME", 2)
    for name in ("Patient Y", "Patient Z"):
        await another_dosed(database, clinic, name)
    assert await at(database, clock, 60) == 3
