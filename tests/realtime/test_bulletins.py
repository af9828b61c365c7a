"""Announcements that workers leave in the database, and web processes that read them."""

from datetime import timedelta

import pytest

from portal import clock as portal_clock
from portal.announcements import Announcement
from portal.db import Database
from portal.ids import new_id
from portal.realtime import bulletins
from portal.realtime.bulletins import Reader, forget_bulletins
from portal.realtime.hub import MISSED, NOBODY, Hub
from tests.conftest import Clock


class Page:
    def __init__(self, hub: Hub) -> None:
        self.heard: list[Announcement] = []
        hub.join("triage", self)

    def hear(self, announcement: Announcement) -> None:
        self.heard.append(announcement)


@pytest.fixture
def worker(database: Database) -> Database:
    database.post = bulletins.post
    return database


async def announced(database: Database) -> Announcement:
    async with database.work() as work:
        work.announce("triage", "flag:escalate", new_id(), new_id())
    return work.announcements[0]


async def test_every_web_process_hears_once_what_was_left_since_it_began(
    worker: Database, clock: Clock
) -> None:
    await announced(worker)
    hubs = [Hub(), Hub()]
    pages = [Page(hub) for hub in hubs]
    readers = [Reader(worker, hub) for hub in hubs]
    for reader in readers:
        await reader.look()
    told = [await announced(worker), await announced(worker)]
    for reader in (*readers, *readers):
        await reader.look()
    assert [page.heard for page in pages] == [told, told]


async def test_what_is_rolled_back_was_never_announced(worker: Database, clock: Clock) -> None:
    reader, page = _one(worker)
    await reader.look()
    with pytest.raises(KeyError):
        async with worker.work() as work:
            work.announce("triage", "flag:escalate", new_id(), None)
            raise KeyError("what the job found")
    await reader.look()
    assert page.heard == []


async def test_a_process_that_could_not_look_for_long_lets_its_pages_look_for_themselves(
    worker: Database, clock: Clock
) -> None:
    reader, page = _one(worker)
    await reader.look()
    await announced(worker)
    clock.forward(minutes=10)
    await reader.look()
    await reader.look()
    assert page.heard == [Announcement("triage", MISSED, NOBODY)]


async def test_they_are_forgotten_once_everybody_has_read_them(
    worker: Database, clock: Clock
) -> None:
    await announced(worker)
    assert await forget_bulletins(worker, portal_clock.now() + timedelta(minutes=1)) == 0
    assert await forget_bulletins(worker, portal_clock.now() + timedelta(minutes=5)) == 1


def _one(database: Database) -> tuple[Reader, Page]:
    hub = Hub()
    return Reader(database, hub), Page(hub)
