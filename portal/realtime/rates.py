"""Token buckets: how often one socket, or one person, may do something."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import inf
from time import monotonic


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then `per_second`."""

    per_second: float
    burst: float


class Bucket:
    """Holds tokens; taking one fails while it is empty."""

    __slots__ = ("_filled_at", "_now", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._now = now
        self._tokens = rate.burst
        self._filled_at = now()

    def take(self) -> bool:
        return not self.wait()

    def spend(self, count: float) -> None:
        self._fill()
        self._tokens = max(0.0, self._tokens - count)

    def wait(self) -> float:
        """Takes one: 0.0, or the seconds until there is one to take."""
        self._fill()
        if self._tokens < 1:
            missing = 1 - self._tokens
            return missing / self._rate.per_second if self._rate.per_second else inf
        self._tokens -= 1
        return 0.0

    def _fill(self) -> None:
        now = self._now()
        gained = (now - self._filled_at) * self._rate.per_second
        self._tokens = min(self._rate.burst, self._tokens + gained)
        self._filled_at = now


class Buckets:
    """One bucket per key. Only the keys used last are kept: a forgotten one starts full again."""

    def __init__(
        self, rate: Rate, most: int = 10_000, now: Callable[[], float] = monotonic
    ) -> None:
        self._rate = rate
        self._most = most
        self._now = now
        self._buckets: OrderedDict[Hashable, Bucket] = OrderedDict()

    def take(self, key: Hashable) -> bool:
        return not self.wait(key)

    def spend(self, key: Hashable, count: float) -> None:
        """Somebody has taken this many elsewhere; the bucket is then empty at worst."""
        self._bucket(key).spend(count)

    def wait(self, key: Hashable) -> float:
        return self._bucket(key).wait()

    def _bucket(self, key: Hashable) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, self._now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket
