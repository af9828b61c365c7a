"""Sending files as our own pages do."""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx2

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
