"""`portal demo`: the demo clinic in one process, on a SQLite file of its own."""

import asyncio
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import uvloop
from sqlmodel import select

from portal import clock, worker
from portal.accounts.provider import use_provider
from portal.app import create_app
from portal.cli import logs
from portal.cli.migrate import upgrade
from portal.cli.serving import listener_for, serve
from portal.demo.data import build
from portal.demo.personas import link_everybody
from portal.demo.sign_in import own_provider
from portal.people.models import Person
from portal.settings import Settings
from portal.web.schema import schema_problem

if TYPE_CHECKING:
    from portal.app import Portal
    from portal.db import Database


def run(arguments: Namespace) -> int:
    settings = demo_settings()
    logs.set_up(settings.log_format, "WARNING")
    # Before anything is forgotten: a taken port may mean that the demo is in use.
    listener = listener_for(settings)
    if arguments.fresh:
        forget(database_file(settings))
    uvloop.run(main(settings, listener))
    return 0


def demo_settings() -> Settings:
    """Never DATABASE_URL: behind it may be real people, whom one click would sign in as."""
    settings = Settings.from_env(demo=True)
    return replace(settings, database_url=f"sqlite:///{database_file(settings)}")


def database_file(settings: Settings) -> Path:
    return settings.data_folder / "demo.db"


def forget(file: Path) -> None:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


async def main(settings: Settings, listener: socket) -> None:
    app = await start(settings)
    stop = asyncio.Event()
    database = app.state.portal.database
    working = asyncio.create_task(worker.run_all(database, stop, settings))
    try:
        await serve(app, listener, lambda: _say(f"The demo clinic: {settings.public_url}"))
    finally:
        stop.set()
        await working


async def start(settings: Settings) -> "Portal":
    """The app with its own provider, on a clinic that is there and up to date."""
    mount, provider = own_provider(settings)
    app = create_app(settings, mount)
    use_provider(app.state.portal, provider)
    database = app.state.portal.database
    await _furnish(database, settings)
    async with database.work(origin="command") as work:
        # The issuer holds the port, which may be another one than last time.
        await link_everybody(work, settings.oidc.issuer)
    return app


async def _furnish(database: "Database", settings: Settings) -> None:
    async with database.read() as session:
        is_current = await schema_problem(session) is None
    if not is_current:
        await upgrade(settings.database_url)
    async with database.read() as session:
        is_empty = (await session.exec(select(Person.id).limit(1))).first() is None
    if is_empty:
        _say("Setting up three months of a clinic ...")
        await build(database, clock.now())


def _say(words: str) -> None:
    print(words, flush=True)
