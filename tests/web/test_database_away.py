"""A database that freezes: pages say so within seconds, and go on by themselves afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy.engine import make_url
from starlette.requests import Request
from uvicorn.protocols.utils import ClientDisconnected

from portal.app import Portal
from portal.db import Database
from portal.people.models import Person
from portal.web.problems import on_no_database
from tests.clients import Client, sign_in

PATIENCE = 8.0


class Line:
    """Carries bytes to PostgreSQL's socket, until it is frozen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.thawed = asyncio.Event()
        self.thawed.set()

    async def open(self) -> int:
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return int(self.server.sockets[0].getsockname()[1])

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(str(self.path))
        await asyncio.gather(self._pour(reader, far_writer), self._pour(far_reader, writer))

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self.thawed.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    url = make_url(database_url)
    line = Line(Path(str(url.query["host"])) / ".s.PGSQL.5432")
    yield line
    line.thawed.set()
    line.server.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_frozen_database_is_said_within_seconds_and_forgotten_when_it_is_back(
    app: Portal, database: Database, database_url: str, line: Line, patient: Person
) -> None:
    cookie, actor = await sign_in(database, patient)
    url = make_url(database_url).set(host="127.0.0.1", port=await line.open(), query={})
    far = Database(url.render_as_string(hide_password=False), database.vault)
    app.state.portal.database = far
    client = Client(app, cookie, actor)
    try:
        assert (await client.get("/help")).status_code == 200
        line.thawed.clear()
        began = time.monotonic()
        answer = await client.get("/help")
        assert (answer.status_code, time.monotonic() - began < PATIENCE) == (503, True)
        assert "We cannot reach our records right now" in answer.text
        assert (await client.get("/healthz")).status_code == 200
        line.thawed.set()
        assert (await client.get("/help")).status_code == 200
    finally:
        line.thawed.set()
        await client.aclose()
        await far.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_readiness_names_the_database_that_is_away_and_nothing_else(
    app: Portal, database: Database
) -> None:
    app.state.portal.database = away = Database("postgresql://u@127.0.0.1:9/x", database.vault)
    client = Client(app)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["database"])
    await client.aclose()
    await away.dispose()


async def test_whoever_hangs_up_first_does_not_make_the_database_look_away() -> None:
    request = Request({"type": "http", "headers": []})
    with structlog.testing.capture_logs() as logs, pytest.raises(ClientDisconnected):
        await on_no_database(request, ClientDisconnected())
    assert logs == []
