"""`portal demo` as a real process: it sets up, keeps what was done, and starts over when told."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal.cli.demo import demo_settings, forget
from tests.cli.commands import fetch, free_port, running
from tests.warm import Start, Warm, cold

FIRST_PERSON = "SELECT name FROM person ORDER BY id LIMIT 1"


async def one_run(folder: Path, *words: str, start: Start = Warm) -> str:
    """Start the demo, see that it works, stop it; what it said before it was ready."""
    # DATABASE_URL may hold real people: the demo must not even look at it.
    settings = {"DATA_FOLDER": str(folder), "PORT": free_port(), "DATABASE_URL": "nonsense://"}
    address = f"http://127.0.0.1:{settings['PORT']}"
    async with running(
        "demo", *words, until="The demo clinic: ", settings=settings, start=start
    ) as process:
        assert (await fetch(f"{address}/readyz")).json()["ready"] is True
        cards = await fetch(f"{address}/sign-in")
        assert cards.headers["location"].startswith(f"{address}/demo-provider/authorize?")
        process.send_signal(signal.SIGTERM)
        done = await process.ended(15)
    assert done.code == 0
    return done.err


def rename_somebody(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        name = connection.execute(FIRST_PERSON).fetchone()[0]
        connection.execute("UPDATE person SET name = 'Renamed' WHERE name = ?", (name,))


def somebody(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute(FIRST_PERSON).fetchone()[0])


async def test_the_demo_keeps_what_was_done_until_it_is_told_to_start_over(
    tmp_path: Path,
) -> None:
    file = tmp_path / "demo.db"
    assert await one_run(tmp_path, start=cold) == ""
    rename_somebody(file)
    assert await one_run(tmp_path) == ""
    assert somebody(file) == "Renamed"
    await one_run(tmp_path, "--fresh")
    assert somebody(file) != "Renamed"


def test_starting_over_forgets_the_demos_files_and_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path))
    settings = demo_settings()
    real = tmp_path / "files" / "photo"
    for kept in (real, settings.files.folder / "photo", tmp_path / "portal.db"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(b"sealed")
    forget(settings)
    forget(settings)
    assert real.exists()
    assert (tmp_path / "portal.db").exists()
    assert not settings.files.folder.exists()
