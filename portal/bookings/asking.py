"""The pages on which a patient asks for a visit or a call, one step a page."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import clock
from portal.audit.actions import record
from portal.bookings import steps
from portal.bookings.actions import ask
from portal.bookings.days import days_for
from portal.bookings.details import Answers
from portal.bookings.diary import lock_diaries
from portal.bookings.drafts import keep_answers, typed_by
from portal.bookings.forms import (
    NONE_OF_THESE,
    READERS,
    Errors,
    details_from,
    first_unfinished,
    problems,
    read_times,
    windows_from,
)
from portal.bookings.kinds import Health, Kind, Window
from portal.bookings.models import BookingDraft, BookingRequest
from portal.bookings.steps import STEPS, Step
from portal.db import UnitOfWork, clinic_of
from portal.errors import Conflict, NotFound
from portal.languages import N_
from portal.people.access import patient_for
from portal.people.models import Patient
from portal.permissions import Actor, Permission
from portal.treatments.queries import latest_dose
from portal.web.forms import Form, form_of
from portal.web.limits import BOOKINGS
from portal.web.requests import actor_of, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page

HAVE_IT = N_("We have your request. We will offer you times here.")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and what they typed so far."""

    actor: Actor
    patient: Patient
    draft_id: UUID | None
    answers: Answers

    @property
    def steps(self) -> tuple[Step, ...]:
        return STEPS[self.answers.wanted] if self.answers.wanted else ()

    @property
    def kind(self) -> Kind:
        return Kind(self.answers.kind)

    @property
    def today(self) -> date:
        return clock.now().astimezone(ZoneInfo(self.actor.time_zone)).date()

    def page_from(self, asked: str) -> date:
        return steps.page_from(asked, self.today)


async def kind_page(request: Request) -> Response:
    async with work(request) as unit:
        asking = await _asking(unit, actor_of(request))
    return await _kinds(request, asking, {})


async def choose_kind(request: Request) -> Response:
    form = await form_of(request)
    kind = form.choice("kind", list(Kind), N_("Choose what you need."))
    async with work(request) as unit:
        asking = await _asking(unit, actor_of(request), in_turn=True)
        asking.answers.kind = kind or asking.answers.kind
        await keep_answers(unit, asking.patient, asking.answers)
    if not kind:
        return await _kinds(request, asking, form.errors)
    return see_other(_address(asking.steps[0]))


async def _kinds(request: Request, asking: Asking, errors: Errors) -> Response:
    status = 422 if errors else 200
    context = {"kinds": Kind, "answers": asking.answers, "errors": errors}
    return await page(request, "bookings/ask_kind.html", status, **context)


async def step_page(request: Request) -> Response:
    step = _step(request)
    async with work(request) as unit:
        asking = await _asking(unit, actor_of(request))
        if step not in asking.steps:
            return see_other("/visits/ask")
        first = asking.page_from(request.query_params.get("from", ""))
        context = await _context(unit, asking, step, first)
    return await page(request, f"bookings/ask_{step}.html", errors={}, **context)


async def answer_step(request: Request) -> Response:
    """Save what was typed, then go on, or show the same page with what is wrong."""
    step, form = _step(request), await form_of(request)
    try:
        async with work(request) as unit:
            asking = await _asking(unit, actor_of(request), in_turn=True)
            if step not in asking.steps:
                return await _sent_before(unit, asking, form)
            draft = await _keep(unit, asking, step, form)
            errors = problems(step, asking.answers) | form.errors
            if not errors or form.raw("go"):
                return await _go_on(unit, asking, step, form.raw("go"), draft.id)
    except Conflict as conflict:
        return await _same_step(request, step, form, {step.value: conflict.sentence}, 409)
    return await _same_step(request, step, form, errors, 422)


async def _same_step(
    request: Request, step: Step, form: Form, errors: Errors, status: int
) -> Response:
    """Kept and shown again: also after a refusal, which undid the keeping."""
    async with work(request) as unit:
        asking = await _asking(unit, actor_of(request), in_turn=True)
        await _keep(unit, asking, step, form)
        context = await _context(unit, asking, step, asking.page_from(form.raw("from")))
    return await page(request, f"bookings/ask_{step}.html", status, errors=errors, **context)


async def _keep(unit: UnitOfWork, asking: Asking, step: Step, form: Form) -> BookingDraft:
    if step is Step.TIMES:
        first = asking.page_from(form.raw("from"))
        days = steps.working_days(clinic_of(unit.session), first)
        read_times(form, asking.answers, days)
    else:
        READERS[step](form, asking.answers)
    return await keep_answers(unit, asking.patient, asking.answers)


async def _go_on(
    unit: UnitOfWork, asking: Asking, step: Step, other_page: str, draft_id: UUID
) -> Response:
    if step is Step.TIMES and other_page:
        return see_other(f"{_address(step)}?from={asking.page_from(other_page).isoformat()}")
    kind = asking.kind
    following = steps.after(kind, step) or first_unfinished(asking.answers, kind)
    if following is not None:
        return see_other(_address(following))
    windows, details = windows_from(asking.answers, kind), details_from(asking.answers, kind)
    await ask(unit, asking.patient, draft_id, kind, windows, details)
    return see_other("/visits", HAVE_IT)


async def _sent_before(unit: UnitOfWork, asking: Asking, form: Form) -> Response:
    """Nothing is being asked now. The second press of "Send" finds its request already there."""
    sent = form.uuid("draft")
    request = await unit.session.get(BookingRequest, sent) if sent else None
    if request is not None and request.patient_id == asking.patient.id:
        return see_other("/visits", HAVE_IT)
    return see_other("/visits/ask")


async def _asking(unit: UnitOfWork, actor: Actor, *, in_turn: bool = False) -> Asking:
    """`in_turn`: one post of a patient after the other, so that two cannot both be the first."""
    patient = await patient_for(unit.session, actor, actor.person_id)
    if in_turn:
        await lock_diaries(unit, patient.id, [])
    draft_id, answers = await typed_by(unit.session, patient)
    record(unit, "draft:read", patient_id=patient.id, subject=draft_id)
    return Asking(actor, patient, draft_id, answers)


async def _context(unit: UnitOfWork, asking: Asking, step: Step, first: date) -> dict[str, Any]:
    previous = steps.before(asking.kind, step)
    return {
        "answers": asking.answers,
        "kind": asking.kind,
        "step": step,
        "number": asking.steps.index(step) + 1,
        "of": len(asking.steps),
        "back": _address(previous) if previous else "/visits/ask",
        "draft": asking.draft_id or "",
        "patient": asking.patient,
        **await _for_step(unit, asking, step, first),
    }


async def _for_step(unit: UnitOfWork, asking: Asking, step: Step, first: date) -> dict[str, Any]:
    if step is Step.TIMES:
        return await _times(unit, asking, first)
    if step is Step.HEALTH:
        dose = await latest_dose(unit.session, asking.patient.id)
        return {"questions": Health, "nothing": NONE_OF_THESE, "dose": dose}
    if step is Step.WORDS:
        return {
            "steps": asking.steps,
            "picked": windows_from(asking.answers, asking.kind),
            "details": details_from(asking.answers, asking.kind),
        }
    return {}


async def _times(unit: UnitOfWork, asking: Asking, first: date) -> dict[str, Any]:
    days = await days_for(unit.session, asking.patient, asking.actor, asking.kind, first)
    shown = [window.code for day in days for window in day.windows]
    start = asking.page_from("")
    later = days[-1].on + timedelta(days=1)
    return {
        "days": days,
        "first": first,
        "later": later if later <= asking.today + steps.FURTHEST else None,
        "sooner": start if first > start else None,
        "elsewhere": [
            Window.from_code(code) for code in steps.other_days(asking.answers.windows, shown)
        ],
    }


def _step(request: Request) -> Step:
    try:
        return Step(str(request.path_params["step"]))
    except ValueError as error:
        raise NotFound from error


def _address(step: Step) -> str:
    return f"/visits/ask/{step}"


routes: list[Route] = [
    get("/visits/ask", kind_page, allow=Permission.BOOKING_ASK),
    post("/visits/ask", choose_kind, allow=Permission.BOOKING_ASK, pace=BOOKINGS),
    get("/visits/ask/{step}", step_page, allow=Permission.BOOKING_ASK),
    post("/visits/ask/{step}", answer_step, allow=Permission.BOOKING_ASK, pace=BOOKINGS),
]
