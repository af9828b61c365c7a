"""The worker: its loop, and as a real process."""

import asyncio
import signal
from datetime import datetime

import pytest
import structlog

from portal import worker
from portal.db import Database
from portal.sealing import Vault
from tests.cli.commands import running, settings_for
from tests.warm import cold


async def test_it_starts_and_stops_when_told(database_url: str) -> None:
    settings = settings_for(database_url)
    async with running("worker", until="worker.started", settings=settings, start=cold) as process:
        process.send_signal(signal.SIGTERM)
        done = await process.ended(10)
    assert done.code == 0
    assert "worker.stopped" in done.err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_job_that_fails_does_not_stop_the_others(database: Database) -> None:
    done: list[str] = []

    async def fails(database: Database, now: datetime) -> None:
        raise ValueError("words of a patient")

    async def works(database: Database, now: datetime) -> None:
        done.append("worked")

    await worker.run_once(database, (fails, works))
    assert done == ["worked"]


async def test_without_a_database_a_round_ends_with_one_line_and_the_next_begins_anew() -> None:
    away = Database("postgresql://portal@127.0.0.1:9/portal", Vault(["a key"]))
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            await worker.run_once(away)
    assert [(line["event"], line["job"]) for line in logs] == [
        ("worker.failed", worker.JOBS[0].__name__)
    ] * 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_job_that_is_running_is_finished_before_the_end(database: Database) -> None:
    stop, begun, done = asyncio.Event(), asyncio.Event(), list[str]()

    async def slow(database: Database, now: datetime) -> None:
        begun.set()
        await asyncio.sleep(0.02)
        done.append("finished")

    working = asyncio.create_task(worker.run(database, stop, (slow,)))
    await begun.wait()
    stop.set()
    await asyncio.wait_for(working, 2)
    assert done == ["finished"]


async def test_all_jobs_run_on_an_empty_clinic(database: Database) -> None:
    await worker.run_once(database)
