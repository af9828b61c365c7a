"""SQLite without a thread: a statement runs in the test's loop, where it takes less than two turns.

Between statements everybody else has a turn, as with a thread: what races there races here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from portal.rehearsal.throwaway import Connection, Cursor


class _Polite(Cursor):
    async def execute(self, statement: str, values: Any = ()) -> None:
        await asyncio.sleep(0)
        await super().execute(statement, values)


class InLoop(Connection):
    kind = _Polite


def creator(url: str) -> Callable[[], Awaitable[InLoop]]:
    """What an engine makes its connections with."""

    async def connect() -> InLoop:
        return InLoop(Path(make_url(url).database or ""))

    return connect
