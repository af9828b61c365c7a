"""What we understood from a patient's words, what to do now, and whether we are right."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from portal.audit.actions import record
from portal.check_ins.library import rules_of
from portal.check_ins.results import advice
from portal.flags.history import reasons_of
from portal.flags.models import FlagSource
from portal.flags.queries import flag_of_source
from portal.languages import N_
from portal.permissions import Permission
from portal.readings.actions import answer_reading
from portal.readings.queries import reading_for
from portal.web.forms import form_of
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import page

THANKS = N_("Thank you. Your care team sees what you told us.")


async def show(request: Request) -> Response:
    actor, clinic = actor_of(request), state_of(request).settings.clinic
    source, id = _source(request)
    async with work(request) as unit:
        reading = await reading_for(unit.session, actor, source, id)
        state = await flag_of_source(unit.session, source, id)
        reasons = await reasons_of(unit.session, state.flag) if state else []
        rules = rules_of(unit.session)
        record(unit, "reading:read", patient_id=reading.patient_id, subject=id)
    told = advice(rules, reasons, state.flag.due_at, clinic) if state else None
    return await page(request, "readings/understood.html", reading=reading, advice=told)


async def answer(request: Request) -> Response:
    actor, form = actor_of(request), await form_of(request)
    source, id = _source(request)
    async with work(request) as unit:
        reading = await reading_for(unit.session, actor, source, id)
        right = form.choice("right", ("yes", "no"), N_("Press Yes or No.")) == "yes"
        if not form.errors:
            await answer_reading(unit, reading, form.raw("what"), right=right)
    return see_other(reading.address, None if form.errors else THANKS)


def _source(request: Request) -> tuple[FlagSource, UUID]:
    if "message_id" in request.path_params:
        return FlagSource.READING, path_id(request, "message_id")
    return FlagSource.CHECK_IN, path_id(request, "check_in_id")


ANSWER = Permission.CHECK_IN_ANSWER

routes = [
    get("/understood/check-ins/{check_in_id}", show, allow=ANSWER),
    post("/understood/check-ins/{check_in_id}", answer, allow=ANSWER),
    get("/understood/messages/{message_id}", show, allow=ANSWER),
    post("/understood/messages/{message_id}", answer, allow=ANSWER),
]
