"""How we reach the provider: whatever it sends is bounded in size before anything parses it."""

from collections.abc import Callable
from contextlib import aclosing
from typing import cast

import httpx2

MOST_BYTES = 256 * 1024

OpenTransport = Callable[[], httpx2.AsyncBaseTransport]


class Bounded(httpx2.AsyncBaseTransport):
    """Reads each answer to its end itself, and gives up on one that does not come to it."""

    def __init__(self, open_transport: OpenTransport) -> None:
        self._open = open_transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        # Unpacking could turn a small answer into a huge one; a provider's answers need no packing.
        request.headers["accept-encoding"] = "identity"
        async with self._open() as transport:
            answer = await transport.handle_async_request(request)
            body = await _read(answer, request)
        kept = [header for header in answer.headers.multi_items() if header[0] == "content-type"]
        return httpx2.Response(answer.status_code, headers=kept, content=body, request=request)


async def _read(answer: httpx2.Response, request: httpx2.Request) -> bytes:
    body = bytearray()
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("the provider packed its answer unasked", request=request)
    async with aclosing(cast(httpx2.AsyncByteStream, answer.stream)) as stream:
        async for chunk in stream:
            body += chunk
            if len(body) > MOST_BYTES:
                raise httpx2.ReadError("the provider's answer is too long", request=request)
    return bytes(body)
