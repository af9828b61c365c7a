"""What cannot be opened waits for its key, and holds up nothing that was written later."""

from uuid import UUID

import pytest
import structlog
from sqlmodel import select

from portal import clock
from portal.conversations.reading_models import MessageReading
from portal.db import Database
from portal.flags.queries import flags_of
from portal.people.models import Person
from portal.readings import waiting
from portal.readings.waiting import settling_waiting
from tests.readings.words import wrote


async def test_a_newer_message_is_judged_whatever_cannot_be_opened_before_it(
    database: Database, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "AT_A_TIME", 2)
    kept = await without_their_key(database, patient, 3)
    await wrote(database, patient, "I cant breathe properly")
    settle = settling_waiting()
    with structlog.testing.capture_logs() as logs:
        assert await settle(database, clock.now()) == 1
        assert await settle(database, clock.now()) == 0
    assert [(line["event"], line["number"]) for line in logs] == [("readings.cannot_open", 3)]
    assert await number_of_flags(database, patient) == 1
    await with_their_key(database, kept)
    with structlog.testing.capture_logs() as logs:
        assert await settle(database, clock.now()) == 3
    assert [line["number"] for line in logs if line["event"] == "readings.cannot_open"] == [0]
    assert await number_of_flags(database, patient) == 4


async def without_their_key(database: Database, patient: Person, number: int) -> dict[UUID, bytes]:
    """Messages whose readings were sealed with a key that is gone."""
    for _ in range(number):
        await wrote(database, patient, "I threw up twice")
    async with database.work() as work:
        rows = (await work.session.exec(select(MessageReading))).all()
        kept = {row.message_id: row.found for row in rows}
        for row in rows:
            row.found = b"gone" + row.found[4:]
            work.session.add(row)
    return kept


async def with_their_key(database: Database, kept: dict[UUID, bytes]) -> None:
    async with database.work() as work:
        for id, found in kept.items():
            row = await work.session.get_one(MessageReading, id)
            row.found = found
            work.session.add(row)


async def number_of_flags(database: Database, patient: Person) -> int:
    async with database.read() as session:
        return len(await flags_of(session, patient.id))
