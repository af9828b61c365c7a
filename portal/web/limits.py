"""How often one person may do something; where nobody is signed in, one address.

Each route names its pace (`portal.web.routing`). What is counted lives in this process: several
processes together let through as many times more.
"""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from time import monotonic

from starlette.requests import HTTPConnection

from portal.errors import TooFast
from portal.realtime.rates import Buckets, Rate
from portal.web.requests import actor_or_none, origin_of
from portal.web.state import AppState, state_of

_KEY = "paces"


@dataclass(frozen=True, slots=True)
class Pace:
    """Routes with the same pace draw from the same bucket."""

    name: str
    rate: Rate


# A whole clinic may sign in from one address, all at eight o'clock.
SIGN_INS = Pace("sign_ins", Rate(per_second=2, burst=100))
CALLBACKS = Pace("callbacks", Rate(per_second=2, burst=100))
INVITATIONS = Pace("invitations", Rate(per_second=1, burst=60))
SEARCHES = Pace("searches", Rate(per_second=2, burst=60))
# Counting a year of a large clinic takes a core for a second; the page has five files to load.
FIGURES = Pace("figures", Rate(per_second=0.2, burst=30))
# Judging a year of it again takes twenty.
REPLAYS = Pace("replays", Rate(per_second=1 / 30, burst=10))
# Asking for a visit takes about seven posts.
BOOKINGS = Pace("bookings", Rate(per_second=0.2, burst=60))
CALLS = Pace("calls", Rate(per_second=1 / 60, burst=10))
# Opening a photo takes a core for a second.
UPLOADS = Pace("uploads", Rate(per_second=0.2, burst=20))
POSTS = Pace("posts", Rate(per_second=10, burst=300))
REPORTS = Pace("reports", Rate(per_second=1, burst=60))
# A provider that signs a whole clinic out must not be stopped halfway.
LOGOUTS = Pace("logouts", Rate(per_second=50, burst=1000))


class Paces:
    """The buckets of one process."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._buckets: dict[Pace, Buckets] = {}

    def wait(self, pace: Pace, who: Hashable) -> float:
        """Counts one; 0.0 when it may go on, else the seconds until another may."""
        if pace not in self._buckets:
            self._buckets[pace] = Buckets(pace.rate, now=self._now)
        return self._buckets[pace].wait(who)


def require_pace(connection: HTTPConnection, pace: Pace) -> None:
    """Raises TooFast."""
    wait = _paces_of(state_of(connection)).wait(pace, _who(connection))
    if wait:
        raise TooFast(seconds=math.ceil(wait))


def use_paces(state: AppState, paces: Paces) -> None:
    """Tests bring a clock of their own."""
    state.extras[_KEY] = paces


def _paces_of(state: AppState) -> Paces:
    paces: Paces = state.extras.setdefault(_KEY, Paces())
    return paces


def _who(connection: HTTPConnection) -> Hashable:
    actor = actor_or_none(connection)
    return actor.person_id if actor else network_of(origin_of(connection))


def network_of(address: str | None) -> Hashable:
    """The address itself; of IPv6 the first half, as one customer is given all of the second.

    It is the address that the web server believes: only a named proxy's `X-Forwarded-For` counts.
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return parsed.ipv4_mapped or int(parsed) >> 64
    return parsed
