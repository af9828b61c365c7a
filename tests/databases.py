"""Databases for the tests: migrated once, then copied cheaply for each test."""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from portal.cli.migrate import upgrade
from portal.db import portable_url
from tests import services

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


class Databases:
    """One migrated template of each kind, and copies of it."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers = servers
        self._folder = folder
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        self._admin: AsyncEngine | None = None

    @asynccontextmanager
    async def copy(self, kind: str, furnish: Furnish | None = None) -> AsyncIterator[str]:
        """The URL of a fresh database with the current schema and nothing in it.

        `furnish` fills a template of its own once; each copy then begins with what it put there.
        """
        copy = self._postgresql if kind == "postgresql" else self._sqlite
        template = await self._furnished(kind, furnish) if furnish else await self._template(kind)
        async with copy(self._next_name(), template) as url:
            yield url

    async def _furnished(self, kind: str, furnish: Furnish) -> str:
        key = f"{kind} {furnish.__name__}"
        if key not in self._templates:
            empty, name = await self._template(kind), f"portal_{furnish.__name__}_{os.getpid()}"
            if kind == "postgresql":
                await self._run(f"CREATE DATABASE {name} TEMPLATE {empty} STRATEGY file_copy")
                await furnish(self._postgresql_url(name))
            else:
                name = str(self._folder / f"{name}.db")
                shutil.copyfile(empty, name)
                await furnish(f"sqlite:///{name}")
            self._templates[key] = name
        return self._templates[key]

    @asynccontextmanager
    async def empty(self, kind: str) -> AsyncIterator[str]:
        """The URL of a fresh database without any schema."""
        copy = self._postgresql if kind == "postgresql" else self._sqlite
        async with copy(self._next_name(), None) as url:
            yield url

    async def dispose(self) -> None:
        if self._admin is not None:
            for key, template in self._templates.items():
                if key.startswith("postgresql"):
                    await self._run(f"DROP DATABASE {template} WITH (FORCE)")
            await self._admin.dispose()

    def _next_name(self) -> str:
        return f"portal_test_{os.getpid()}_{next(self._numbers)}"

    async def _template(self, kind: str) -> str:
        if kind not in self._templates:
            if kind == "postgresql":
                name = f"portal_template_{os.getpid()}"
                await self._run(f"CREATE DATABASE {name}")
                await upgrade(self._postgresql_url(name))
            else:
                name = str(self._folder / "template.db")
                await upgrade(f"sqlite:///{name}")
            self._templates[kind] = name
        return self._templates[kind]

    @asynccontextmanager
    async def _sqlite(self, name: str, template: str | None) -> AsyncIterator[str]:
        path = self._folder / f"{name}.db"
        if template:
            shutil.copyfile(template, path)
        yield f"sqlite:///{path}"
        for left in self._folder.glob(f"{name}.db*"):
            left.unlink()

    @asynccontextmanager
    async def _postgresql(self, name: str, template: str | None) -> AsyncIterator[str]:
        source = f"TEMPLATE {template} STRATEGY file_copy" if template else ""
        await self._run(f"CREATE DATABASE {name} {source}")
        yield self._postgresql_url(name)
        await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _postgresql_url(self, name: str) -> str:
        url = make_url(self._server_url()).set(database=name)
        return url.render_as_string(hide_password=False)

    def _server_url(self) -> str:
        server = self._servers.postgresql
        if isinstance(server, services.ServiceMissing):
            give_up(f"PostgreSQL cannot be started here: {server}")
        return str(server)

    async def _run(self, statement: str) -> None:
        if self._admin is None:
            self._admin = create_async_engine(
                portable_url(self._server_url()), isolation_level="AUTOCOMMIT"
            )
        async with self._admin.connect() as connection:
            await connection.exec_driver_sql(statement)
