"""The bare limit: websockets and nothing else, either relaying or committing each message.

Speaks just enough of the live protocol for the same load; checks nobody and keeps no trail.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections import defaultdict
from typing import Any

import asyncpg
import msgspec
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from portal.ids import new_id

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode


class Relay:
    """Stores nothing but what a follower may have missed, in memory."""

    def __init__(self) -> None:
        self.rooms: dict[str, set[ServerConnection]] = defaultdict(set)
        self.said: dict[str, list[bytes]] = defaultdict(list)
        self.lock = asyncio.Lock()

    async def open(self) -> None: ...

    async def keep(self, row: tuple[str, str, int, str, str]) -> None: ...

    async def serve(self, socket: ServerConnection) -> None:
        mine: list[str] = []
        with contextlib.suppress(ConnectionClosed):
            await socket.send(b'{"type":"hello"}', text=True)
            async for text in socket:
                await self.hear(socket, decode(text), mine)
        for place in mine:
            self.rooms[place].discard(socket)

    async def hear(self, socket: ServerConnection, frame: dict[str, Any], mine: list[str]) -> None:
        place = frame["conversation"]
        if frame["type"] == "send":
            await self.take(socket, place, frame)
            return
        mine.append(place)
        for missed in self.said[place][frame.get("after", len(self.said[place])) :]:
            await socket.send(missed, text=True)
        self.rooms[place].add(socket)
        done = {"type": "followed", "conversation": place, "head": len(self.said[place])}
        await socket.send(encode(done), text=True)

    async def take(self, socket: ServerConnection, place: str, frame: dict[str, Any]) -> None:
        async with self.lock:
            id, seq = str(new_id()), len(self.said[place]) + 1
            named = {"conversation": place, "id": id, "client_id": frame["client_id"], "seq": seq}
            message = encode({"type": "message", **named, "body": frame["body"]})
            await self.keep((id, place, seq, frame["client_id"], frame["body"]))
            self.said[place].append(message)
        await socket.send(encode({"type": "sent", "client_id": frame["client_id"]}), text=True)
        broadcast(self.rooms[place], message, text=True)


TABLE = "create table bare (id text primary key, place text, seq int, name text, body text)"


class OnSQLite(Relay):
    async def open(self) -> None:
        path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
        self.rows = sqlite3.connect(path + ".bare", isolation_level=None, check_same_thread=False)
        for statement in ("pragma journal_mode=wal", "pragma synchronous=full", TABLE):
            self.rows.execute(statement)

    async def keep(self, row: tuple[str, str, int, str, str]) -> None:
        self.rows.execute("insert into bare values (?, ?, ?, ?, ?)", row)


class OnPostgreSQL(Relay):
    async def open(self) -> None:
        url = os.environ["DATABASE_URL"]
        self.rows = await asyncpg.connect(url)
        await self.rows.execute(TABLE)

    async def keep(self, row: tuple[str, str, int, str, str]) -> None:
        await self.rows.execute("insert into bare values ($1, $2, $3, $4, $5)", *row)


async def main() -> None:
    kinds = {"relay": Relay, "sqlite": OnSQLite, "postgresql": OnPostgreSQL}
    server = kinds[os.environ["BENCH_KIND"]]()
    await server.open()
    port = int(os.environ["PORT"])
    async with serve(server.serve, "127.0.0.1", port, compression=None, ping_interval=None):
        print("ready", flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    uvloop.run(main())
