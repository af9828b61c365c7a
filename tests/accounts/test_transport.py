"""What comes from a provider is bounded while it comes, not after."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from portal.accounts.transport import MOST_BYTES, Bounded

CHUNK = 16 * 1024


class Endless(httpx2.AsyncByteStream):
    def __init__(self) -> None:
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.given += CHUNK
            yield b" " * CHUNK


def reached(stream: httpx2.AsyncByteStream, **headers: str) -> Bounded:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["accept-encoding"] == "identity"
        return httpx2.Response(200, headers=headers, stream=stream)

    return Bounded(lambda: httpx2.MockTransport(answer))


async def get(transport: Bounded) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=transport) as client:
        return await client.get("https://provider.test/")


async def test_an_endless_answer_is_given_up_at_the_bound() -> None:
    endless = Endless()
    with pytest.raises(httpx2.ReadError):
        await get(reached(endless))
    assert endless.given <= MOST_BYTES + CHUNK


async def test_an_answer_that_would_unpack_to_more_is_refused_unread() -> None:
    endless = Endless()
    with pytest.raises(httpx2.DecodingError):
        await get(reached(endless, **{"content-encoding": "gzip"}))
    assert endless.given == 0


async def test_a_plain_answer_comes_through_whole() -> None:
    answer = await get(reached(httpx2.ByteStream(b'{"a": 1}'), **{"content-type": "text/json"}))
    assert answer.json() == {"a": 1}
    assert answer.headers["content-type"] == "text/json"
