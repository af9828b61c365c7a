"""Signing in: to the provider, and back with an answer."""

from urllib.parse import quote
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.accounts import round_trips
from portal.accounts.actions import NoEntry, sign_in
from portal.accounts.cookies import browser_of, give_browser, give_session
from portal.accounts.invitations import open_invitation
from portal.accounts.leaving import way_out
from portal.accounts.models import Errand
from portal.accounts.oidc import Answer, Identified
from portal.accounts.provider import provider_of
from portal.accounts.refusals import AnswerRefused, SignInFailed, TooLate
from portal.accounts.rules import browser_name, local_path
from portal.accounts.sessions import end_session
from portal.audit.actions import record
from portal.errors import Conflict
from portal.languages import N_
from portal.web.requests import (
    actor_or_none,
    is_opened_here,
    origin_of,
    reading,
    see_other,
)
from portal.web.state import state_of
from portal.web.templates import page

log = structlog.get_logger()

LONGEST_ANSWER = 4096


async def welcome(request: Request) -> Response:
    """The door: one button to the provider. Whoever is signed in goes straight on."""
    back = _page_wanted(request)
    if actor_or_none(request) is not None:
        return see_other(back)
    return await page(request, "welcome.html", next=back)


async def start(request: Request) -> Response:
    """To the provider, from a page of ours; another site's link leads to the welcome page."""
    back = _page_wanted(request)
    # Nobody is to be signed in without asking for it.
    if not is_opened_here(request):
        return see_other(f"/welcome?next={quote(back, safe='')}")
    return await _to_provider(request, {"next": back})


def _page_wanted(request: Request) -> str:
    wanted = request.query_params.getlist("next")
    return local_path(wanted[0]) if len(wanted) == 1 else "/"


async def invitation_page(request: Request) -> Response:
    token = str(request.path_params["token"])
    async with reading(request) as session:
        await open_invitation(session, token)
    return await page(request, "accounts/invitation.html", token=token)


async def accept(request: Request) -> Response:
    token = str(request.path_params["token"])
    async with reading(request) as session:
        invitation_id = await open_invitation(session, token)
    if not is_opened_here(request):
        return see_other(f"/invitations/{token}")
    return await _to_provider(request, {"next": "/", "invitation": str(invitation_id)})


async def _to_provider(request: Request, kept: round_trips.Kept) -> Response:
    state = state_of(request)
    try:
        begun = await provider_of(request).begin(callback_url(request))
    except SignInFailed as failure:
        return await failed(request, failure)
    browser = browser_of(request) or round_trips.new_browser()
    secrets = {"nonce": begun.nonce, "verifier": begun.verifier}
    async with state.database.work() as work:
        await round_trips.begin(work, browser, Errand.SIGN_IN, begun.state, kept | secrets)
    response = RedirectResponse(begun.url, 303)
    give_browser(response, browser)
    return response


async def callback(request: Request) -> Response:
    """Back from the provider. Whatever the answer, it can be used once, and in one browser."""
    if request.method == "HEAD":
        raise HTTPException(405)
    try:
        kept = await _take_round_trip(request)
        who = await provider_of(request).finish(
            answer_of(request), kept["nonce"], kept["verifier"], callback_url(request)
        )
    except SignInFailed as failure:
        return await failed(request, failure)
    outcome = await _enter(request, who, kept)
    if isinstance(outcome, NoEntry):
        log.info("sign_in.no_entry", why=outcome.value)
        other = await way_out(request, who.id_token)
        return await page(request, "accounts/no_entry.html", 403, why=outcome.value, other=other)
    response = see_other(local_path(kept["next"]))
    give_session(response, outcome)
    return response


async def _take_round_trip(request: Request) -> round_trips.Kept:
    """In a transaction of its own, so that it is spent even when what follows fails."""
    states, browser = request.query_params.getlist("state"), browser_of(request)
    if browser is None or len(states) != 1 or len(states[0]) > LONGEST_ANSWER:
        raise TooLate("no_round_trip")
    async with state_of(request).database.work() as work:
        kept = await round_trips.take(work, browser, Errand.SIGN_IN, states[0])
    if kept is None:
        raise TooLate("no_round_trip")
    return kept


async def _enter(request: Request, who: Identified, kept: round_trips.Kept) -> str | NoEntry:
    browser = browser_name(request.headers.get("user-agent", ""))
    invitation = UUID(kept["invitation"]) if "invitation" in kept else None
    before = actor_or_none(request)
    try:
        async with state_of(request).database.work(origin=origin_of(request)) as work:
            outcome = await sign_in(work, who, invitation, browser)
            if before is not None and not isinstance(outcome, NoEntry):
                await end_session(work, before.session_id, before.person_id)
                record(work, "session:end_replaced", subject=before.person_id)
    except IntegrityError as error:
        raise Conflict(N_("This sign-in is just being set up. Please sign in again.")) from error
    return outcome


def callback_url(request: Request) -> str:
    # From the settings, never from the Host header: the provider sends codes there.
    return f"{state_of(request).settings.public_url}/auth/callback"


def answer_of(request: Request) -> Answer:
    """What the provider says; a parameter that comes twice could be read in two ways."""
    params = request.query_params
    for name in ("code", "iss", "error"):
        values = params.getlist(name)
        if len(values) > 1 or any(len(value) > LONGEST_ANSWER for value in values):
            raise AnswerRefused("doubled_or_long_answer")
    return Answer(params.get("code"), params.get("iss"), params.get("error"))


async def failed(request: Request, failure: SignInFailed) -> Response:
    log.warning("sign_in.failed", kind=type(failure).__name__, reason=failure.reason)
    response = await page(
        request, "accounts/failed.html", failure.status, sentence=failure.sentence
    )
    if failure.status == 503:
        response.headers["retry-after"] = "30"
    return response
