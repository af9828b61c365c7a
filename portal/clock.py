"""The one place that knows what time it is; called as `clock.now()` so that it can be moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _real() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _real


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


@contextmanager
def told_by(source: Callable[[], datetime]) -> Iterator[None]:
    """Let `source` say what time it is, in this process: for a rehearsal, never for a server."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
