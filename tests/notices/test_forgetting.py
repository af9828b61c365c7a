"""What is long over is forgotten, in steps; what says who was told of a flag stays."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import SQLModel, func, select

from portal.db import Database
from portal.notices import forgetting
from portal.notices.actions import mail_invitation, see_all, tell_companion
from portal.notices.channels import CannotSend
from portal.notices.forgetting import forgetting_notices
from portal.notices.models import Attempt, Envelope, Notice
from portal.notices.queries import last_failure
from portal.notices.reasons import FLAG_REASONS, Reason
from portal.people.models import Patient, Person
from tests.conftest import Clock
from tests.notices.posts import NOON, Posts, give_address, send, tell

DAYS = 90


@pytest.fixture(autouse=True)
def noon(clock: Clock) -> Clock:
    clock.set(NOON)
    return clock


async def count(database: Database, table: type[SQLModel]) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def told_and_seen(
    database: Database, person: Person, clock: Clock, wanted: Sequence[Reason]
) -> None:
    """Each in an envelope of its own, sent, and seen before the next."""
    for reason in wanted:
        await tell(database, person, reason)
        assert await send(database, Posts(), clock.forward(minutes=20)) == 1
        async with database.work() as work:
            await see_all(work, person.id)


async def test_what_was_seen_and_sent_long_ago_is_forgotten_and_nothing_before(
    database: Database, patient: Person, clock: Clock
) -> None:
    await give_address(database, patient)
    await told_and_seen(database, patient, clock, [Reason.MESSAGE, Reason.VISIT_OFFERED])
    async with database.work() as work:
        await mail_invitation(work, patient.id, "https://clinic.example/invitations/one")
    await send(database, Posts(), clock.forward(minutes=1))
    await tell(database, patient)  # unseen
    forget = forgetting_notices(DAYS)
    assert await forget(database, NOON + timedelta(days=DAYS)) == 0
    later = NOON + timedelta(days=DAYS, hours=1)
    assert [await forget(database, later + timedelta(hours=n)) for n in range(3)] == [3, 2, 0]
    assert [await count(database, table) for table in (Notice, Envelope, Attempt)] == [1, 1, 0]


async def test_each_step_is_small_and_after_the_last_it_rests(
    database: Database, patient: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_A_TIME", 1)
    await give_address(database, patient)
    await told_and_seen(database, patient, clock, [Reason.MESSAGE, Reason.VISIT_OFFERED])
    forget, later = forgetting_notices(DAYS), NOON + timedelta(days=DAYS + 1)
    assert [await forget(database, later) for _ in range(5)] == [1, 2, 1, 0, 0]
    await told_and_seen(database, patient, clock, [Reason.MESSAGE])
    assert await forget(database, later + timedelta(minutes=59)) == 0
    assert await forget(database, later + timedelta(days=1)) == 1


async def test_what_says_who_was_told_of_a_flag_is_never_forgotten(
    database: Database, patient: Person, nurse_on_team: Person, clock: Clock
) -> None:
    await give_address(database, nurse_on_team)
    await told_and_seen(database, nurse_on_team, clock, FLAG_REASONS)
    async with database.work() as work:
        await tell_companion(work, patient.id)
        patients = await work.session.get_one(Patient, patient.id)
        patients.companion_email = "adult@example.org"
        work.session.add(patients)
    assert await send(database, Posts(), clock.forward(minutes=1)) == 1
    assert await forgetting_notices(DAYS)(database, NOON + timedelta(days=10 * DAYS)) == 0
    told = len(FLAG_REASONS)
    numbers = [await count(database, table) for table in (Notice, Envelope, Attempt)]
    assert numbers == [told, told + 1, told + 1]


async def test_that_nothing_reaches_somebody_is_said_until_something_does(
    database: Database, admin: Person, clock: Clock
) -> None:
    await give_address(database, admin)
    posts = Posts()
    posts.mail.fails = CannotSend("smtp_550", for_good=True)
    await tell(database, admin, Reason.ROTA_GAP)
    await send(database, posts, clock.forward(minutes=1))
    async with database.work() as work:
        await see_all(work, admin.id)
    forget = forgetting_notices(DAYS)
    clock.forward(days=DAYS + 1)
    for _ in range(3):
        await forget(database, clock.now())
    async with database.read() as session:
        assert await last_failure(session, admin.id) is not None
    await told_and_seen(database, admin, clock, [Reason.ROTA_GAP])
    assert await forget(database, clock.forward(hours=1)) == 1
    assert [await count(database, table) for table in (Notice, Envelope, Attempt)] == [1, 1, 1]
