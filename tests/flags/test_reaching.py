"""Who is reached when a flag waits, and the patient when it ends."""

import pytest
from sqlmodel import col, select

from portal.db import Database
from portal.flags.actions import resolve_flag
from portal.flags.clocks import escalate
from portal.flags.models import Outcome
from portal.notices.models import Envelope, Notice
from portal.notices.reasons import Pace, Reason
from portal.people.models import Person
from tests.clients import actor_of
from tests.conftest import Clock
from tests.flags.raising import raised


async def notices(database: Database, *reasons: Reason) -> list[Notice]:
    async with database.read() as session:
        query = select(Notice).where(col(Notice.reason).in_(reasons))
        return list((await session.exec(query)).all())


async def test_a_grave_flag_reaches_people_past_their_quiet_hours(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    flag = await raised(database, patient)
    await escalate(database, clock.forward(minutes=40))
    raising = (Reason.FLAG_RAISED, Reason.FLAG_WAITING, Reason.FLAG_UNTAKEN)
    told = await notices(database, *raising)
    assert told
    assert {row.subject_id for row in told} == {flag.id}
    assert patient.id not in {row.person_id for row in told}
    async with database.read() as session:
        paces = {row.pace for row in (await session.exec(select(Envelope))).all()}
    assert paces == ({Pace.URGENT} if flag.level.rank <= 1 else {Pace.CALM})


@pytest.mark.parametrize(("told", "expected"), [(False, 1), (True, 0)])
async def test_the_patient_is_told_of_the_end_unless_they_know(
    database: Database, patient: Person, nurse_on_team: Person, told: bool, expected: int
) -> None:
    flag = await raised(database, patient)
    async with database.work(await actor_of(database, nurse_on_team)) as work:
        await resolve_flag(work, flag.id, outcome=Outcome.ADVISED, told=told)
    assert len(await notices(database, Reason.FLAG_TOLD)) == expected
