"""A patient's visits: what is booked, what is offered, what was asked."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import clock
from portal.audit.actions import record
from portal.bookings.actions import cancel, withdraw
from portal.bookings.models import Ending
from portal.bookings.offering import accept, decline, hold_longer
from portal.bookings.queries import RequestState, request_for, requests_of
from portal.bookings.visits import Visit, appointments_of, visit_for
from portal.db import UnitOfWork
from portal.errors import Conflict, NotFound
from portal.languages import N_
from portal.permissions import Permission
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.routing import get, post
from portal.web.templates import fragment, page

ANSWER_SHOWN = timedelta(days=14)
LONGEST_REASON = 500
Act = Callable[[UnitOfWork, RequestState, Form], Awaitable[object]]


async def visits_page(request: Request) -> Response:
    context = await _context(request)
    return await page(request, "bookings/visits.html", problem=None, **context)


async def visits_fragment(request: Request) -> Response:
    """What the open page fetches again when something changed."""
    return fragment(request, "bookings/_visits.html", problem=None, **await _context(request))


async def _context(request: Request) -> dict[str, Any]:
    actor = actor_of(request)
    async with work(request) as unit:
        record(unit, "visits:read", patient_id=actor.person_id)
        requests = await requests_of(unit.session, actor.person_id)
        visits = await appointments_of(unit.session, actor.person_id)
    coming = [visit for visit in visits if not visit.is_over]
    return {
        "offered": [state for state in requests if state.is_open and state.offer],
        "waiting": [state for state in requests if state.is_open and not state.offer],
        "answered": [state for state in requests if _is_news(state)],
        "coming": [visit for visit in coming if not visit.is_cancelled],
        "cancelled": [visit for visit in coming if visit.is_cancelled],
        "past": [visit for visit in visits if visit.is_over and not visit.is_cancelled][-3:],
    }


def _is_news(state: RequestState) -> bool:
    """A refusal or a withdrawal stays on the page for two weeks; a booked one is a visit."""
    if state.end is None or state.ending is Ending.ACCEPTED:
        return False
    return clock.now() - state.end.at < ANSWER_SHOWN


async def accept_time(request: Request) -> Response:
    async def act(unit: UnitOfWork, state: RequestState, form: Form) -> object:
        slot_id = form.uuid("slot")
        if slot_id is None:
            raise NotFound
        return await accept(unit, state, slot_id)

    return await _answer(request, act, N_("Your visit is booked."))


async def decline_times(request: Request) -> Response:
    async def act(unit: UnitOfWork, state: RequestState, form: Form) -> None:
        await decline(unit, state, _offer_in(form))

    return await _answer(request, act, N_("Thank you. We will look for other times."))


async def hold_times(request: Request) -> Response:
    async def act(unit: UnitOfWork, state: RequestState, form: Form) -> None:
        await hold_longer(unit, state, _offer_in(form))

    return await _answer(request, act, N_("We hold these times 10 minutes longer."))


def _offer_in(form: Form) -> UUID:
    offer_id = form.uuid("offer")
    if offer_id is None:
        raise NotFound
    return offer_id


async def withdraw_request(request: Request) -> Response:
    async def act(unit: UnitOfWork, state: RequestState, form: Form) -> object:
        return await withdraw(unit, state.id, state.patient_id)

    return await _answer(request, act, N_("You took your request back."))


async def _answer(request: Request, act: Act, said: str) -> Response:
    """Do it, or show the page as it is now with what somebody or the clock did first."""
    id, form = path_id(request, "request_id"), await form_of(request)
    try:
        async with work(request) as unit:
            await act(unit, await request_for(unit.session, actor_of(request), id), form)
    except Conflict as conflict:
        return await _as_it_is(request, conflict)
    return see_other("/visits", said)


async def _as_it_is(request: Request, conflict: Conflict) -> Response:
    context = await _context(request)
    return await page(
        request, "bookings/visits.html", conflict.status, problem=conflict.sentence, **context
    )


async def cancel_page(request: Request) -> Response:
    """Asks first; the dialog on the visits page does the same where scripts run."""
    async with work(request) as unit:
        visit = await _own_visit(unit, request)
        record(unit, "visit:read", patient_id=visit.patient_id, subject=visit.id)
    return await page(request, "bookings/cancel.html", visit=visit)


async def cancel_visit(request: Request) -> Response:
    form = await form_of(request)
    reason = form.text("reason", longest=LONGEST_REASON)[:LONGEST_REASON]
    try:
        async with work(request) as unit:
            await cancel(unit, await _own_visit(unit, request), reason)
    except Conflict as conflict:
        return await _as_it_is(request, conflict)
    return see_other("/visits", N_("Your visit is cancelled."))


async def _own_visit(unit: UnitOfWork, request: Request) -> Visit:
    return await visit_for(unit.session, actor_of(request), path_id(request, "visit_id"))


routes: list[Route] = [
    get("/visits", visits_page, allow=Permission.BOOKING_ASK),
    get("/visits/now", visits_fragment, allow=Permission.BOOKING_ASK),
    post("/visits/requests/{request_id}/accept", accept_time, allow=Permission.BOOKING_ASK),
    post("/visits/requests/{request_id}/decline", decline_times, allow=Permission.BOOKING_ASK),
    post("/visits/requests/{request_id}/hold", hold_times, allow=Permission.BOOKING_ASK),
    post("/visits/requests/{request_id}/withdraw", withdraw_request, allow=Permission.BOOKING_ASK),
    get("/visits/{visit_id}/cancel", cancel_page, allow=Permission.BOOKING_ASK),
    post("/visits/{visit_id}/cancel", cancel_visit, allow=Permission.BOOKING_ASK),
]
