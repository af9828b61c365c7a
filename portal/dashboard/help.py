"""Help, one tap from everywhere: open to everybody; a patient can also ask to be called."""

from starlette.requests import Request
from starlette.responses import Response

from portal.bookings.actions import ask
from portal.bookings.details import Details
from portal.bookings.kinds import Kind
from portal.ids import new_id
from portal.languages import N_
from portal.people.access import patient_for
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.limits import CALLS
from portal.web.requests import actor_of, see_other, work
from portal.web.routing import ANYONE, get, post
from portal.web.templates import page

ASKED = N_("We asked a nurse to call you. If it gets worse, do not wait. Call.")


async def show_help(request: Request) -> Response:
    return await page(request, "help.html", request_id=new_id())


async def call_me(request: Request) -> Response:
    """The page named the request beforehand, so two presses ask for one call."""
    actor, form = actor_of(request), await form_of(request)
    async with work(request) as unit:
        patient = await patient_for(unit.session, actor, actor.person_id)
        if patient.phone:
            wanted = form.uuid("request") or new_id()
            await ask(unit, patient, wanted, Kind.CALL_BACK, [], Details(phone=patient.phone))
    if not patient.phone:
        return see_other("/visits/ask?kind=call_back", N_("Add a phone number the nurse can call."))
    return see_other("/help", ASKED)


routes = [
    get("/help", show_help, allow=ANYONE),
    post("/help/call-me", call_me, allow=Permission.BOOKING_ASK, pace=CALLS),
]
