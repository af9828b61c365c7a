"""Questions asked at the same moment become one: for sockets that all come back at once.

There is no timer. What is asked while an answer is under way is the next question, so a lone one
waits for nobody, and nobody is answered with what was read before they asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_AT_ONCE = 100


class Gather(Generic[K, V]):
    """Asks for many keys together; whoever asks for the same key shares its value."""

    def __init__(self, answer_all: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._answer_all = answer_all
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def ask(self, key: K) -> V | None:
        """The key's value, None where it has none; raises what went wrong with the question."""
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._answer())
        # Several may wait for it, and one of them may stop waiting.
        return await asyncio.shield(answer)

    async def _answer(self) -> None:
        try:
            # What this turn of the loop still asks comes along.
            await asyncio.sleep(0)
            while self._waiting:
                keys = list(islice(self._waiting, MOST_AT_ONCE))
                asked = {key: self._waiting.pop(key) for key in keys}
                await self._answer_some(asked)
        finally:
            self._task = None
            for answer in self._waiting.values():
                answer.cancel()
            self._waiting.clear()

    async def _answer_some(self, asked: dict[K, "asyncio.Future[V | None]"]) -> None:
        try:
            found = await self._answer_all(list(asked))
        except Exception as error:
            for answer in asked.values():
                answer.set_exception(error)
                # Whoever asked may be gone; then nobody fetches it, and that is no news.
                answer.exception()
            return
        except BaseException:
            for answer in asked.values():
                answer.cancel()
            raise
        for key, answer in asked.items():
            answer.set_result(found.get(key))
