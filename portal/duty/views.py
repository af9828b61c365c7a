"""The rota's pages. They hold names and hours, and nothing of a patient's."""

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.db import UnitOfWork
from portal.duty import leaving
from portal.duty.forms import REPEATS, Asked, read_phone, read_shift
from portal.duty.week import Week, week_of
from portal.errors import Conflict, Invalid, NotFound
from portal.people.models import CareTeam
from portal.people.queries import name_of
from portal.permissions import Permission
from portal.rota.actions import add_shift, give_shift, remove_shift
from portal.rota.coverage import span_words
from portal.rota.duties import Duty
from portal.rota.models import Shift
from portal.rota.queries import able_staff, shift_for, team_for, teams_for
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import page

Change = Callable[[UnitOfWork, Shift], Awaitable[object]]
NOT_ASKED = Asked(None, None, [], "")


async def rota(request: Request) -> Response:
    """The first of the actor's teams."""
    async with reading(request) as session:
        teams = await teams_for(session, actor_of(request))
    if not teams:
        raise NotFound("There is no care team yet, so there is no rota.")
    return see_other(f"/rota/{teams[0].id}")


async def one_team(request: Request) -> Response:
    return await _page(request, NOT_ASKED)


async def add(request: Request) -> Response:
    asked = read_shift(await form_of(request), _zone(request))
    if asked.errors or asked.person_id is None or asked.duty is None:
        return await _page(request, asked, 422)
    try:
        async with work(request) as unit:
            team = await _team(request, unit.session)
            for span in asked.spans:
                await add_shift(unit, team.id, asked.person_id, asked.duty, span, asked.phone)
    except Invalid as refusal:
        asked.errors["day"] = refusal.sentence
        return await _page(request, asked, 422)
    return see_other(f"/rota/{team.id}", said="Added to the rota")


async def _page(request: Request, asked: Asked, status: int = 200) -> Response:
    async with reading(request) as session:
        team = await _team(request, session)
        teams = await teams_for(session, actor_of(request))
        week = await week_of(session, team)
    context = _week_context(week) | {"teams": teams, "asked": asked, "errors": asked.errors}
    return await page(request, "duty/rota.html", status, **context)


def _week_context(week: Week) -> dict[str, Any]:
    return {
        "week": week,
        "staff": [(str(one.id), one.name) for one in week.staff],
        "duties": [(duty.value, duty.words) for duty in Duty],
        "repeats": list(REPEATS.items()),
        "today": clock.now().astimezone(week.zone).date().isoformat(),
    }


async def _team(request: Request, session: Any) -> CareTeam:
    return await team_for(session, actor_of(request), path_id(request, "team_id"))


async def one_shift(request: Request) -> Response:
    """Give it to somebody else, or take it out."""
    return await _shift_page(request)


async def _shift_page(request: Request, form: Form | None = None) -> Response:
    async with work(request) as unit:
        shift = await shift_for(unit.session, actor_of(request), path_id(request, "shift_id"))
        who = await name_of(unit.session, shift.person_id)
        staff = await able_staff(unit.session, shift.care_team_id)
    zone = _zone(request)
    return await page(
        request,
        "duty/shift.html",
        422 if form else 200,
        shift=shift,
        who=who,
        span=span_words(shift.starts_at, shift.ends_at, zone),
        staff=[(str(one.id), one.name) for one in staff if one.id != shift.person_id],
        typed={name: form.raw(name) if form else "" for name in ("person", "phone")},
        errors=form.errors if form else {},
    )


async def give(request: Request) -> Response:
    form = await form_of(request)
    person_id = form.uuid("person")
    if person_id is None:
        form.errors["person"] = "Choose who does it instead."
    phone = read_phone(form)
    if form.errors or person_id is None:
        return await _shift_page(request, form)
    return await _change(
        request,
        form,
        lambda unit, shift: give_shift(unit, shift, person_id, phone),
        said="The shift has somebody else now",
    )


async def remove(request: Request) -> Response:
    return await _change(
        request, await form_of(request), remove_shift, said="Taken out of the rota"
    )


async def _change(request: Request, form: Form, act: Change, said: str) -> Response:
    try:
        async with work(request) as unit:
            shift = await shift_for(unit.session, actor_of(request), path_id(request, "shift_id"))
            await act(unit, shift)
    except (Conflict, Invalid) as refusal:
        form.errors["person"] = refusal.sentence
        return await _shift_page(request, form)
    return see_other(f"/rota/{shift.care_team_id}", said=said)


def _zone(request: Request) -> ZoneInfo:
    return state_of(request).settings.clinic.zone


SHIFT = "/rota/shifts/{shift_id}"
routes = [
    get("/rota", rota, allow=Permission.ROTA_KEEP),
    get("/rota/{team_id}", one_team, allow=Permission.ROTA_KEEP),
    post("/rota/{team_id}/shifts", add, allow=Permission.ROTA_KEEP),
    get(SHIFT, one_shift, allow=Permission.ROTA_KEEP),
    post(f"{SHIFT}/give", give, allow=Permission.ROTA_KEEP),
    post(f"{SHIFT}/remove", remove, allow=Permission.ROTA_KEEP),
    *leaving.routes,
]
