"""A reader that reads no more, over a real line: dropped soon, freed, and in nobody's way."""

from pathlib import Path
from socket import socket

import pytest

from portal.cli import serving as web
from portal.conversations import switchboard
from portal.conversations.models import Conversation
from portal.conversations.switchboard import Switchboard
from portal.db import Database
from portal.people.models import Person
from portal.realtime import connection as connections
from portal.realtime import socket as sockets
from portal.realtime.rates import Rate
from portal.settings import Settings
from tests.conftest import _on as on_database
from tests.conversations.people import page_of
from tests.realtime.test_relay import until
from tests.serving import serving

MOST_MESSAGES = 2000
UNHELD = Rate(per_second=1e9, burst=1e9)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reader_that_is_gone_is_dropped_and_its_line_is_freed(
    settings: Settings,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web, "UNACKNOWLEDGED_MS", 1000)
    monkeypatch.setattr(connections, "LONGEST_QUEUE", 8)
    # It takes megabytes to fill the buffers of a line.
    monkeypatch.setattr(switchboard, "MESSAGES", UNHELD)
    monkeypatch.setattr(sockets, "FRAMES", UNHELD)
    async with (
        serving(settings, database, on_database) as server,
        page_of(server, patient) as phone,
        page_of(server, nurse_on_team) as gone,
    ):
        board: Switchboard = server.app.state.portal.extras["switchboard"]
        await phone.follow(care)
        await gone.follow(care)
        line = _line_of(gone.connection.transport.get_extra_info("socket"))
        gone.connection.transport.pause_reading()
        for _ in range(MOST_MESSAGES):
            assert (await phone.send(care, "é" * 8000))["type"] == "sent"
            assert (await phone.hear("message"))["type"] == "message"
            if _sockets_of(board, nurse_on_team) == 0:
                break
        assert _sockets_of(board, nurse_on_team) == 0, "it was never dropped"
        await until(lambda: line not in _lines(), patience=30.0)


def _sockets_of(board: Switchboard, person: Person) -> int:
    open_now = [seat.connection for seat in board.door.seats if seat.connection.ending is None]
    return sum(connection.actor.person_id == person.id for connection in open_now)


def _line_of(client: socket) -> tuple[int, int]:
    """Its ports as the server's side of the line has them."""
    return client.getpeername()[1], client.getsockname()[1]


def _lines() -> set[tuple[int, int]]:
    """Established connections of this machine: own port, other's port."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = [row for row in rows if row[3] == "01"]
    return {(int(row[1][-4:], 16), int(row[2][-4:], 16)) for row in established}
