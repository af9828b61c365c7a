"""The pages on which a message is turned into a flag or a request."""

from starlette.requests import Request
from starlette.responses import Response

from portal.audit.actions import record
from portal.bookings.kinds import Kind
from portal.bookings.on_behalf import ASKED_FOR
from portal.handling.turning import Told, flag_message, request_from, told_for, turned_of
from portal.people.queries import name_of
from portal.permissions import Permission
from portal.symptoms.levels import Level
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page

LONGEST_REASON = 60
# So many lines after it are on the page when an older message is shown.
LINES_AFTER = 20
LINES_AT_THE_END = 40


async def in_thread(request: Request) -> Response:
    """The thread, at this message: where a flag's or a request's link leads."""
    async with reading(request) as session:
        told = await told_for(session, actor_of(request), path_id(request, "message_id"))
    return see_other(_place_of(told))


def _place_of(told: Told) -> str:
    seq, last = told.message.seq, told.conversation.last_seq
    before = f"?before={seq + LINES_AFTER}" if last - seq > LINES_AT_THE_END else ""
    return f"/inbox/{told.conversation.id}{before}#m-{told.id}"


async def choose(request: Request) -> Response:
    return await _show(request)


async def flag(request: Request) -> Response:
    form, actor = await form_of(request), actor_of(request)
    level = form.choice("level", list(Level), "Choose how soon somebody must look.")
    why = form.text("why", longest=LONGEST_REASON, required="Say why, in a few words.")
    if form.errors:
        return await _show(request, form)
    async with work(request) as unit:
        told = await told_for(unit.session, actor, path_id(request, "message_id"))
        raised = await flag_message(unit, actor, told, Level(level), why)
    return see_other(_place_of(told), said=f"{raised.level.words} flag raised")


async def ask(request: Request) -> Response:
    form, actor = await form_of(request), actor_of(request)
    kind = form.choice("kind", list(ASKED_FOR), "Choose what they need.")
    if form.errors:
        return await _show(request, form)
    async with work(request) as unit:
        told = await told_for(unit.session, actor, path_id(request, "message_id"))
        made = await request_from(unit, actor, told, Kind(kind))
    return see_other(_place_of(told), said=f"{made.kind.for_staff} asked for")


async def _show(request: Request, form: Form | None = None) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        told = await told_for(unit.session, actor, path_id(request, "message_id"))
        record(unit, "message:read", patient_id=told.patient_id, subject=told.id)
        turned = await turned_of(unit.session, told.patient_id)
        patient = await name_of(unit.session, told.patient_id)
    return await page(
        request,
        "inbox/turn.html",
        422 if form else 200,
        told=told,
        turned=turned.get(told.id),
        patient=patient,
        levels=list(Level),
        kinds=ASKED_FOR,
        level=form.raw("level") if form else "",
        why=form.raw("why") if form else "",
        errors=form.errors if form else {},
    )


ROW = "/inbox/messages/{message_id}"
routes = [
    get(ROW, in_thread, allow=Permission.INBOX_READ),
    get(f"{ROW}/turn", choose, allow=Permission.INBOX_READ),
    post(f"{ROW}/flag", flag, allow=Permission.FLAG_RAISE),
    post(f"{ROW}/request", ask, allow=Permission.BOOKING_OFFER),
]
