"""Sign-ins that are long over are forgotten, once, by however many workers."""

import asyncio

from sqlmodel import select

from portal.accounts.clocks import forget_sign_ins
from portal.accounts.invitations import invite_again
from portal.accounts.models import Invitation, Session
from portal.accounts.sessions import start_session
from portal.db import Database
from portal.people.models import Person
from tests.conftest import Clock


async def counted(database: Database) -> tuple[int, int]:
    async with database.read() as session:
        sessions = (await session.exec(select(Session))).all()
        invitations = (await session.exec(select(Invitation))).all()
    return len(sessions), len(invitations)


async def test_what_is_recent_is_kept_and_what_is_long_over_is_forgotten_once(
    database: Database, nurse_on_team: Person, clock: Clock
) -> None:
    async with database.work() as work:
        await start_session(work, nurse_on_team)
        await invite_again(work, "https://portal.test", nurse_on_team.id)
    assert await forget_sign_ins(database, clock.forward(days=29)) == 0
    assert await counted(database) == (1, 1)
    now = clock.forward(days=8)
    forgotten = await asyncio.gather(*(forget_sign_ins(database, now) for _ in range(3)))
    assert sum(forgotten) == 2
    assert await counted(database) == (0, 0)
