"""Signing out: here at once, and then at the provider, where it can be done."""

import re
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.accounts import round_trips
from portal.accounts.cookies import browser_of, give_browser, take_session_back
from portal.accounts.models import Errand
from portal.accounts.provider import provider_of
from portal.accounts.sessions import end_session, id_token_of
from portal.audit.actions import record
from portal.errors import NotFound
from portal.web.requests import actor_of, see_other, work
from portal.web.state import state_of
from portal.web.templates import page

_TICKET = re.compile(r"[A-Za-z0-9_-]{43}")


async def sign_out(request: Request) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        id_token = await id_token_of(unit.session, actor.session_id)
        await end_session(unit, actor.session_id, actor.person_id)
        record(unit, "session:end", subject=actor.person_id)
    response = await _on_to_provider(request, id_token)
    take_session_back(response)
    return response


async def _on_to_provider(request: Request, id_token: str | None) -> Response:
    """The policy `form-action 'self'` would block a redirect from this post to another site.

    So another site's provider is reached from a page of ours that goes on by itself.
    """
    url = await provider_of(request).leaving_url(id_token, signed_out_url(request))
    if url is None:
        return see_other("/signed-out")
    if url.startswith(f"{state_of(request).settings.origin}/"):
        return see_other(url)
    ticket, browser = await _keep(request, url)
    response = see_other(f"/signed-out/{ticket}")
    give_browser(response, browser)
    return response


async def way_out(request: Request, id_token: str) -> str | None:
    """A path of ours that signs a stranger out at the provider, to try with another sign-in."""
    url = await provider_of(request).leaving_url(id_token, signed_out_url(request))
    if url is None or browser_of(request) is None:
        return None
    ticket, _ = await _keep(request, url)
    return f"/signed-out/{ticket}/provider"


async def _keep(request: Request, url: str) -> tuple[str, str]:
    """The address holds the ID token, so no page shows it: a ticket stands for it."""
    ticket, browser = secrets.token_urlsafe(32), browser_of(request) or round_trips.new_browser()
    async with state_of(request).database.work() as unit:
        await round_trips.begin(unit, browser, Errand.SIGN_OUT, ticket, {"url": url})
    return ticket, browser


async def signed_out(request: Request) -> Response:
    return await page(request, "accounts/signed_out.html", go_on=None)


async def signed_out_here(request: Request) -> Response:
    """Signed out here; goes on to the provider by itself, and shows the way if it does not."""
    path = f"/signed-out/{_ticket(request)}/provider"
    response = await page(request, "accounts/signed_out.html", go_on=path)
    response.headers["refresh"] = f"0; url={path}"
    return response


async def to_provider(request: Request) -> Response:
    browser, ticket = browser_of(request), _ticket(request)
    if browser is None or request.method == "HEAD":
        raise NotFound
    async with state_of(request).database.work() as unit:
        kept = await round_trips.take(unit, browser, Errand.SIGN_OUT, ticket)
    if kept is None or urlsplit(kept["url"]).scheme not in {"https", "http"}:
        return see_other("/signed-out")
    return RedirectResponse(kept["url"], 303)


def _ticket(request: Request) -> str:
    """The ticket in the path; what was never one would not even fit into a header."""
    ticket = str(request.path_params["ticket"])
    if not _TICKET.fullmatch(ticket):
        raise NotFound
    return ticket


def signed_out_url(request: Request) -> str:
    return f"{state_of(request).settings.public_url}/signed-out"
