"""Sending files as our own pages do."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlmodel import select

from portal.conversations.file_models import Attachment
from portal.conversations.models import Conversation
from portal.conversations.queries import Line, messages_after
from portal.db import Database
from portal.settings import Settings
from tests.attachments.pictures import photo
from tests.clients import Client

JSON = {"accept": "application/json"}


async def send(
    client: Client,
    conversation_id: object,
    *files: tuple[str, bytes],
    script: bool = True,
    **fields: Any,
) -> httpx2.Response:
    """The answer; with `script` what the page's script gets, else what a plain form gets."""
    given = {"csrf": client.csrf, "client_id": str(uuid4()), "body": ""} | fields
    parts = [("file", (name, data, "text/html")) for name, data in files]
    return await client.http.post(
        f"/conversations/{conversation_id}/files",
        data=given,
        files=parts or [("file", ("", b"", "application/octet-stream"))],
        headers=JSON if script else {},
    )


def files_in(html: str) -> list[str]:
    """The addresses of the files that a page or fragment shows."""
    found = re.findall(r'href="(/conversations/[\w-]+/files/[\w-]+)"', html)
    return list(dict.fromkeys(found))


async def sent_photo(client: Client, conversation_id: object) -> UUID:
    """A photo's id."""
    answer = await send(client, conversation_id, ("arm.jpg", photo()))
    assert answer.status_code == 200, answer.text
    return UUID(files_in(answer.text)[0].rpartition("/")[2])


async def lines(database: Database, conversation: Conversation) -> list[Line]:
    async with database.read() as session:
        return await messages_after(session, conversation, 0)


async def rows(database: Database) -> list[Attachment]:
    async with database.read() as session:
        return list((await session.exec(select(Attachment))).all())


def on_disk(settings: Settings) -> list[Path]:
    return [path for path in settings.files.folder.rglob("*") if path.is_file()]
