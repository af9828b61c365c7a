"""One round of a clock over many things."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog

log = structlog.get_logger()


async def each_alone(act: Callable[..., Awaitable[int]], things: Iterable[tuple[Any, ...]]) -> int:
    """The sum of what `act` did for each, called with its parts.

    One that fails is logged by its first part, an id, and tried again with the next round; it must
    not hold up those behind it.
    """
    done = 0
    for parts in things:
        try:
            done += await act(*parts)
        except Exception:
            log.exception("round.one_failed", act=act.__name__, id=str(parts[0]))
    return done
