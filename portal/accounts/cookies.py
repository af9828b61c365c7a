"""The two cookies of signing in. Both are opaque, for this host only, and unreadable to scripts."""

import re

from starlette.requests import Request
from starlette.responses import Response

from portal.accounts import round_trips, sessions

_OPAQUE = re.compile(r"[A-Za-z0-9_-]{43}")


def give_session(response: Response, token: str) -> None:
    # Lax, not Strict: the way back from the provider begins on another site.
    response.set_cookie(sessions.COOKIE, token, secure=True, httponly=True, samesite="lax")


def take_session_back(response: Response) -> None:
    response.delete_cookie(sessions.COOKIE, secure=True, httponly=True, samesite="lax")
    # Answers that waited in this tab to be sent again go with the person who wrote them.
    response.headers["clear-site-data"] = '"storage"'


def browser_of(request: Request) -> str | None:
    """What ties round trips to this browser, when it has begun one."""
    value = request.cookies.get(round_trips.COOKIE, "")
    return value if _OPAQUE.fullmatch(value) else None


def give_browser(response: Response, browser: str) -> None:
    seconds = int(round_trips.TIME_TO_RETURN.total_seconds())
    response.set_cookie(
        round_trips.COOKIE, browser, max_age=seconds, secure=True, httponly=True, samesite="lax"
    )
