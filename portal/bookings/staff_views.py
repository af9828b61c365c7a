"""The care team's requests: a list, one request, and what can be done about it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.audit.actions import record
from portal.bookings.actions import cancel, refuse
from portal.bookings.offer_form import (
    FIRST,
    LENGTHS,
    SECOND,
    comes_twice,
    read_rows,
    understand,
)
from portal.bookings.offering import offer_times
from portal.bookings.queries import open_requests_for, request_for
from portal.bookings.refusals import TimeTaken
from portal.bookings.request_detail import RequestDetail, detail_for
from portal.bookings.supervision import name_supervisor
from portal.bookings.visits import Visit, coming_for, visit_for
from portal.db import UnitOfWork
from portal.errors import Conflict
from portal.permissions import Permission
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.routing import get, post
from portal.web.templates import fragment, page
from portal.web.times import duration

WAITING, BOOKED = "waiting", "booked"
LONGEST_REASON = 500
Errors = dict[str, str]


async def requests_page(request: Request) -> Response:
    """The list, and beside it its first line: who waited longest, or whose visit is next."""
    actor = actor_of(request)
    async with work(request) as unit:
        context = await _list(unit, request)
        first = _first(context)
        detail = await detail_for(unit, actor, first) if first else None
    return await _page(request, detail, context)


def _first(context: dict[str, Any]) -> UUID | None:
    if context["view"] == BOOKED:
        return next((visit.request_id for visit in context["coming"]), None)
    return next((state.id for state in context["waiting"]), None)


async def requests_fragment(request: Request) -> Response:
    """What the open page fetches again when something changed."""
    async with work(request) as unit:
        context = await _list(unit, request)
    opened = request.query_params.get("open", "")
    return fragment(request, "bookings/_rows.html", opened=opened, **context)


async def request_page(request: Request) -> Response:
    return await _show(request, path_id(request, "request_id"))


async def _list(unit: UnitOfWork, request: Request) -> dict[str, Any]:
    actor = actor_of(request)
    view = BOOKED if request.query_params.get("view") == BOOKED else WAITING
    waiting = await open_requests_for(unit.session, actor)
    coming = await coming_for(unit.session, actor)
    shown = {row.patient_id for row in (coming if view == BOOKED else waiting)}
    patients = sorted(str(id) for id in shown)
    record(unit, "request:list", detail={"view": view, "patients": patients})
    return {"view": view, "waiting": waiting, "coming": coming}


async def _show(
    request: Request,
    id: UUID,
    status: int = 200,
    errors: Errors | None = None,
    problem: str | None = None,
    form: Form | None = None,
) -> Response:
    """The request as it is now, with what was typed and what is wrong with it."""
    async with work(request) as unit:
        detail = await detail_for(unit, actor_of(request), id)
        context = await _list(unit, request)
    if form is not None and "nurse-0" in form.data:
        detail = replace(detail, rows=tuple(read_rows(form)))
    context["showing"] = "detail"
    context["reason"] = form.raw("reason") if form else ""
    return await _page(request, detail, context, status, errors, problem)


async def _page(
    request: Request,
    detail: RequestDetail | None,
    context: dict[str, Any],
    status: int = 200,
    errors: Errors | None = None,
    problem: str | None = None,
) -> Response:
    usual = {"showing": "list", "reason": "", "opened": str(detail.state.id) if detail else ""}
    return await page(
        request,
        "bookings/requests.html",
        status,
        detail=detail,
        errors=errors or {},
        problem=problem,
        **(usual | context | _options(detail)),
    )


def _options(detail: RequestDetail | None) -> dict[str, Any]:
    if detail is None:
        return {}
    return {
        "nurse_options": [(str(person.id), person.name) for person in detail.nurses],
        "clinician_options": [(str(person.id), person.name) for person in detail.clinicians],
        "length_options": [
            (str(minutes), duration(timedelta(minutes=minutes))) for minutes in LENGTHS
        ],
        "twice": [comes_twice(row, detail.zone) for row in detail.rows],
        "which": [(FIRST, "The first"), (SECOND, "The second")],
    }


async def offer(request: Request) -> Response:
    id, form, actor = path_id(request, "request_id"), await form_of(request), actor_of(request)
    rows: list[int] = []
    try:
        async with work(request) as unit:
            state = await request_for(unit.session, actor, id)
            understood = understand(read_rows(form), ZoneInfo(state.patient.time_zone))
            rows = understood.rows
            if not understood.errors:
                await offer_times(unit, state, understood.proposed)
    except TimeTaken as taken:
        errors = {f"at-{rows[taken.position]}": taken.sentence}
        return await _show(request, id, taken.status, errors, form=form)
    except Conflict as conflict:
        return await _show(request, id, conflict.status, problem=conflict.sentence, form=form)
    if understood.errors:
        return await _show(request, id, 422, understood.errors, form=form)
    return see_other(f"/requests/{id}", "Offered. The times are held for 10 minutes.")


async def refuse_request(request: Request) -> Response:
    id, form = path_id(request, "request_id"), await form_of(request)
    reason = form.text(
        "reason", longest=LONGEST_REASON, required="Write why, in words for the patient."
    )
    try:
        async with work(request) as unit:
            state = await request_for(unit.session, actor_of(request), id)
            if not form.errors:
                await refuse(unit, state.id, state.patient_id, reason)
    except Conflict as conflict:
        return await _show(request, id, conflict.status, problem=conflict.sentence, form=form)
    if form.errors:
        return await _show(request, id, 422, form.errors, form=form)
    return see_other("/requests", "Refused. The patient reads your reason.")


async def supervise(request: Request) -> Response:
    id, form, actor = path_id(request, "request_id"), await form_of(request), actor_of(request)
    async with work(request) as unit:
        detail = await detail_for(unit, actor, id)
        options = [str(person.id) for person in detail.clinicians]
        chosen = form.choice("supervisor", options, "Choose a clinician of this care team.")
        if chosen:
            await name_supervisor(unit, detail.patient, UUID(chosen))
    if not chosen:
        return await _show(request, id, 422, form.errors)
    return see_other(f"/requests/{id}", "The supervising clinician is named.")


async def cancel_page(request: Request) -> Response:
    return await _cancel_page(request, {}, "")


async def _cancel_page(
    request: Request, errors: Errors, reason: str, status: int = 200, problem: str | None = None
) -> Response:
    async with work(request) as unit:
        visit = await _visit(unit, request)
        record(unit, "visit:read", patient_id=visit.patient_id, subject=visit.id)
    context = {"visit": visit, "errors": errors, "reason": reason, "problem": problem}
    return await page(request, "bookings/cancel_visit.html", status, **context)


async def cancel_visit(request: Request) -> Response:
    form = await form_of(request)
    reason = form.text(
        "reason", longest=LONGEST_REASON, required="Write why, in words for the patient."
    )
    if form.errors:
        return await _cancel_page(request, form.errors, form.raw("reason"), 422)
    try:
        async with work(request) as unit:
            visit = await _visit(unit, request)
            await cancel(unit, visit, reason)
    except Conflict as conflict:
        return await _cancel_page(request, {}, reason, conflict.status, conflict.sentence)
    return see_other("/requests?view=booked", "Cancelled. The patient reads your reason.")


async def _visit(unit: UnitOfWork, request: Request) -> Visit:
    return await visit_for(unit.session, actor_of(request), path_id(request, "visit_id"))


routes: list[Route] = [
    get("/requests", requests_page, allow=Permission.BOOKING_READ),
    get("/requests/now", requests_fragment, allow=Permission.BOOKING_READ),
    get("/requests/{request_id}", request_page, allow=Permission.BOOKING_READ),
    post("/requests/{request_id}/offer", offer, allow=Permission.BOOKING_OFFER),
    post("/requests/{request_id}/refuse", refuse_request, allow=Permission.BOOKING_OFFER),
    post("/requests/{request_id}/supervisor", supervise, allow=Permission.RECORD_WRITE),
    get("/appointments/{visit_id}/cancel", cancel_page, allow=Permission.BOOKING_OFFER),
    post("/appointments/{visit_id}/cancel", cancel_visit, allow=Permission.BOOKING_OFFER),
]
