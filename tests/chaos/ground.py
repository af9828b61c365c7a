"""A clinic on real servers: one web process on SQLite, or two behind PostgreSQL and Valkey."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from portal.audit.queries import verify
from portal.cli.migrate import upgrade
from portal.conversations.actions import open_conversations
from portal.conversations.models import Conversation, Message
from portal.db import Database
from portal.people.models import Person
from portal.permissions import Role
from portal.sealing import Vault
from tests.chaos.programs import Process, Service, Web
from tests.chaos.writers import Writer
from tests.clients import sign_in
from tests.keys import ENCRYPTION_KEY, SECRET_KEY
from tests.people import clinic_of
from tests.services import postgresql_program, valkey_program

ORIGIN = "http://127.0.0.1:1"
CALM = 60.0


@dataclass
class Ground:
    """The programs that may go wrong, and the people who write meanwhile."""

    url: str
    folder: Path
    settings: dict[str, str]
    webs: list[Web] = field(default_factory=list)
    services: list[Process] = field(default_factory=list)
    writers: list[Writer] = field(default_factory=list)
    started: int = 0

    @property
    def programs(self) -> list[Process]:
        return [*self.webs, *self.services]

    def ports(self) -> list[int]:
        return [web.port for web in self.webs if web.process is not None]

    async def new_web(self) -> Web:
        self.started += 1
        web = Web(f"web{self.started}", self.settings, self.folder)
        await web.start()
        self.webs.append(web)
        return web

    def database(self) -> Database:
        return Database(self.url, Vault([ENCRYPTION_KEY], SECRET_KEY))

    async def stop(self) -> None:
        for program in self.programs:
            program.thaw()
            await program.kill()


@asynccontextmanager
async def on_sqlite(folder: Path, template: str | None = None) -> AsyncIterator[Ground]:
    """`template`: a migrated database to begin with."""
    path = folder / "chaos.db"
    if template is not None:
        shutil.copyfile(template.removeprefix("sqlite:///"), path)
    async with _prepared(Ground(f"sqlite:///{path}", folder, {}), webs=1) as ground:
        yield ground


@asynccontextmanager
async def on_postgresql(folder: Path) -> AsyncIterator[Ground]:
    async with AsyncExitStack() as stack:
        # Durable: what a killed server has acknowledged must be there when it is back.
        database = Service("PostgreSQL", stack.enter_context(postgresql_program(durable=True)))
        valkey = Service("Valkey", stack.enter_context(valkey_program()))
        ground = Ground(database.url, folder, {"REDIS_URL": valkey.url})
        ground.services = [database, valkey]
        stack.push_async_callback(ground.stop)
        await asyncio.gather(database.start(), valkey.start())
        yield await stack.enter_async_context(_prepared(ground, webs=2))


@asynccontextmanager
async def _prepared(ground: Ground, webs: int) -> AsyncIterator[Ground]:
    ground.settings |= settings_on(ground)
    await upgrade(ground.url)
    async with ground.database().read() as session:
        is_empty = (await session.exec(select(Person))).first() is None
    if is_empty:
        await clinic_of(ground.url)
    try:
        await asyncio.gather(*(ground.new_web() for _ in range(webs)))
        yield ground
    finally:
        await ground.stop()


def settings_on(ground: Ground) -> dict[str, str]:
    return {
        "DATABASE_URL": ground.url,
        "DATA_FOLDER": str(ground.folder),
        "PUBLIC_URL": ORIGIN,
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEYS": ENCRYPTION_KEY,
        "OIDC_ISSUER": "https://provider.test",
        "OIDC_CLIENT_ID": "portal",
        "LOG_FORMAT": "json",
    }


async def people_write(ground: Ground, count: int, seed: int) -> None:
    """Fill the ground with writers: of each conversation the patient and people of the team."""
    database, chance = ground.database(), random.Random(seed)
    async with database.read() as session:
        people = (await session.exec(select(Person).order_by(col(Person.name)))).all()
    patient = next(person for person in people if person.name == "Patient A")
    names = {"Patient A", "Night nurse", "Day nurse", "Day doctor"}
    team = [person for person in people if person.name in names]
    async with database.work() as work:
        care, notes = await open_conversations(work, patient.id)
    staff = [person for person in team if person.role is not Role.PATIENT]
    for number in range(count):
        place, writers = (care, team) if number % 2 == 0 else (notes, staff)
        person = writers[number // 2 % len(writers)]
        cookie, _ = await sign_in(database, person)
        width = 1 if number % 3 else 8
        ground.writers.append(
            Writer(cookie, place.id, ground.ports, width=width, seed=chance.getrandbits(32))
        )
    await database.dispose()


async def calm(ground: Ground) -> None:
    """Nobody writes anything new; until everybody has their answers and all messages."""
    for writer in ground.writers:
        writer.is_writing = False
    async with asyncio.timeout(CALM):
        while any(writer.waiting for writer in ground.writers):
            await asyncio.sleep(0.05)
        heads = await _heads(ground)
        while any(writer.last != heads[writer.place] for writer in ground.writers):
            await asyncio.sleep(0.05)


async def _heads(ground: Ground) -> dict[UUID, int]:
    database = ground.database()
    async with database.read() as session:
        found = (await session.exec(select(Conversation))).all()
    await database.dispose()
    return {conversation.id: conversation.last_seq for conversation in found}


async def verdict(ground: Ground) -> list[str]:
    """Everything that was promised and not kept; nothing, if all is well."""
    wrong = [line for writer in ground.writers for line in writer.wrong]
    database = ground.database()
    for place in {writer.place for writer in ground.writers}:
        async with database.read() as session:
            found = await session.exec(
                select(Message.seq, Message.id, Message.client_id)
                .where(col(Message.conversation_id) == place)
                .order_by(col(Message.seq))
            )
            rows = [(seq, id, client_id) for seq, id, client_id in found.all()]
        wrong += _faults([writer for writer in ground.writers if writer.place == place], rows)
    async with database.read() as session:
        trail = await verify(session)
    await database.dispose()
    if trail.broken_at is not None:
        wrong.append(f"the audit trail is broken at {trail.broken_at}")
    return wrong


def _faults(writers: list[Writer], rows: list[tuple[int, UUID, UUID]]) -> list[str]:
    wrong = []
    if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
        wrong.append("the numbers have a hole")
    kept = {client_id: (id, seq) for seq, id, client_id in rows}
    if len(kept) != len(rows):
        wrong.append("a message is there twice")
    for writer in writers:
        answers = writer.acknowledged
        wrong += [
            f"lost: {seq}" for name, (id, seq) in answers.items() if kept.get(name) != (id, seq)
        ]
        numbers = [seq for _, seq in answers.values()]
        if writer.width == 1 and numbers != sorted(numbers):
            wrong.append("a writer's order is not kept")
        if writer.seen != rows:
            wrong.append(f"a follower has {len(writer.seen)} of {len(rows)}, or in another order")
    return wrong
