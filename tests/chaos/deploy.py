"""A deploy while pages are open: the old process ends, the new one serves, everybody comes back."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from bench import clinic
from bench.load import Load, Lost, Page, Socket
from bench.sizes import QUICK
from portal.conversations.models import Message
from portal.db import Database
from portal.settings import Settings
from tests.chaos.ground import ORIGIN, Ground, settings_on
from tests.chaos.storm import LONGEST_EXIT

A_PERSONS_PAGES = 3


@dataclass(frozen=True)
class Deploy:
    """How one deploy went; `wrong` is empty if every promise was kept."""

    sockets: int
    acknowledged: int
    exit_seconds: float
    back_seconds: float
    wrong: list[str]

    def __str__(self) -> str:
        return (
            f"{self.sockets} sockets: the old process ended within {self.exit_seconds:.1f} s, "
            f"the last page was back and caught up {self.back_seconds:.1f} s after SIGTERM, "
            f"{self.acknowledged} messages acknowledged: "
            + ("; ".join(self.wrong) or "every promise kept")
        )


async def deployed(folder: Path, sockets: int, longest: float = 3.0) -> Deploy:
    """One deploy on SQLite, with people writing all the while.

    `longest`: seconds until a page tries again, less jitter; 3 is what static/js/live.js takes.
    """
    async with ground_on_sqlite(folder) as ground:
        sizes = replace(QUICK, conversations=max(2, sockets // 10))
        made = await clinic.made(Settings.from_env(ground.settings), sizes)
        old = await ground.new_web()
        pages = _pages(made, sockets, old.port)
        load = Load(ground.ports(), ORIGIN)
        opened = await load.follow_all(pages, at_once=20)
        writing = asyncio.create_task(_write(load, opened, pages))
        new = await ground.new_web()
        begun = time.monotonic()
        took, refused = await asyncio.gather(old.terminate(), _is_refused(load, pages[0], opened))
        writing.cancel()
        back = await _all_back(load, opened, pages, new.port, longest)
        seconds = time.monotonic() - begun
        wrong = _closes(opened) + ([] if refused else ["a new socket was accepted"])
        if took > LONGEST_EXIT:
            wrong.append(f"the old process took {took:.1f} s to end")
        wrong += await _missing(ground.database(), load, pages, opened, back)
        return Deploy(sockets, len(load.answered), took, seconds, wrong)


@asynccontextmanager
async def ground_on_sqlite(folder: Path) -> AsyncIterator[Ground]:
    ground = Ground(f"sqlite:///{folder}/deploy.db", folder, {})
    ground.settings |= settings_on(ground)
    try:
        yield ground
    finally:
        await ground.stop()


def _pages(made: dict[str, list[str]], count: int, port: int) -> list[Page]:
    places, nurses = made["conversations"], made["nurses"]
    of_patients = zip(made["patients"] * A_PERSONS_PAGES, places * A_PERSONS_PAGES, strict=True)
    pages = [Page(cookie, place, port) for cookie, place in of_patients][:count]
    return pages + [
        Page(nurses[n % len(nurses)], places[n % len(places)], port)
        for n in range(count - len(pages))
    ]


async def _write(load: Load, sockets: list[Socket], pages: list[Page]) -> None:
    """A message every few milliseconds, until the lines are cut."""
    chance = random.Random(1)
    while True:
        number = chance.randrange(len(pages))
        if not sockets[number].is_lost:
            load.send(sockets[number], pages[number].place)
        await asyncio.sleep(0.01)


async def _is_refused(load: Load, page: Page, sockets: list[Socket]) -> bool:
    """Whether nobody is let in any more once the first page was told to go."""
    while not any(socket.is_lost for socket in sockets):
        await asyncio.sleep(0.005)
    try:
        await load.open(page.cookie, page.port)
    except (Lost, OSError):
        return True
    return False


async def _all_back(
    load: Load, opened: list[Socket], pages: list[Page], port: int, longest: float
) -> list[Socket]:
    """With the jitter of static/js/live.js; each goes on from what it has."""
    chance = random.Random(2)

    async def one(socket: Socket, page: Page) -> Socket:
        await asyncio.sleep(longest * (0.2 + 0.8 * chance.random()))
        while True:
            try:
                return await load.follow(page.cookie, page.place, port, socket.last_seq)
            except Lost:
                await asyncio.sleep(chance.random())

    pairs = zip(opened, pages, strict=True)
    return await asyncio.gather(*(one(socket, page) for socket, page in pairs))


def _closes(opened: list[Socket]) -> list[str]:
    reasons = Counter(socket.why_lost if socket.is_lost else "left open" for socket in opened)
    reasons.pop("closed with 1012", None)
    return [f"{count} sockets: {reason} instead of 1012" for reason, count in reasons.items()]


async def _missing(
    database: Database, load: Load, pages: list[Page], opened: list[Socket], back: list[Socket]
) -> list[str]:
    async with database.read() as session:
        found = await session.exec(select(col(Message.conversation_id), col(Message.client_id)))
        rows = found.all()
    await database.dispose()
    heads = Counter(str(place) for place, _ in rows)
    kept = {client_id.int & 0xFFFFFFFFFFFF for _, client_id in rows}
    wrong = [f"message {number} is lost" for number in load.answered if number not in kept]
    for before, after, page in zip(opened, back, pages, strict=True):
        if before.messages + after.messages != heads[str(UUID(page.place))]:
            wrong.append("a page has not every message once")
    return wrong
