"""PostgreSQL databases for the tests, used again and again: emptied, then filled as at first.

A new database costs a tenth of a second of a core, emptying one a few milliseconds. One whose
schema somebody changed is thrown away. The server's user must be a superuser: emptying passes by
the triggers that keep the audit trail.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import make_url

# The database learns how it is reset to what it holds now. All of that is in a schema of its own:
# what the portal and its migrations see is as in a clinic.
KEEP = """
    create schema kept;
    create table kept.schema_change (at timestamptz not null default now());
    create function kept.note() returns event_trigger language plpgsql as
        $$ begin insert into kept.schema_change default values; end $$;
    do $do$
    declare
        name text;
        filled boolean;
        statements text := '';
    begin
        for name in select tablename from pg_tables where schemaname = 'public' loop
            statements := statements || format('delete from public.%I; ', name);
            execute format('select exists (select from public.%I)', name) into filled;
            if filled then
                execute format('create table kept.%1$I as table public.%1$I', name);
                statements := statements
                    || format('insert into public.%1$I select * from kept.%1$I; ', name);
            end if;
        end loop;
        execute format($as$
            create function kept.reset() returns boolean language plpgsql as $$ begin
                perform pg_terminate_backend(pid, 5000) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid();
                if exists (select from kept.schema_change) then return false; end if;
                %s
                return true;
            end $$ $as$, statements);
    end $do$;
    create event trigger kept on ddl_command_end execute function kept.note();
"""


class PostgreSQL:
    """A running server, and the databases of one process on it."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._admin: asyncpg.Connection | None = None
        self._made: list[str] = []
        self._free: dict[str | None, list[tuple[str, asyncpg.Connection]]] = defaultdict(list)

    def url(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    @asynccontextmanager
    async def lend(self, template: str | None) -> AsyncIterator[str]:
        """The URL of a database that holds just what the template does, for one test."""
        free = self._free[template]
        name, connection = free.pop() if free else await self._resettable(template)
        yield self.url(name)
        if await connection.fetchval("select kept.reset()"):
            free.append((name, connection))
        else:
            await connection.close()
            await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def create(self, template: str | None) -> str:
        """A new database's name: a copy of the template, or without any schema."""
        name = f"portal_test_{os.getpid()}_{len(self._made)}"
        self._made.append(name)
        source = f"TEMPLATE {template} STRATEGY file_copy" if template else ""
        await self._run(f"CREATE DATABASE {name} {source}")
        return name

    async def dispose(self) -> None:
        for name in self._made:
            await self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        if self._admin is not None:
            await self._admin.close()

    async def _resettable(self, template: str | None) -> tuple[str, asyncpg.Connection]:
        name = await self.create(template)
        # For this connection no trigger fires and no foreign key is checked.
        replica = {"session_replication_role": "replica"}
        connection = await asyncpg.connect(self.url(name), server_settings=replica)
        await connection.execute(KEEP)
        return name, connection

    async def _run(self, statement: str) -> None:
        if self._admin is None:
            self._admin = await asyncpg.connect(self.url(self._url.database or "postgres"))
        await self._admin.execute(statement)
