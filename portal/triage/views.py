"""The queue and one flag. Every flag is found through the actor, every opening is recorded."""

from starlette.requests import Request
from starlette.responses import Response

from portal.flags.actions import acknowledge_flag, reopen_flag, resolve_flag
from portal.flags.models import Outcome
from portal.permissions import Permission
from portal.triage import caring, rulebook
from portal.triage.acting import act_on, show_form
from portal.triage.answers import (
    Screen,
    detail_pane,
    list_context,
    read_queue,
    whole_page,
)
from portal.triage.detail import open_detail
from portal.triage.forms import Posted, read_reopening, read_resolution, read_seen
from portal.web.requests import actor_of, is_htmx, path_id, work
from portal.web.routing import get, post
from portal.web.templates import fragment


async def queue(request: Request) -> Response:
    """The list, with the first flag that nobody has acknowledged beside it."""
    async with work(request) as unit:
        shown = await read_queue(request, unit)
        first = shown.first_waiting
        detail = await open_detail(unit, actor_of(request), first.id) if first else None
    return await whole_page(request, Screen(shown, detail, showing="list"))


async def rows(request: Request) -> Response:
    """The list alone, for an open page that heard of a change."""
    async with work(request) as unit:
        shown = await read_queue(request, unit)
    context = list_context(request)
    return fragment(request, "triage/_rows.html", queue=shown, selected="", **context)


async def one(request: Request) -> Response:
    async with work(request) as unit:
        detail = await open_detail(unit, actor_of(request), path_id(request, "flag_id"))
        shown = None if is_htmx(request) else await read_queue(request, unit)
    if shown is None:
        return detail_pane(request, detail)
    return await whole_page(request, Screen(shown, detail))


async def acknowledge(request: Request) -> Response:
    flag_id, posted = path_id(request, "flag_id"), await read_seen(request)
    return await act_on(
        request,
        lambda unit: acknowledge_flag(unit, flag_id, seen_round=posted.round),
        done="Acknowledged {patient}",
        then=f"/triage/{flag_id}",
        undo=True,
    )


async def resolve_form(request: Request) -> Response:
    return await show_form(request, "triage/resolve.html", Posted())


async def resolve(request: Request) -> Response:
    flag_id, posted = path_id(request, "flag_id"), await read_resolution(request)
    if posted.errors:
        return await show_form(request, "triage/resolve.html", posted)
    return await act_on(
        request,
        lambda unit: resolve_flag(
            unit,
            flag_id,
            outcome=Outcome(posted.outcome),
            note=posted.words,
            told=posted.told,
            seen_round=posted.round,
        ),
        done="Resolved {patient}",
        then="/triage",
        written=posted.words,
        undo=True,
    )


async def reopen_form(request: Request) -> Response:
    return await show_form(request, "triage/reopen.html", Posted())


async def reopen(request: Request) -> Response:
    flag_id, posted = path_id(request, "flag_id"), await read_reopening(request)
    if posted.errors:
        return await show_form(request, "triage/reopen.html", posted)
    return await act_on(
        request,
        lambda unit: reopen_flag(unit, flag_id, reason=posted.words, seen_round=posted.round),
        done="Reopened {patient}",
        then=f"/triage/{flag_id}",
        written=posted.words,
    )


ROW = "/triage/{flag_id}"

routes = [
    get("/rules", rulebook.rules, allow=Permission.RULES_READ),
    get("/triage", queue, allow=Permission.FLAG_READ),
    get("/triage/rows", rows, allow=Permission.FLAG_READ),
    get(ROW, one, allow=Permission.FLAG_READ),
    post(f"{ROW}/acknowledge", acknowledge, allow=Permission.FLAG_ACT),
    get(f"{ROW}/resolve", resolve_form, allow=Permission.FLAG_ACT),
    post(f"{ROW}/resolve", resolve, allow=Permission.FLAG_ACT),
    get(f"{ROW}/reopen", reopen_form, allow=Permission.FLAG_ACT),
    post(f"{ROW}/reopen", reopen, allow=Permission.FLAG_ACT),
    *caring.routes,
]
