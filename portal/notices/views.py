"""The bell's page, and how somebody wants to be told."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.accounts.rules import browser_name
from portal.errors import Invalid
from portal.languages import N_, _
from portal.notices.actions import choose, see_all, see_one, subscribe, unsubscribe
from portal.notices.forms import HOURS, read_browser, read_choice
from portal.notices.models import Channel
from portal.notices.queries import (
    browsers_of,
    choice_of,
    count_unseen,
    last_failure,
    lines_for,
    link_of,
    notice_for,
)
from portal.notices.ways import push_key, ways_of
from portal.people.models import Person
from portal.permissions import Permission
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import fragment, page
from portal.web.times import whole_hour

NOT_A_BROWSER = N_("This device cannot be reached by push. Choose e-mail instead.")


async def show(request: Request) -> Response:
    actor = actor_of(request)
    async with reading(request) as session:
        lines = await lines_for(session, actor)
        failed_at = await last_failure(session, actor.person_id)
    name = "notices/notices_staff.html" if actor.is_staff else "notices/notices_patient.html"
    return await page(request, name, lines=lines, failed_at=failed_at)


async def bell(request: Request) -> Response:
    """The bell alone, for an open page that heard of a change."""
    async with reading(request) as session:
        unseen = await count_unseen(session, actor_of(request))
    return fragment(request, "notices/_bell.html", unseen=unseen)


async def open_one(request: Request) -> Response:
    """On to what the notice is about; from now on it is seen."""
    actor = actor_of(request)
    async with work(request) as unit:
        row = await notice_for(unit.session, actor, path_id(request, "notice_id"))
        see_one(unit, row)
        link = link_of(row, actor)
    return see_other(link)


async def mark_all(request: Request) -> Response:
    async with work(request) as unit:
        await see_all(unit, actor_of(request).person_id)
    return see_other("/notices", N_("All marked as seen."))


async def show_choice(request: Request) -> Response:
    return await _choice_page(request, None)


async def set_choice(request: Request) -> Response:
    form = await form_of(request)
    chosen = read_choice(form)
    if chosen is None:
        return await _choice_page(request, form)
    async with work(request) as unit:
        await choose(unit, actor_of(request).person_id, *chosen)
    return see_other("/account/notices", N_("Saved."))


async def _choice_page(request: Request, form: Form | None) -> Response:
    actor, settings = actor_of(request), state_of(request).settings
    async with reading(request) as session:
        person = await session.get_one(Person, actor.person_id)
        choice = await choice_of(session, person)
        browsers = await browsers_of(session, actor)
        failed_at = await last_failure(session, actor.person_id)
    key, has_quiet = push_key(settings), choice.quiet_from != choice.quiet_until
    context = {
        "address": person.email if Channel.MAIL in ways_of(settings) else None,
        "browsers": browsers,
        "errors": form.errors if form else {},
        "failed_at": failed_at,
        "first": choice.first,
        "has_quiet": has_quiet,
        "hours": [(name, _hour(minutes)) for name, minutes in HOURS.items()],
        "push_key": key.public if key else None,
        "quiet_from": str(choice.quiet_from // 60) if has_quiet else "21",
        "quiet_until": str(choice.quiet_until // 60) if has_quiet else "8",
        "zone_name": actor.time_zone,
    }
    name = "notices/choice_staff.html" if actor.is_staff else "notices/choice_patient.html"
    return await page(request, name, 422 if form else 200, **context)


def _hour(minutes: int) -> str:
    hour = minutes // 60
    if hour in {0, 12}:
        return _("12 noon") if hour else _("midnight")
    return whole_hour(hour)


async def add_browser(request: Request) -> Response:
    """The page's script posts what the browser gave it."""
    form = await form_of(request)
    browser = read_browser(form, browser_name(request.headers.get("user-agent", "")))
    if browser is None or push_key(state_of(request).settings) is None:
        raise Invalid(NOT_A_BROWSER)
    async with work(request) as unit:
        await subscribe(unit, actor_of(request).person_id, browser)
    return JSONResponse({"on": True})


async def remove_browser(request: Request) -> Response:
    async with work(request) as unit:
        await unsubscribe(unit, actor_of(request).person_id, path_id(request, "subscription_id"))
    return see_other("/account/notices", N_("That device is not told any more."))


USE = Permission.ACCOUNT_USE

routes = [
    get("/notices", show, allow=USE),
    get("/notices/bell", bell, allow=USE),
    post("/notices/seen", mark_all, allow=USE),
    post("/notices/{notice_id}/open", open_one, allow=USE),
    get("/account/notices", show_choice, allow=USE),
    post("/account/notices", set_choice, allow=USE),
    post("/account/notices/devices", add_browser, allow=USE),
    post("/account/notices/devices/{subscription_id}/remove", remove_browser, allow=USE),
]
