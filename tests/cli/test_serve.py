"""`portal serve` as a real process, on both databases."""

import signal
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from portal.accounts.sessions import COOKIE
from portal.app import create_app
from portal.cli.serve import processes_for
from portal.cli.serving import config_for, listener_for
from portal.db import Database
from portal.people.models import Person
from portal.settings import Settings
from tests.cli.commands import GOOD, command, fetch, free_port, serving, settings_for
from tests.clients import sign_in
from tests.databases import Servers
from tests.warm import cold

DEMO_SIGN_IN = ("/demo-provider/authorize", "/demo-provider/.well-known/openid-configuration")


async def test_it_serves_without_the_demo_logs_no_words_and_ends_in_good_order(
    database: Database, database_url: str, nurse_on_team: Person
) -> None:
    """On its way out it tells an open socket to come back."""
    cookie, _ = await sign_in(database, nurse_on_team)
    async with serving(settings_for(database_url), cold) as (process, address):
        ready = await fetch(f"{address}/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert "server" not in ready.headers
        assert [(await fetch(address + path)).status_code for path in DEMO_SIGN_IN] == [404, 404]
        await fetch(f"{address}/welcome?next=/secret-word")
        async with page_on(address, cookie) as page:
            await page.recv()
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                await page.recv()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1012
        done = await process.ended(10)
    assert done.code == 0
    assert "secret-word" not in done.out + done.err
    assert "serve.made_up_number" in done.err  # nobody has set NURSE_LINE


def page_on(address: str, cookie: str) -> connect:
    """The live socket of somebody's open page."""
    return connect(
        address.replace("http", "ws", 1) + "/live",
        origin=Origin(address),
        additional_headers={"Cookie": f"{COOKIE}={cookie}"},
    )


async def test_it_refuses_a_database_without_its_schema(empty_url: str) -> None:
    done = await command("serve", **settings_for(empty_url))
    assert done.code == 1
    assert done.err == "portal: the database has no schema yet; run: portal migrate\n"


@pytest.mark.parametrize("words", ["serve", "migrate", "people add --name N --role nurse"])
async def test_a_schema_from_the_future_is_refused(
    words: str, database: Database, database_url: str
) -> None:
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_future'")
    done = await command(*words.split(), **settings_for(database_url))
    assert done.code == 1
    assert "newer version" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_taken_port_is_one_line(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = await command("serve", **settings_for(database_url, PORT=port))
    assert done.code == 1
    assert done.err.startswith(f"portal: cannot listen on 127.0.0.1:{port}")


def test_a_peer_that_stops_reading_is_given_up() -> None:
    settings = Settings.from_env(GOOD | {"PORT": free_port()})
    with listener_for(settings) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000


def test_nobody_may_speak_for_anothers_address_unless_named() -> None:
    closed = config_for(create_app(Settings.from_env(GOOD)))
    assert closed.proxy_headers is False
    named = config_for(create_app(Settings.from_env(GOOD | {"FORWARDED_ALLOW_IPS": "10.0.0.1"})))
    assert (named.proxy_headers, named.forwarded_allow_ips) == (True, "10.0.0.1")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_several_processes_serve_where_valkey_joins_them(
    database_url: str, servers: Servers
) -> None:
    joined = settings_for(database_url, WEB_CONCURRENCY="2", REDIS_URL=servers.valkey_url())
    async with serving(joined, cold) as (process, address):
        assert (await fetch(f"{address}/readyz")).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert (await process.ended(20)).code == 0


def test_several_processes_need_something_that_joins_them() -> None:
    alone = Settings.from_env(GOOD | {"WEB_CONCURRENCY": "4"})
    assert processes_for(alone) == 1
    joined = Settings.from_env(GOOD | {"WEB_CONCURRENCY": "4", "REDIS_URL": "redis://127.0.0.1"})
    assert processes_for(joined) == 4
