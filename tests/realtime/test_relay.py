"""Announcements between processes, over a real Valkey whose line can be cut."""

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from portal.accounts.sessions import end_all_sessions
from portal.announcements import Announcement
from portal.app import Portal
from portal.conversations.actions import open_conversations
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.actions import add_person, care_team_named
from portal.people.models import Person
from portal.permissions import Role
from portal.realtime.hub import MISSED, Hub
from portal.realtime.relay import Relay
from portal.sealing import Vault
from portal.settings import Settings
from tests.conversations.people import page_of
from tests.databases import Servers, give_up
from tests.people import ZONE
from tests.services import ServiceMissing
from tests.serving import Served, serving


class Line:
    """A line to Valkey that a test can cut and mend, or hold: then nothing comes through."""

    def __init__(self, server: str, path: Path) -> None:
        self.url = f"unix://{path}"
        self._server = server.removeprefix("unix://")
        self._path = path
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()

    def hold(self) -> None:
        self._flows.clear()

    def let_go(self) -> None:
        self._flows.set()

    async def mend(self) -> None:
        self._listener = await asyncio.start_unix_server(self._carry, self._path)

    async def cut(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._path.unlink(missing_ok=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._server)
        both = {writer, far_writer}
        self._writers |= both
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pour(reader, far_writer), self._pour(far_reader, writer))
        self._writers -= both

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            await self._flows.wait()
            sink.write(data)
            await sink.drain()
        sink.close()


class Listener:
    def __init__(self) -> None:
        self.heard: list[Announcement] = []

    def hear(self, announcement: Announcement) -> None:
        self.heard.append(announcement)

    @property
    def kinds(self) -> list[str]:
        return [announcement.kind for announcement in self.heard]


@pytest.fixture
def valkey_url(servers: Servers) -> str:
    if isinstance(servers.valkey, ServiceMissing):
        give_up(f"No Valkey: {servers.valkey}.")
    return str(servers.valkey)


@pytest.fixture
async def line(valkey_url: str, tmp_path: Path) -> AsyncIterator[Line]:
    made = Line(valkey_url, tmp_path / "line")
    await made.mend()
    yield made
    await made.cut()


async def until(condition: Callable[[], object], patience: float = 10.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


Process = tuple[Hub, Relay, Listener]


@pytest.fixture
async def process(line: Line) -> AsyncIterator[Callable[[], Awaitable[Process]]]:
    """`await process()`: a web process with somebody who listens to `triage`."""
    async with contextlib.AsyncExitStack() as stack:

        async def start() -> Process:
            hub, listener = Hub(), Listener()
            relay = Relay(line.url, hub)
            await stack.enter_async_context(relay.running())
            await until(lambda: relay.is_connected)
            hub.join("triage", listener)
            return hub, relay, listener

        yield start


def news(kind: str = "flag") -> Announcement:
    return Announcement("triage", kind, uuid4(), uuid4())


Start = Callable[[], Awaitable[Process]]


async def test_what_one_process_commits_every_process_hears_once(process: Start) -> None:
    _, here, near = await process()
    _, _, far = await process()
    first, second = news(), news()
    here.publish([first])
    here.publish([second])
    await until(lambda: len(far.heard) == 2)
    assert near.heard == far.heard == [first, second]
    await asyncio.sleep(0.05)
    assert len(near.heard) == 2


async def test_without_the_line_everybody_here_still_hears_at_once(
    process: Start, line: Line
) -> None:
    _, relay, listener = await process()
    await line.cut()
    relay.publish([news("local")])
    assert listener.kinds == ["local"]
    await until(lambda: not relay.is_connected)


async def test_what_was_published_before_the_end_is_still_told(process: Start, line: Line) -> None:
    _, _, far = await process()
    leaving = Relay(line.url, Hub())
    last = news("last")
    async with leaving.running():
        leaving.publish([last])
    await until(lambda: far.heard == [last])


async def test_without_the_line_a_process_ends_all_the_same(line: Line) -> None:
    await line.cut()
    leaving = Relay(line.url, Hub())
    async with asyncio.timeout(5), leaving.running():
        leaving.publish([news()])


async def test_after_a_gap_everybody_looks_for_what_they_missed(process: Start, line: Line) -> None:
    _, here, _ = await process()
    _, there, far = await process()
    await line.cut()
    here.publish([news("unheard")])
    await until(lambda: not there.is_connected and not here.is_connected)
    assert far.heard == []
    await line.mend()
    await until(lambda: MISSED in far.kinds)
    await until(lambda: there.is_connected and here.is_connected)
    here.publish([news("again")])
    await until(lambda: "again" in far.kinds)


async def test_a_line_that_is_open_and_silent_counts_as_lost_until_it_answers(
    process: Start, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.realtime.relay.HEALTH_EVERY", 0.1)
    monkeypatch.setattr("portal.realtime.relay.PATIENCE", 0.3)
    monkeypatch.setattr("portal.realtime.relay.LOOK_EVERY", 0.1)
    _, here, _ = await process()
    _, there, far = await process()
    await asyncio.sleep(0.5)
    assert there.is_connected
    assert MISSED not in far.kinds
    line.hold()
    here.publish([news("unheard")])
    await until(lambda: not there.is_connected and MISSED in far.kinds)
    line.let_go()
    await until(lambda: there.is_connected and here.is_connected)
    here.publish([news("again")])
    await until(lambda: "again" in far.kinds)


async def test_a_line_that_is_away_is_said_once_and_once_that_it_is_back(
    process: Start, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.realtime.relay.TRY_AGAIN_AFTER", 0.01)
    _, relay, _ = await process()
    with structlog.testing.capture_logs() as logs:
        await line.cut()
        relay.publish([news()])
        await until(lambda: len(logs) == 2)
        await asyncio.sleep(0.2)
        await line.mend()
        await until(lambda: relay.is_connected)
    said = [entry["event"] for entry in logs]
    assert sorted(said) == ["relay.back", "relay.cannot_hear", "relay.cannot_speak"]


async def test_more_than_can_wait_becomes_one_look(
    process: Start, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, here, near = await process()
    _, _, far = await process()
    await line.cut()
    for _ in range(30):
        here.publish([news()] * 1000)
    assert len(near.heard) == 30_000
    await line.mend()
    await until(lambda: MISSED in far.kinds)
    assert len(far.heard) < 100


async def test_what_is_no_letter_of_ours_is_passed_over(process: Start) -> None:
    _, here, _ = await process()
    _, there, far = await process()
    there._take(b"not ours")
    there._take(b'["x",[]]')
    here.publish([news("ours")])
    await until(lambda: far.kinds == ["ours"])


async def test_each_process_hears_what_people_use_in_the_others(process: Start) -> None:
    _, here, _ = await process()
    _, there, _ = await process()
    who, heard = uuid4(), list[int]()
    there.tally.on_spent = lambda person_id, count: heard.append(count)
    here.tally.sit(who)
    for _ in range(3):
        here.tally.spend(who)
    await until(lambda: there.tally.open_for(who) == 1 and heard == [3])
    here.tally.rise(who)
    await until(lambda: there.tally.open_for(who) == 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_processes_show_each_others_messages(
    settings: Settings, line: Line, database_url: str
) -> None:
    """The whole way: sent through one process, shown on a page of the other, and after a gap."""
    async with _two_servers(settings, line) as (one, other):
        care, patient, nurse = await _clinic(one)
        async with page_of(one, patient) as phone, page_of(other, nurse) as desk:
            await desk.follow(care)
            await phone.send(care, "Hello")
            assert (await desk.hear("message"))["body"] == "Hello"
            await line.cut()
            assert (await phone.send(care, "Unheard for now"))["type"] == "sent"
            assert (await desk.hear("state", "message"))["delayed"]
            # Nobody announces it, but it is looked for.
            assert (await desk.hear("message"))["body"] == "Unheard for now"
            await line.mend()
            assert not (await desk.hear("state"))["delayed"]
            async with one.database.work() as work:
                await end_all_sessions(work, nurse.id)
            assert await desk.closed() == 4401


@asynccontextmanager
async def _two_servers(settings: Settings, line: Line) -> AsyncIterator[tuple[Served, Served]]:
    shared = dataclasses.replace(settings, redis_url=line.url)
    async with contextlib.AsyncExitStack() as stack:
        served = []
        for _ in range(2):
            own = Database(shared.database_url, Vault(shared.encryption_keys))
            stack.push_async_callback(own.dispose)
            served.append(await stack.enter_async_context(serving(shared, own, _through_relay)))
        yield served[0], served[1]


def _through_relay(database: Database, app: Portal) -> Portal:
    relay = app.state.portal.extras["relay"]
    app.state.portal.database = database
    database.publish = relay.publish
    return app


async def _clinic(served: Served) -> tuple[Conversation, Person, Person]:
    async with served.database.work() as work:
        team = await care_team_named(work, "Team North")
        patient, nurse = [
            await add_person(work, name=name, role=role, time_zone=ZONE, care_team=team)
            for name, role in (("Patient A", Role.PATIENT), ("Night nurse", Role.NURSE))
        ]
        care, _ = await open_conversations(work, patient.id)
    return care, patient, nurse
