"""Raising a flag, and what a clinician does about it, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.db import Database
from portal.errors import Conflict
from portal.flags.actions import acknowledge_flag, reopen_flag, resolve_flag
from portal.flags.history import Step, history_of, reasons_of
from portal.flags.models import Acknowledgement, Disposition, Flag, FlagReason, Outcome
from portal.flags.queries import (
    count_open_for,
    flag_for,
    flag_of_source,
    flags_of,
    open_flags_for,
    resolved_flags_for,
)
from portal.ids import new_id
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.conftest import Clock
from tests.flags.raising import a_reason, actor_for, raised


async def _tags(database: Database) -> list[str]:
    async with database.read() as session:
        query = select(AuditEvent.tag).where(col(AuditEvent.tag).like("flag:%"))
        return list((await session.exec(query.order_by(col(AuditEvent.seq)))).all())


async def _acknowledge(database: Database, person: Person, flag: Flag) -> Acknowledgement:
    async with database.work(actor_for(person)) as work:
        return await acknowledge_flag(work, flag.id)


async def _resolve(
    database: Database, person: Person, flag: Flag, note: str = "", seen_round: int | None = None
) -> Disposition:
    async with database.work(actor_for(person)) as work:
        return await resolve_flag(
            work, flag.id, outcome=Outcome.CALLED, note=note, seen_round=seen_round
        )


async def test_a_flag_has_the_level_of_its_gravest_reason(
    database: Database, patient: Person
) -> None:
    reasons = [a_reason(Level.ROUTINE), a_reason(Level.EMERGENCY), a_reason(Level.SOON)]
    flag = await raised(database, patient, reasons=reasons)
    assert flag.level is Level.EMERGENCY
    async with database.read() as session:
        levels = [reason.level for reason in await reasons_of(session, flag)]
    assert levels == [Level.EMERGENCY, Level.SOON, Level.ROUTINE]


async def test_a_flag_keeps_the_rule_the_answer_and_the_limit_as_they_were(
    database: Database, patient: Person
) -> None:
    reason = a_reason(said="Threw up 6 times", change=None)
    flag = await raised(database, patient, reasons=[reason])
    async with database.read() as session:
        assert await reasons_of(session, flag) == [reason]


async def test_what_a_patient_said_is_not_readable_in_the_database(
    database: Database, patient: Person
) -> None:
    reason = a_reason(said="canary words", change="canary change")
    await raised(database, patient, summary="canary summary", reasons=[reason])
    async with database.read() as session:
        flag = (await session.exec(select(Flag))).one()
        row = (await session.exec(select(FlagReason))).one()
        assert row.change is not None
        assert b"canary" not in flag.summary + row.said + row.change


async def test_a_check_in_raises_one_flag_however_often_it_is_sent(
    database: Database, patient: Person
) -> None:
    check_in = new_id()
    first = await raised(database, patient, source_id=check_in)
    second = await raised(database, patient, source_id=check_in)
    assert second.id == first.id
    assert await _tags(database) == ["flag:raise"]


async def test_a_flag_is_found_by_the_check_in_that_raised_it(
    database: Database, patient: Person
) -> None:
    check_in = new_id()
    flag = await raised(database, patient, source_id=check_in)
    async with database.read() as session:
        found = await flag_of_source(session, "check_in", check_in)
        assert found is not None
        assert found.id == flag.id
        assert await flag_of_source(session, "check_in", new_id()) is None


async def test_raising_tells_open_pages_which_patient_it_is_about(
    database: Database, patient: Person
) -> None:
    heard: list[tuple[str, str, object]] = []
    database.publish = lambda told: heard.extend((a.topic, a.kind, a.patient_id) for a in told)
    await raised(database, patient)
    assert heard == [(topic, "raise", patient.id) for topic in ("triage", "inbox", "home")]


async def test_a_flag_needs_a_reason(database: Database, patient: Person) -> None:
    from portal.flags.actions import raise_flag

    async with database.work() as work:
        with pytest.raises(ValueError, match="reason"):
            await raise_flag(
                work,
                patient_id=patient.id,
                source="check_in",
                source_id=new_id(),
                summary="",
                reasons=[],
                hours_since_dose=None,
            )


async def test_acknowledging_makes_you_the_owner(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    flag = await raised(database, patient)
    await _acknowledge(database, nurse_on_team, flag)
    async with database.read() as session:
        state = await flag_for(session, actor_for(nurse_on_team), flag.id)
    assert state.owner_id == nurse_on_team.id
    assert state.is_acknowledged
    assert state.is_open
    assert await _tags(database) == ["flag:raise", "flag:acknowledge"]


async def test_the_second_clinician_is_told_who_was_first_and_when(
    database: Database, patient: Person, nurse_on_team: Person, second_nurse: Person, clock: Clock
) -> None:
    clock.set(clock.now().replace(hour=23, minute=14))  # in winter or summer, some :14
    flag = await raised(database, patient)
    await _acknowledge(database, nurse_on_team, flag)
    with pytest.raises(Conflict, match=r"Night nurse acknowledged this first, at \d+:14 pm\."):
        await _acknowledge(database, second_nurse, flag)


async def test_pressing_twice_is_acknowledging_once(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    flag = await raised(database, patient)
    first = await _acknowledge(database, nurse_on_team, flag)
    assert (await _acknowledge(database, nurse_on_team, flag)).id == first.id
    assert (await _tags(database)).count("flag:acknowledge") == 1


async def test_of_twelve_who_acknowledge_at_once_one_is_first(
    database: Database, patient: Person, nurse_on_team: Person, second_nurse: Person
) -> None:
    flag = await raised(database, patient)
    people = [nurse_on_team, second_nurse] * 6
    answers = await asyncio.gather(
        *(_acknowledge(database, person, flag) for person in people), return_exceptions=True
    )
    owners = {answer.by_id for answer in answers if isinstance(answer, Acknowledgement)}
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(owners) == 1
    assert len(refused) == 6
    async with database.read() as session:
        assert len((await session.exec(select(Acknowledgement))).all()) == 1
    assert (await _tags(database)).count("flag:acknowledge") == 1


async def test_the_database_itself_refuses_a_second_acknowledgement(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    flag = await raised(database, patient)
    await _acknowledge(database, nurse_on_team, flag)
    with pytest.raises(IntegrityError):
        async with database.work() as work:
            again = Acknowledgement(
                flag_id=flag.id, round=1, by_id=nurse_on_team.id, at=clock.now()
            )
            work.session.add(again)


async def test_resolving_keeps_the_disposition_and_the_note(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    flag = await raised(database, patient)
    await _acknowledge(database, nurse_on_team, flag)
    await _resolve(database, nurse_on_team, flag, note="Day doctor calls at 9 am")
    async with database.read() as session:
        steps = await history_of(session, flag)
    assert [step.step for step in steps] == [Step.RAISED, Step.ACKNOWLEDGED, Step.RESOLVED]
    assert steps[-1].outcome is Outcome.CALLED
    assert steps[-1].words == "Day doctor calls at 9 am"
    assert await _tags(database) == ["flag:raise", "flag:acknowledge", "flag:resolve"]


async def test_who_resolves_what_nobody_took_has_taken_it(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    flag = await raised(database, patient)
    await _resolve(database, nurse_on_team, flag)
    async with database.read() as session:
        state = await flag_for(session, actor_for(nurse_on_team), flag.id)
    assert state.owner_id == nurse_on_team.id
    assert not state.is_open


async def test_a_flag_is_resolved_once(
    database: Database, patient: Person, nurse_on_team: Person, second_nurse: Person
) -> None:
    flag = await raised(database, patient)
    answers = await asyncio.gather(
        *(_resolve(database, person, flag) for person in [nurse_on_team, second_nurse] * 3),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Disposition) for answer in answers) == 1
    with pytest.raises(Conflict, match="resolved this already, at"):
        await _acknowledge(database, second_nurse, flag)


async def test_a_reopened_flag_waits_again_from_now_with_no_owner(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    flag = await raised(database, patient)
    await _resolve(database, nurse_on_team, flag)
    now = clock.forward(hours=3)
    async with database.work(actor_for(nurse_on_team)) as work:
        await reopen_flag(work, flag.id, reason="It got worse")
    async with database.read() as session:
        (state,) = await open_flags_for(session, actor_for(nurse_on_team))
        steps = await history_of(session, state.flag)
    assert state.owner_id is None
    assert state.flag.waiting_since == now
    assert state.flag.due_at == now + timedelta(minutes=15)
    assert state.raised_at == now - timedelta(hours=3)
    assert (steps[-1].step, steps[-1].words) == (Step.REOPENED, "It got worse")


async def test_an_open_flag_cannot_be_reopened(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    flag = await raised(database, patient)
    with pytest.raises(Conflict, match="open already"):
        async with database.work(actor_for(nurse_on_team)) as work:
            await reopen_flag(work, flag.id, reason="Again")


async def test_a_page_from_before_the_reopening_changes_nothing(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    flag = await raised(database, patient)
    await _resolve(database, nurse_on_team, flag)
    async with database.work(actor_for(nurse_on_team)) as work:
        await reopen_flag(work, flag.id, reason="It got worse", seen_round=1)
    with pytest.raises(Conflict, match="reopened after your page was loaded"):
        await _resolve(database, nurse_on_team, flag, seen_round=1)
    async with database.read() as session:
        assert len(await open_flags_for(session, actor_for(nurse_on_team))) == 1


async def test_nothing_of_a_refused_act_stays(
    database: Database, patient: Person, nurse_on_team: Person, second_nurse: Person
) -> None:
    flag = await raised(database, patient)
    await _resolve(database, nurse_on_team, flag)
    before = await _tags(database)
    with pytest.raises(Conflict):
        await _resolve(database, second_nurse, flag)
    assert await _tags(database) == before


async def test_flags_are_seen_by_the_care_team_and_nobody_else(
    database: Database,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    admin: Person,
    clock: Clock,
) -> None:
    flag = await raised(database, patient)
    async with database.read() as session:
        assert await count_open_for(session, actor_for(nurse_on_team)) == (1, ())
        for outsider in (nurse_elsewhere, admin):
            actor = actor_for(outsider)
            assert await open_flags_for(session, actor) == []
            assert await count_open_for(session, actor) == (0, ())
    await _resolve(database, nurse_on_team, flag)
    since = clock.now() - timedelta(hours=1)
    async with database.read() as session:
        assert len(await resolved_flags_for(session, actor_for(nurse_on_team), since)) == 1
        assert await resolved_flags_for(session, actor_for(nurse_elsewhere), since) == []
        assert [state.id for state in await flags_of(session, patient.id)] == [flag.id]
