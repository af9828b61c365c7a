"""Conversations for tests, and sockets that speak the live protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from portal.conversations.actions import open_conversations, send_message
from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.serving import Served

PATIENCE = 5.0
Frame = dict[str, Any]


class Tongue:
    """One open page's socket, in the words of the protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.hello: Frame = {}

    async def say(self, type: str, **fields: object) -> None:
        await self.connection.send(json.dumps({"type": type, **fields}, default=str))

    async def hear(self, *types: str) -> Frame:
        """The next frame of one of these types; others before it are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame: Frame = json.loads(await self.connection.recv())
                if not types or frame["type"] in types:
                    return frame

    async def hears_nothing(self, *types: str, within: float = 0.3) -> bool:
        try:
            async with asyncio.timeout(within):
                await self.hear(*types)
        except TimeoutError:
            return True
        return False

    async def follow(self, conversation: Conversation, after: int | None = None) -> list[Frame]:
        """Follow, and what was missed."""
        more = {} if after is None else {"after": after}
        await self.say("follow", conversation=conversation.id, **more)
        missed = []
        while (frame := await self.hear("message", "followed", "error"))["type"] == "message":
            missed.append(frame)
        assert frame["type"] == "followed", frame
        return missed

    async def send(
        self, conversation: Conversation, body: str, client_id: UUID | None = None
    ) -> Frame:
        """Send, and the answer: `sent` or `refused`."""
        client_id = client_id or uuid4()
        await self.say("send", conversation=conversation.id, client_id=client_id, body=body)
        return await self.hear("sent", "refused")

    async def closed(self) -> int | None:
        """The code the server closes with; frames before it are passed over."""
        return (await self.rest())[1]

    async def rest(self) -> tuple[list[Frame], int | None]:
        """Everything until the server closes, and the code it closes with."""
        heard: list[Frame] = []
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    heard.append(await self.hear())
            except ConnectionClosed:
                return heard, self.connection.close_code


@asynccontextmanager
async def page_of(server: Served, person: Person) -> AsyncIterator[Tongue]:
    """A page this person has open, greeted."""
    async with server.socket_of(person) as connection:
        tongue = Tongue(connection)
        tongue.hello = await tongue.hear()
        assert tongue.hello["type"] == "hello"
        yield tongue


async def opened(database: Database, patient: Person) -> tuple[Conversation, Conversation]:
    async with database.work() as work:
        return await open_conversations(work, patient.id)


async def said(
    database: Database, conversation: Conversation, author: Person, *bodies: str
) -> list[UUID]:
    """Messages by this author, sent one after another; their ids."""
    ids = []
    for body in bodies:
        async with database.work() as work:
            message = await send_message(work, conversation, author.id, body, uuid4())
        ids.append(message.id)
    return ids
