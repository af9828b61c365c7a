"""What fails on purpose."""

from collections.abc import Awaitable, Callable
from typing import Any


def at_first(act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """`act`, whose first call fails."""
    calls: list[object] = []

    async def called(*args: Any, **more: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError("fails at first")
        return await act(*args, **more)

    return called
