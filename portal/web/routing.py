"""Routes that cannot forget who may use them.

Every address is declared with `get` or `post` and a permission (or ANYONE). The wrapper checks the
sign-in, the permission, how often one comes, and, for a post, that it comes from our own page with
the session's token.
"""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal.errors import NotAllowed
from portal.languages import N_
from portal.permissions import Actor, Permission
from portal.web.forms import form_data
from portal.web.late import give_words_back, local
from portal.web.limits import POSTS, Pace, require_pace
from portal.web.requests import actor_or_none, is_fetched_ahead, is_htmx
from portal.web.security import csrf_token, is_same_origin
from portal.web.state import state_of
from portal.web.uploads import TakesFiles

Handler = Callable[[Request], Awaitable[Response]]


class Anyone:
    """For what needs no sign-in. A browser's post must come from our own page all the same."""


ANYONE: Final = Anyone()
# For another server's post, which comes from no page and proves itself by a signature.
ANY_SERVER: Final = Anyone()
Allow = Permission | Anyone
NOT_FROM_HERE = N_("This did not come from our own page. Open the page again and try once more.")


class Guarded:
    """A handler with its permission; `tests/access/access.toml` is held against these."""

    def __init__(self, handler: Handler, allow: Allow, method: str, pace: Pace | None) -> None:
        self.handler = handler
        self.allow = allow
        self.method = method
        self.pace = pace

    async def answer(self, request: Request) -> Response:
        if is_fetched_ahead(request):
            # Reading is noted, in the trail and for the other side: nothing is read ahead.
            return Response(status_code=503)
        # In this order, so that another site cannot use up what a person may do.
        if self.method == "POST" and self.allow is not ANY_SERVER:
            _require_same_origin(request)
        if self.pace is not None:
            require_pace(request, self.pace)
        if not isinstance(self.allow, Permission):
            return await self.handler(request)
        actor = actor_or_none(request)
        if actor is None:
            return await ask_to_sign_in(request)
        if self.method == "POST" and not await _has_token(request, actor):
            return await give_words_back(request, 403)
        if not actor.may(self.allow):
            raise NotAllowed
        return await self.handler(request)


def get(path: str, handler: Handler, *, allow: Allow, pace: Pace | None = None) -> Route:
    return _route(path, Guarded(handler, allow, "GET", pace))


def post(
    path: str, handler: Handler, *, allow: Allow, pace: Pace = POSTS, takes_files: bool = False
) -> Route:
    around = [Middleware(TakesFiles)] if takes_files else []
    return _route(path, Guarded(handler, allow, "POST", pace), around)


def _route(path: str, guarded: Guarded, around: Sequence[Middleware] = ()) -> Route:
    # A bound method, because Starlette takes other callable objects for whole ASGI applications.
    method = guarded.method
    name = f"{method.lower()} {path}"
    return Route(path, guarded.answer, methods=[method], name=name, middleware=around)


def guard_of(route: Route) -> Guarded:
    guard = getattr(route.endpoint, "__self__", None)
    if not isinstance(guard, Guarded):
        raise TypeError(f"{route.path} is declared without get() or post()")
    return guard


async def ask_to_sign_in(request: Request) -> Response:
    """Nothing typed is lost: a posted form is shown back to its writer, and only to them."""
    if request.method not in {"GET", "HEAD"}:
        _require_same_origin(request)
        return await give_words_back(request)
    back = quote(local(request.url), safe="")
    if is_htmx(request):
        return Response(status_code=401, headers={"HX-Redirect": f"/welcome?next={back}"})
    return RedirectResponse(f"/welcome?next={back}", status_code=303)


def _require_same_origin(request: Request) -> None:
    if not is_same_origin(request.headers, state_of(request).settings.origin):
        raise NotAllowed(NOT_FROM_HERE)


async def _has_token(request: Request, actor: Actor) -> bool:
    """Whether the form carries this session's token; without any, it is not a form of ours."""
    given = (await form_data(request)).get("csrf")
    if not isinstance(given, str) or not given:
        raise NotAllowed(NOT_FROM_HERE)
    expected = csrf_token(state_of(request).settings.secret_key, actor.session_id)
    return hmac.compare_digest(given.encode(), expected.encode())
