"""Setting a reply for later, and what can be done with one that waits."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.conversations.models import Conversation, Kind
from portal.conversations.queries import conversation_for
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid, NotFound
from portal.handling import later
from portal.handling.later_rules import send_time
from portal.ids import new_id
from portal.inbox.forms import number_of
from portal.inbox.laters import laters_of, opened
from portal.inbox.screens import Typed, thread_answer, view_of, view_query
from portal.people.queries import name_of
from portal.permissions import Permission
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.templates import fragment, page
from portal.web.times import when

Step = Callable[[UnitOfWork, UUID, int], Awaitable[object]]


async def set_one(request: Request) -> Response:
    """From the reply box. What is wrong is said there, and the words stay in it."""
    id, actor, form = path_id(request, "conversation_id"), actor_of(request), await form_of(request)
    typed = Typed("reply", form.raw("body"), form.uuid("client_id") or new_id())
    try:
        async with work(request) as unit:
            found = await conversation_for(unit.session, actor, id)
            if found.kind is Kind.NOTES:
                raise NotFound
            due = _time(form, actor.time_zone)
            await later.set_later(unit, found, typed.client_id, typed.words, due)
    except Invalid as invalid:
        return await thread_answer(request, id, 422, notice=invalid.sentence, typed=typed)
    said = f"Will be sent {when(due, ZoneInfo(actor.time_zone))}"
    return see_other(f"/inbox/{id}{view_query(view_of(request))}", said=said)


async def waiting(request: Request) -> Response:
    """Those of an open page's thread, when one was set, changed or sent."""
    actor = actor_of(request)
    async with reading(request) as session:
        found = await conversation_for(session, actor, path_id(request, "conversation_id"))
        laters = await laters_of(session, actor, found)
    return fragment(request, "inbox/_later.html", laters=laters)


async def one(request: Request) -> Response:
    """Its author changes it on a page of its own; everybody else finds it in the thread."""
    return await _show(request)


async def change(request: Request) -> Response:
    actor, form = actor_of(request), await form_of(request)
    try:
        async with work(request) as unit:
            row = await later.later_for(unit, actor, path_id(request, "later_id"))
            there = row.conversation_id
            due = _time(form, actor.time_zone)
            number = number_of(form, "number")
            await later.change_later(unit, row.id, number, form.raw("body"), due)
    except Invalid as invalid:
        return await _show(request, form, invalid.sentence)
    except Conflict as conflict:
        typed = Typed("reply", form.raw("body"), new_id())
        return await thread_answer(request, there, 409, notice=conflict.sentence, typed=typed)
    said = f"Will be sent {when(due, ZoneInfo(actor.time_zone))}"
    return see_other(f"/inbox/{there}", said=said)


def _time(form: Form, zone: str) -> datetime:
    chosen = form.raw("when")
    return send_time(chosen, form.raw("on"), form.raw("at"), clock.now(), ZoneInfo(zone))


async def _show(request: Request, form: Form | None = None, error: str | None = None) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        row = await later.later_for(unit, actor, path_id(request, "later_id"))
        if row.author_id != actor.person_id or row.fate is not None:
            return see_other(f"/inbox/{row.conversation_id}")
        conversation = await unit.session.get_one(Conversation, row.conversation_id)
        author = await name_of(unit.session, row.author_id)
        shown = opened(unit.session, actor, conversation, row, author)
        patient = await name_of(unit.session, conversation.patient_id)
    local = row.send_at.astimezone(ZoneInfo(actor.time_zone))
    return await page(
        request,
        "inbox/later.html",
        422 if error else 200,
        later=shown,
        conversation=conversation,
        patient=patient,
        words=form.raw("body") if form else shown.words,
        on=form.raw("on") if form else local.date().isoformat(),
        at=form.raw("at") if form else f"{local:%H:%M}",
        errors={"body": error} if error else {},
    )


async def now(request: Request) -> Response:
    return await _do(request, later.send_now, "Sent")


async def cancel(request: Request) -> Response:
    return await _do(request, later.cancel_later, "It will not be sent")


async def told(request: Request) -> Response:
    """Its author has read that it was not sent: they need not see the patient any more."""
    async with work(request) as unit:
        await later.note_told(unit, path_id(request, "later_id"))
    return see_other(f"/inbox{view_query(view_of(request))}")


async def _do(request: Request, step: Step, said: str) -> Response:
    form = await form_of(request)
    try:
        async with work(request) as unit:
            row = await later.later_for(unit, actor_of(request), path_id(request, "later_id"))
            there = row.conversation_id
            await step(unit, row.id, number_of(form, "number"))
    except Conflict as conflict:
        return await thread_answer(request, there, 409, notice=conflict.sentence)
    return see_other(f"/inbox/{there}", said=said)


ROW = "/later-replies/{later_id}"
routes = [
    get("/inbox/{conversation_id}/later", waiting, allow=Permission.INBOX_READ),
    post("/inbox/{conversation_id}/later", set_one, allow=Permission.INBOX_READ),
    get(ROW, one, allow=Permission.INBOX_READ),
    post(ROW, change, allow=Permission.INBOX_READ),
    post(f"{ROW}/now", now, allow=Permission.INBOX_READ),
    post(f"{ROW}/cancel", cancel, allow=Permission.INBOX_READ),
    post(f"{ROW}/told", told, allow=Permission.INBOX_READ),
]
