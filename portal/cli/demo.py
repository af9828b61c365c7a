"""`portal demo`: the demo clinic in one process, on a SQLite file of its own."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from portal.cli import logs
from portal.cli.migrate import migrate
from portal.cli.opening import require_current
from portal.cli.refusal import Refusal
from portal.cli.serving import listener_for, serve
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.db import Database


def run(arguments: Namespace) -> int:
    settings = demo_settings()
    if arguments.fresh:
        forget(database_file(settings))
    logs.set_up(settings.log_format, "WARNING")
    uvloop.run(main(settings))
    return 0


def database_file(settings: Settings) -> Path:
    return settings.data_folder / "demo.db"


def demo_settings() -> Settings:
    """Never DATABASE_URL: behind it may be real people, whom one click would sign in as."""
    settings = Settings.from_env(demo=True)
    return replace(settings, database_url=f"sqlite:///{database_file(settings)}")


def forget(file: Path) -> None:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


async def main(settings: Settings) -> None:
    from portal import worker
    from portal.demo import start

    listener = listener_for(settings)
    if not database_file(settings).exists():
        print("Setting up the demo clinic ...", flush=True)
    app = await start(settings)
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(app.state.portal.database, stop))
    try:
        await serve(
            app, listener, lambda: print(f"The demo clinic: {settings.public_url}", flush=True)
        )
    finally:
        stop.set()
        await working
