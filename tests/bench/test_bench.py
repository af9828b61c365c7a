"""The bench's every line, run for moments: so that it works on the day it is needed."""

import asyncio

import pytest

from bench import machine
from bench.__main__ import measured
from bench.load import Load, Stuck, quantile, within
from bench.servers import KINDS, Given, Kind, measure
from bench.sizes import GLIMPSE
from bench.table import bare_of, table
from tests.databases import Databases, Servers


def test_a_bare_server_is_measured() -> None:
    found = measure(KINDS["bare, a commit a message, SQLite"], GLIMPSE)
    assert found["at 200/s"]["whole"]
    assert found["500 back, s"]


async def test_two_processes_behind_one_database_are_measured(
    databases: Databases, servers: Servers
) -> None:
    async with databases.copy("postgresql") as url:
        kind = KINDS["portal, PostgreSQL + Valkey, 2 processes"]
        given = Given(url, servers.valkey_url())
        found = await asyncio.to_thread(measure, kind, GLIMPSE, given)
    assert found["at 200/s"]["whole"]
    assert len(found["one change to 500, ms"]) == 2
    assert found["cpu s per 1,000"] > 0


def test_a_figure_stands_beside_that_of_the_bare_server_with_the_same_database() -> None:
    row = {
        "highest": 1000,
        "at 200/s": {"answer": [1.0, 2.0, 3.0], "last": [1.0, 2.0, 4.0]},
        "cpu s per 1,000": 0.5,
        "one change to 500, ms": [10.0, 12.0],
        "500 back, s": [0.2, 0.3, 0.4],
        "turned away on the way back": 0,
        "KiB a socket": 20.0,
        "machine": {"share of the cores used by others": 0.01},
    }
    lines = table({bare_of("portal, SQLite"): row, "portal, SQLite": row | {"highest": 500}})
    assert "| portal, SQLite | 500 (×0.50) | 1.0/2.0/3.0 (×1.00) |" in lines
    assert set(map(bare_of, KINDS)) - {""} <= set(KINDS)


def test_a_server_that_does_not_start_is_one_line_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(KINDS, "broken", Kind("bench.missing"))
    found, broken = measured(["broken"], GLIMPSE)
    assert (found, broken) == ({}, ["bench: broken: the server did not start"])


async def test_whatever_is_waited_for_has_an_end() -> None:
    with pytest.raises(Stuck, match="a socket opens"):
        async with within(0.0, "a socket opens"):
            await Load([1], "http://127.0.0.1:1").settle([1], 1, within=5.0)


def test_what_others_take_of_the_machine_is_seen() -> None:
    row = machine.Watch([]).seen()
    assert row["share of the cores used by others"] >= 0
    assert machine.is_quiet({"share of the cores used by others": 0.0})
    assert not machine.is_quiet({"share of the cores used by others": 0.5})
    assert quantile([0.001, 0.002], 0.99) == 2.0
