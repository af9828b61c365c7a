"""Recording the dose that was given at a visit.

It stands here because it needs both the plan and the open flags, which may not know each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal import clock
from portal.audit.actions import record
from portal.bookings.offer_form import FIRST, SECOND, OfferRow, comes_twice
from portal.bookings.times import instants
from portal.db import UnitOfWork
from portal.flags.ladder import GRAVE
from portal.flags.queries import flags_of
from portal.people.access import patient_for
from portal.people.models import Patient
from portal.people.queries import Named, name_of
from portal.permissions import Permission
from portal.treatments.actions import DoseRefused, Given, record_dose
from portal.treatments.models import Dose, TreatmentPlan
from portal.treatments.queries import latest_dose, plan_of
from portal.treatments.rules import last_step, prescription_refusal
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Bedside:
    """The patient, the plan and the dose before."""

    patient: Patient
    person: Named
    zone: ZoneInfo
    plan: TreatmentPlan | None
    before: Dose | None
    safety_flag_open: bool

    @property
    def number(self) -> int:
        return (self.before.number if self.before else 0) + 1

    @property
    def obstacle(self) -> str | None:
        return prescription_refusal(self.plan, clock.now().astimezone(self.zone).date())

    @property
    def steps(self) -> list[int]:
        """The steps that may be recorded: up to one above the last, or the last while a flag is
        open. Which of them was given is for the person at the bedside to say."""
        last = last_step(self.plan, self.before)
        highest = last if self.safety_flag_open else last + 1
        return list(range(1, min(highest, self.plan.steps_total if self.plan else 0) + 1))


async def dose_page(request: Request) -> Response:
    return await _show(request)


async def record_given(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with work(request) as unit:
            bedside = await _bedside(unit, request)
            given = _given(form, bedside)
            if given is not None:
                flag_open = bedside.safety_flag_open
                await record_dose(unit, bedside.patient, given, safety_flag_open=flag_open)
    except DoseRefused as refused:
        return await _show(request, form, refused.status, refused.sentence)
    if given is None:
        return await _show(request, form, 422)
    words = f"{bedside.plan.route.words} {given.number} is recorded." if bedside.plan else ""
    return see_other(f"/patients/{bedside.patient.id}", words)


async def _bedside(unit: UnitOfWork, request: Request) -> Bedside:
    session = unit.session
    patient = await patient_for(session, actor_of(request), path_id(request, "patient_id"))
    person = await name_of(session, patient.id)
    flags = await flags_of(session, patient.id)
    return Bedside(
        patient=patient,
        person=person,
        zone=ZoneInfo(person.time_zone),
        plan=await plan_of(session, patient.id),
        before=await latest_dose(session, patient.id),
        safety_flag_open=any(flag.is_open and flag.level in GRAVE for flag in flags),
    )


def _given(form: Form, bedside: Bedside) -> Given | None:
    """What was typed, or None with the sentences in the form's errors."""
    step = form.raw("step")
    if not step.isascii() or not step.isdigit() or len(step) > 3:
        form.errors["step"] = "Choose the step that was given."
    adult = form.choice("adult", ("yes", "no"), "Say whether an adult was there.")
    note = form.text("note", longest=LONGEST_NOTE)
    ended_at = _ended_at(form, bedside.zone)
    number = form.raw("number")
    if form.errors or ended_at is None:
        return None
    return Given(
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0,
        step=int(step),
        ended_at=ended_at,
        adult_present=adult == "yes",
        note=note,
    )


def _row(form: Form) -> OfferRow:
    return OfferRow(on=form.raw("on"), at=form.raw("at"), which=form.raw("which"))


def _ended_at(form: Form, zone: ZoneInfo) -> datetime | None:
    row = _row(form)
    starts = instants(row.wall, zone) if row.wall else ()
    if not row.wall:
        form.errors["on"] = "Enter the day and the time at which it ended."
    elif not starts:
        form.errors["at"] = "This time does not exist that night: clocks go forward."
    elif len(starts) > 1 and row.which not in {FIRST, SECOND}:
        form.errors["at"] = "This time comes twice that night. Choose the first or the second."
    else:
        return starts[-1] if row.which == SECOND else starts[0]
    return None


def _typed(form: Form | None, bedside: Bedside) -> dict[str, Any]:
    """What stands in the fields: as typed, or the present moment and nothing else chosen."""
    if form is not None:
        names = ("step", "on", "at", "which", "adult", "note")
        return {name: form.raw(name) for name in names} | {
            "twice": comes_twice(_row(form), bedside.zone)
        }
    now = clock.now().astimezone(bedside.zone)
    moment = {"on": f"{now:%Y-%m-%d}", "at": f"{now:%H:%M}"}
    return {"step": "", "which": "", "adult": "", "note": "", "twice": False, **moment}


async def _show(
    request: Request, form: Form | None = None, status: int = 200, problem: str | None = None
) -> Response:
    """The form as things are now, with what was typed and what is wrong with it."""
    async with work(request) as unit:
        bedside = await _bedside(unit, request)
        record(unit, "dose:open", patient_id=bedside.patient.id)
    return await page(
        request,
        "treatments/record_dose.html",
        status,
        bedside=bedside,
        typed=_typed(form, bedside),
        errors=form.errors if form else {},
        problem=problem,
        which=[(FIRST, "The first"), (SECOND, "The second")],
    )


routes: list[Route] = [
    get("/patients/{patient_id}/doses/new", dose_page, allow=Permission.DOSE_RECORD),
    post("/patients/{patient_id}/doses", record_given, allow=Permission.DOSE_RECORD),
]
