"""Questions of many that become one."""

import asyncio
from collections.abc import Sequence

import pytest

from portal.realtime import gather
from portal.realtime.gather import Gather


class Library:
    """Answers questions with their squares, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def answer(self, keys: Sequence[int]) -> dict[int, int]:
        self.asked.append(list(keys))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return {key: key * key for key in keys if key < 100}


async def test_what_is_asked_together_is_one_question() -> None:
    library = Library()
    squares = Gather(library.answer)
    assert await asyncio.gather(*(squares.ask(key) for key in (1, 2, 2, 100))) == [1, 4, 4, None]
    assert library.asked == [[1, 2, 100]]


async def test_nobody_is_answered_with_what_was_read_before_they_asked() -> None:
    library = Library()
    squares = Gather(library.answer)
    library.gate.clear()
    first = asyncio.ensure_future(squares.ask(1))
    while not library.asked:
        await asyncio.sleep(0)
    again = [asyncio.ensure_future(squares.ask(key)) for key in (1, 2)]
    await asyncio.sleep(0)
    library.gate.set()
    assert [await first, await again[0], await again[1]] == [1, 1, 4]
    assert library.asked == [[1], [1, 2]]


async def test_a_question_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "MOST_AT_ONCE", 2)
    library = Library()
    squares = Gather(library.answer)
    assert await asyncio.gather(*map(squares.ask, range(5))) == [0, 1, 4, 9, 16]
    assert [len(keys) for keys in library.asked] == [2, 2, 1]


async def test_what_goes_wrong_is_everybodys_answer_and_the_next_question_is_asked() -> None:
    library = Library()
    squares = Gather(library.answer)
    library.error = OSError("away")
    answers = await asyncio.gather(squares.ask(1), squares.ask(2), return_exceptions=True)
    assert all(isinstance(answer, OSError) for answer in answers)
    library.error = None
    assert await squares.ask(1) == 1


async def test_whoever_stops_waiting_takes_nobody_along() -> None:
    squares = Gather(Library().answer)
    tasks = [asyncio.ensure_future(squares.ask(3)) for _ in range(2)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    assert await tasks[1] == 9
