"""Databases for the tests: migrated and furnished once, then one for each test."""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
)
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pytest

from portal.cli.migrate import upgrade
from tests import services
from tests.postgresql import PostgreSQL

Furnish = Callable[[str], Awaitable[None]]


def give_up(sentence: str) -> None:
    """Skip with one plain sentence; where everything must be there (CI), fail instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


class Servers:
    """PostgreSQL and Valkey, each started when a test first asks for it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    @cached_property
    def postgresql(self) -> str | services.ServiceMissing:
        return self._start(services.postgresql())

    @cached_property
    def valkey(self) -> str | services.ServiceMissing:
        return self._start(services.valkey())

    def valkey_url(self) -> str:
        server = self.valkey
        if isinstance(server, services.ServiceMissing):
            give_up(f"Valkey cannot be started here: {server}")
        return str(server)

    def _start(self, service: AbstractContextManager[str]) -> str | services.ServiceMissing:
        try:
            return self._stack.enter_context(service)
        except services.ServiceMissing as missing:
            return missing


class Kind(Protocol):
    def url(self, name: str) -> str: ...

    async def create(self, template: str | None) -> str:
        """A new database's name: a copy of the template, or without any schema."""

    def lend(self, template: str | None) -> AbstractAsyncContextManager[str]:
        """The URL of a database that holds just what the template does, for one test."""

    async def dispose(self) -> None: ...


class SQLite:
    """Databases that are files, each used once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}"

    async def create(self, template: str | None) -> str:
        name = f"{next(self._numbers)}.db"
        if template:
            shutil.copyfile(self._folder / template, self._folder / name)
        return name

    @asynccontextmanager
    async def lend(self, template: str | None) -> AsyncIterator[str]:
        name = await self.create(template)
        yield self.url(name)
        for left in self._folder.glob(f"{name}*"):
            left.unlink()

    async def dispose(self) -> None:
        shutil.rmtree(self._folder)


class Databases:
    """A migrated template of each kind, furnished ones, and copies of them."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers = servers
        self._folder = folder
        self._kinds: dict[str, Kind] = {}
        self._templates: dict[tuple[str, Furnish], str] = {}

    @asynccontextmanager
    async def copy(self, kind: str, furnish: Furnish = upgrade) -> AsyncIterator[str]:
        """The URL of a fresh database with the current schema and nothing in it.

        `furnish` fills a template of its own once; each copy then begins with what it put there.
        """
        async with self._kind(kind).lend(await self._template(kind, furnish)) as url:
            yield url

    @asynccontextmanager
    async def empty(self, kind: str) -> AsyncIterator[str]:
        """The URL of a fresh database without any schema."""
        async with self._kind(kind).lend(None) as url:
            yield url

    async def dispose(self) -> None:
        for kind in self._kinds.values():
            await kind.dispose()

    async def _template(self, kind: str, furnish: Furnish) -> str:
        if (kind, furnish) not in self._templates:
            before = None if furnish is upgrade else await self._template(kind, upgrade)
            name = await self._kind(kind).create(before)
            await furnish(self._kind(kind).url(name))
            self._templates[kind, furnish] = name
        return self._templates[kind, furnish]

    def _kind(self, kind: str) -> Kind:
        if kind not in self._kinds:
            self._kinds[kind] = self._postgresql() if kind == "postgresql" else SQLite(self._folder)
        return self._kinds[kind]

    def _postgresql(self) -> PostgreSQL:
        server = self._servers.postgresql
        if isinstance(server, services.ServiceMissing):
            give_up(f"PostgreSQL cannot be started here: {server}")
        return PostgreSQL(str(server))
