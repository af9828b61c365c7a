import asyncio

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.bookings import clocks
from portal.bookings.clocks import lapse_holds
from portal.bookings.holds import lapse
from portal.bookings.models import OfferOutcome, Slot, SlotState
from portal.bookings.queries import requests_of
from portal.db import Database
from portal.people.models import Person
from tests.bookings.asking import accepted, asked, days_ahead, offered, proposed
from tests.conftest import Clock
from tests.failing import at_first


async def test_a_hold_ends_once_however_many_workers_run(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    for hour in (9, 12, 15):
        request = await asked(database, patient)
        await offered(
            database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2, hour))
        )
    now = clock.forward(minutes=11)
    freed = await asyncio.gather(*(lapse_holds(database, now) for _ in range(2)))
    async with database.read() as session:
        lapses = await session.exec(select(AuditEvent).where(col(AuditEvent.tag) == "offer:lapse"))
        states = await session.exec(select(Slot.state))
        assert len(lapses.all()) == sum(freed) == 3
        assert set(states.all()) == {SlotState.FREE}
        requests = await requests_of(session, patient.id)
    assert {request.last_outcome for request in requests} == {OfferOutcome.LAPSED}
    assert all(request.is_open for request in requests)


async def test_a_hold_that_has_not_passed_or_was_accepted_is_left_alone(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    first, second = await asked(database, patient), await asked(database, patient)
    _, slots = await offered(
        database, coordinator_on_team, first, proposed(nurse_on_team, days_ahead(2, 9))
    )
    await accepted(database, patient, first, slots[0])
    clock.forward(minutes=5)
    await offered(database, coordinator_on_team, second, proposed(nurse_on_team, days_ahead(2, 12)))
    assert await lapse_holds(database, clock.forward(minutes=6)) == 0


async def test_a_hold_that_cannot_be_ended_does_not_keep_the_others(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for hour in (9, 12):
        request = await asked(database, patient)
        await offered(
            database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2, hour))
        )
    monkeypatch.setattr(clocks, "lapse", at_first(lapse))
    now = clock.forward(minutes=11)
    assert [await lapse_holds(database, now) for _ in range(3)] == [1, 1, 0]
