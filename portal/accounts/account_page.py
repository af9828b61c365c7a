"""One's own account: how the portal looks, where one is signed in, and staying signed in."""

from dataclasses import replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal import clock
from portal.accounts.actions import choose_language, choose_theme, switch_keys
from portal.accounts.backend import language_of, limits_of
from portal.accounts.queries import ending_of, own_session, sign_ins_of
from portal.accounts.rules import local_path
from portal.accounts.sessions import end_all_sessions, end_session, note_use
from portal.audit.actions import record
from portal.languages import LANGUAGES, N_, _, read_in
from portal.permissions import Actor
from portal.web.forms import form_of
from portal.web.requests import actor_of, actor_or_none, path_id, reading, see_other, work
from portal.web.security import csrf_token
from portal.web.state import state_of
from portal.web.templates import page

THEMES = {"system": N_("Same as this device"), "light": N_("Light"), "dark": N_("Dark")}


PICK_ONE = N_("Pick one of these.")


async def account(request: Request) -> Response:
    actor = actor_of(request)
    async with reading(request) as session:
        sign_ins = await sign_ins_of(session, actor, limits_of(state_of(request).settings))
    name = "accounts/account_staff.html" if actor.is_staff else "accounts/account_patient.html"
    return await page(request, name, sign_ins=sign_ins, themes=THEMES, languages=LANGUAGES)


async def set_theme(request: Request) -> Response:
    theme = (await form_of(request)).choice("theme", THEMES, PICK_ONE)
    async with work(request) as unit:
        await choose_theme(unit, actor_of(request).person_id, theme or "system")
    return see_other("/account", _("Saved."))


async def set_language(request: Request) -> Response:
    """A patient's own choice; the answer is already in it."""
    language = (await form_of(request)).choice("language", LANGUAGES, PICK_ONE)
    actor = actor_of(request)
    async with work(request) as unit:
        await choose_language(unit, actor.person_id, language)
    read_in(language_of(replace(actor, language=language), request))
    return see_other("/account", _("Saved."))


async def set_keys(request: Request) -> Response:
    on = (await form_of(request)).raw("keys") != "off"
    async with work(request) as unit:
        await switch_keys(unit, actor_of(request).person_id, on)
    return see_other(came_from(request), "Keys are on." if on else "Keys are off.")


def came_from(request: Request) -> str:
    """The page of ours that the form stood on; every staff page has the one for keys."""
    referer = urlsplit(request.headers.get("referer", ""))
    if f"{referer.scheme}://{referer.netloc}" != state_of(request).settings.origin:
        return "/account"
    return local_path(f"{referer.path}?{referer.query}" if referer.query else referer.path)


async def end_one(request: Request) -> Response:
    actor, session_id = actor_of(request), path_id(request, "session_id")
    async with work(request) as unit:
        held = await own_session(unit.session, actor, session_id)
        await end_session(unit, held.id, actor.person_id)
        record(unit, "session:end", subject=actor.person_id)
    return see_other("/account", _("That sign-in has ended."))


async def end_others(request: Request) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        await end_all_sessions(unit, actor.person_id, but=actor.session_id)
        record(unit, "session:end_others", subject=actor.person_id)
    return see_other("/account", _("You are signed out everywhere else."))


async def session_state(request: Request) -> Response:
    """For the page's own clock: how long this session lasts. Asking does not prolong it."""
    actor = actor_or_none(request)
    if actor is None:
        return JSONResponse({"signed_in": False})
    return await _state(request, actor)


async def extend(request: Request) -> Response:
    """The person pressed "Stay signed in", or is typing."""
    actor = actor_of(request)
    async with work(request) as unit:
        await note_use(unit, actor.session_id)
    return await _state(request, actor)


async def _state(request: Request, actor: Actor) -> Response:
    settings = state_of(request).settings
    async with reading(request) as session:
        ends_at = await ending_of(session, actor, limits_of(settings))
    return JSONResponse(
        {
            "signed_in": True,
            "person": str(actor.person_id),
            "seconds": max(0, int((ends_at - clock.now()).total_seconds())),
            "csrf": csrf_token(settings.secret_key, actor.session_id),
        }
    )


async def signed_in_again(request: Request) -> Response:
    """Where a second tab ends up after signing in for a page that still holds somebody's words."""
    actor_of(request)
    return await page(request, "accounts/signed_in_again.html")
