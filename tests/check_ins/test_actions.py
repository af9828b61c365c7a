"""Starting, answering and sending, on both databases."""

import asyncio
from typing import Any

import pytest
from sqlmodel import col, func, select

from portal.announcements import Announcement
from portal.audit.models import AuditEvent
from portal.check_ins.actions import (
    AlreadySent,
    Unfinished,
    save_answers,
    start_check_in,
    submit_check_in,
)
from portal.check_ins.coming import next_check_in
from portal.check_ins.in_words import answers_in_words
from portal.check_ins.models import CheckIn, SymptomReport
from portal.check_ins.queries import check_in_for
from portal.check_ins.schedule import State
from portal.check_ins.sent import submitted_check_ins
from portal.db import Database
from portal.errors import NotFound
from portal.flags.history import reasons_of
from portal.flags.models import Flag
from portal.flags.queries import flag_for
from portal.people.actions import set_cautions
from portal.people.models import Caution, Patient, Person
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect
from tests.check_ins.cases import WELL
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import actor_of
from tests.conftest import Clock
from tests.people import Clinic

THREW_UP: dict[str, Any] = {"effects": ("vomiting",), "vomit_count": 2, "sips": "no"}


async def count(database: Database, table: Any) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_sending_writes_answers_report_flag_audit_and_announcements_at_once(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    heard: list[Announcement] = []
    database.publish = heard.extend
    sent = await send(database, patient, **THREW_UP)
    assert sent.flag is not None
    assert sent.flag.hours_since_dose == 5
    async with database.read() as session:
        report = (await session.exec(select(SymptomReport))).one()
        tags = set((await session.exec(select(AuditEvent.tag))).all())
        [reason] = await reasons_of(session, sent.flag)
    assert (report.effect, report.grade, report.flag_id) == (Effect.VOMITING, 4, sent.flag.id)
    assert {"check_in:start", "check_in:answer", "check_in:submit", "flag:raise"} <= tags
    assert reason.said == "Threw up 2 times, water does not stay down"
    assert (reason.rule, reason.level) == ("9", Level.URGENT)
    assert {each.topic for each in heard} >= {"home", "triage"}


async def test_answers_are_sealed_and_no_word_of_them_is_in_the_audit_trail(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    await send(database, patient, **THREW_UP, note="My hands shake", note_written="yes")
    async with database.read() as session:
        row = (await session.exec(select(CheckIn))).one()
        details = (await session.exec(select(AuditEvent.detail))).all()
    assert b"vomit" not in row.answers
    assert "shake" not in str(details)
    assert "vomiting" not in str(details)


async def test_two_sends_at_once_raise_one_flag(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    actor = await actor_of(database, patient)
    async with database.work(actor) as work:
        check_in = await start_check_in(work, patient.id)
        await save_answers(work, check_in, {**WELL, **THREW_UP})

    async def press() -> Flag | None:
        async with database.work(actor) as work:
            found = await check_in_for(work.session, actor, check_in.id)
            return (await submit_check_in(work, found)).flag

    flags = await asyncio.gather(*(press() for _ in range(6)))
    assert len({flag.id for flag in flags if flag}) == 1
    assert await count(database, Flag) == 1
    assert await count(database, SymptomReport) == 1


async def test_two_devices_starting_at_once_share_one_check_in(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    actor = await actor_of(database, patient)

    async def start() -> CheckIn:
        async with database.work(actor) as work:
            return await start_check_in(work, patient.id)

    started = await asyncio.gather(*(start() for _ in range(6)))
    assert len({each.id for each in started}) == 1


async def test_answers_from_two_devices_at_once_are_all_kept(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    actor = await actor_of(database, patient)
    async with database.work(actor) as work:
        check_in = await start_check_in(work, patient.id)

    async def answer(name: str, value: int) -> None:
        async with database.work(actor) as work:
            found = await check_in_for(work.session, actor, check_in.id)
            await save_answers(work, found, {name: value})

    await asyncio.gather(*(answer(name, 3) for name in ("pain", "nausea", "memory", "awake")))
    async with database.work(actor) as work:
        found = await check_in_for(work.session, actor, check_in.id)
        await save_answers(work, found, {**WELL, "effects": ("nausea",), "nausea": 3, "awake": 0})
        await submit_check_in(work, found)
    async with database.read() as session:
        [sent] = await submitted_check_ins(session, patient.id)
    assert sent.told.answers["nausea"] == 3


async def test_a_check_in_that_was_sent_takes_no_more_answers(
    database: Database, patient: Person
) -> None:
    sent = await send(database, patient)
    with pytest.raises(AlreadySent):
        async with database.work(await actor_of(database, patient)) as work:
            await save_answers(work, sent.check_in, {"pain": 9})


async def test_an_unfinished_check_in_is_not_sent(database: Database, patient: Person) -> None:
    async def too_soon() -> None:
        async with database.work(await actor_of(database, patient)) as work:
            check_in = await start_check_in(work, patient.id)
            await submit_check_in(work, check_in)

    with pytest.raises(Unfinished) as caught:
        await too_soon()
    assert caught.value.page_id == "who"
    assert await count(database, Flag) == 0


async def test_an_answer_that_was_taken_back_does_not_count(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    sent = await send(database, patient, effects=(), vomit_count=6, sips="no")
    assert sent.flag is None


async def test_without_a_flag_there_is_no_report_but_the_pain_is_in_the_series(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    assert (await send(database, patient, pain=4)).flag is None
    clock.forward(minutes=5)
    await send(database, patient, pain=2)
    async with database.read() as session:
        assert [each.pain for each in await submitted_check_ins(session, patient.id)] == [4, 2]


async def test_the_cautions_of_the_record_raise_the_level(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    async with database.work() as work:
        held = await work.session.get_one(Patient, patient.id)
        await set_cautions(work, held, {Caution.UNDER_18}, None)
    sent = await send(database, patient, effects=("nausea",), nausea=1)
    assert sent.flag is not None
    assert sent.flag.level is Level.SOON
    async with database.read() as session:
        [reason] = await reasons_of(session, sent.flag)
    assert "under 18" in reason.limit


async def test_what_came_before_counts_within_one_series(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=1)
    await send(database, patient, effects=("vomiting",), vomit_count=1, sips="no")
    clock.forward(hours=1)
    second = await send(database, patient, effects=("vomiting",), vomit_count=1, sips="no")
    assert second.flag is not None
    assert second.flag.level is Level.URGENT


async def test_a_new_dose_replaces_what_was_left(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=80)
    actor = await actor_of(database, patient)
    async with database.work(actor) as work:
        left = await start_check_in(work, patient.id)
    await give_dose(database, clinic, hours_ago=0.1, number=2)
    async with database.read() as session:
        coming = await next_check_in(session, patient.id, clock.now())
    assert coming is not None
    assert (coming.due.point.name, coming.state) == ("+1h", State.UPCOMING)
    async with database.work(actor) as work:
        assert (await start_check_in(work, patient.id)).id != left.id


async def test_hours_count_from_a_dose_given_since_the_first_answer(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=23)
    actor = await actor_of(database, patient)
    async with database.work(actor) as work:
        check_in = await start_check_in(work, patient.id)
        await save_answers(work, check_in, {**WELL, "effects": ("slurred_speech",), "speech": 1})
    await give_dose(database, clinic, hours_ago=0.5, number=2)
    async with database.work(actor) as work:
        found = await check_in_for(work.session, actor, check_in.id)
        sent = await submit_check_in(work, found)
    assert sent.check_in.hours_since_dose == 0.5
    assert sent.flag is not None
    assert sent.flag.level is Level.ROUTINE


async def test_without_a_dose_a_check_in_can_be_sent(database: Database, patient: Person) -> None:
    sent = await send(database, patient, effects=("nausea",), nausea=2)
    assert sent.flag is not None
    assert sent.flag.hours_since_dose is None
    async with database.read() as session:
        assert await next_check_in(session, patient.id, sent.flag.raised_at) is None


async def test_the_team_reads_the_whole_check_in_and_what_changed(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=4)
    await send(database, patient, effects=("nausea",), nausea=1)
    clock.forward(minutes=10)
    second = await send(database, patient, effects=("nausea",), nausea=4)
    async with database.read() as session:
        every = await submitted_check_ins(session, patient.id)
    assert every[-1].id == second.check_in.id
    lines = {line.name: line for line in answers_in_words(every[-1], every)}
    nausea = lines["nausea"]
    assert (nausea.squares, nausea.worse, nausea.was) == (4, 3, "a little sick to the stomach")


async def test_an_outsider_finds_neither_check_in_nor_flag(
    database: Database,
    clinic: Clinic,
    patient: Person,
    nurse_elsewhere: Person,
    other_patient: Person,
    nurse_on_team: Person,
) -> None:
    sent = await send(database, patient, **THREW_UP)
    assert sent.flag is not None
    for person in (nurse_elsewhere, other_patient):
        actor = await actor_of(database, person)
        async with database.read() as session:
            with pytest.raises(NotFound):
                await check_in_for(session, actor, sent.check_in.id)
            with pytest.raises(NotFound):
                await flag_for(session, actor, sent.flag.id)
    actor = await actor_of(database, nurse_on_team)
    async with database.read() as session:
        assert (await check_in_for(session, actor, sent.check_in.id)).id == sent.check_in.id


async def test_the_database_itself_refuses_a_second_row_for_one_check_in(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    first = (await send(database, patient)).check_in
    copy = first.model_dump(exclude={"id"})
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with database.work() as work:
            work.session.add(CheckIn(**copy))
    async with database.read() as session:
        query = select(func.count()).where(col(CheckIn.patient_id) == patient.id)
        assert (await session.exec(query)).one() == 1
