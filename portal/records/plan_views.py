"""Signing a treatment plan, and changing it: each change is a version of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.bookings.supervision import name_supervisor
from portal.db import UnitOfWork
from portal.people.access import patient_for
from portal.people.models import Caution, Patient
from portal.people.queries import Named, name_of, named, practitioners_of
from portal.permissions import Permission, Role
from portal.records.plan_form import Course, prescribed
from portal.treatments.actions import PlanChanged, Prescribed, sign_plan
from portal.treatments.models import PlanState, Route, TreatmentPlan
from portal.treatments.queries import goal_of, latest_dose, plans_of
from portal.treatments.rules import supervision_words
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page
from portal.web.times import when

FIELDS = ("route", "condition", "goal", "steps_total", "doses_planned", "valid_until", "state")


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before the clinician who signs."""

    patient: Patient
    person: Named
    zone: ZoneInfo
    versions: Sequence[TreatmentPlan]
    goal: str
    course: Course
    names: dict[UUID, Named]
    clinicians: list[Named]

    @property
    def plan(self) -> TreatmentPlan | None:
        return self.versions[0] if self.versions else None

    @property
    def version(self) -> int:
        return self.plan.version if self.plan else 0

    @property
    def supervised_for(self) -> list[Caution]:
        return sorted(self.patient.supervised_for(self.course.today))


async def plan_page(request: Request) -> Response:
    return await _show(request)


async def save_plan(request: Request) -> Response:
    form = await form_of(request)
    try:
        async with work(request) as unit:
            desk = await _desk(unit, request)
            signed = prescribed(form, desk.course)
            supervisor = _supervisor(form, desk, signed)
            if signed is not None and not form.errors:
                await _sign(unit, desk, signed, supervisor, _seen(form))
    except PlanChanged as changed:
        return await _show(request, form, changed.status, overtaken=True)
    if form.errors:
        return await _show(request, form, 422)
    words = f"Plan version {desk.version + 1} is signed."
    return see_other(f"/patients/{desk.patient.id}", words)


async def _sign(
    unit: UnitOfWork, desk: Desk, signed: Prescribed, supervisor: UUID | None, seen: int
) -> None:
    if supervisor is not None and supervisor != desk.patient.supervisor_id:
        await name_supervisor(unit, desk.patient, supervisor)
    await sign_plan(unit, desk.patient, signed, seen=seen)


def _seen(form: Form) -> int:
    text = form.raw("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _supervisor(form: Form, desk: Desk, signed: Prescribed | None) -> UUID | None:
    """Who is chosen to supervise; doses may not be allowed without, where somebody must."""
    reasons = desk.supervised_for
    if not reasons:
        return None
    chosen = form.uuid("supervisor")
    if chosen in {one.id for one in desk.clinicians}:
        return chosen
    if signed is None or signed.state.allows_doses:
        form.errors["supervisor"] = (
            f"{supervision_words(reasons)} Choose the clinician who supervises it."
        )
    return None


async def _desk(unit: UnitOfWork, request: Request) -> Desk:
    session = unit.session
    patient = await patient_for(session, actor_of(request), path_id(request, "patient_id"))
    person = await name_of(session, patient.id)
    versions = await plans_of(session, patient.id)
    last = await latest_dose(session, patient.id)
    zone = ZoneInfo(person.time_zone)
    team = await practitioners_of(session, patient)
    return Desk(
        patient=patient,
        person=person,
        zone=zone,
        versions=versions,
        goal=goal_of(session, versions[0]) if versions else "",
        course=Course(clock.now().astimezone(zone).date(), last.number if last else 0),
        names=await named(session, (plan.prescribed_by for plan in versions)),
        clinicians=[member for member in team if member.role is Role.CLINICIAN],
    )


def _typed(form: Form | None, desk: Desk) -> dict[str, str]:
    """What stands in the fields: as typed, as signed last, or nothing but what the record says.

    An ended plan chooses no state by itself: going on is a decision of its own.
    """
    if form is not None:
        return {name: form.raw(name) for name in (*FIELDS, "supervisor")}
    supervisor = str(desk.patient.supervisor_id or "")
    plan = desk.plan
    if plan is None:
        empty = dict.fromkeys(FIELDS, "") | {"condition": desk.patient.condition}
        return empty | {"state": PlanState.ACTIVE.value, "supervisor": supervisor}
    return {
        "route": plan.route.value,
        "condition": plan.condition,
        "goal": desk.goal,
        "steps_total": str(plan.steps_total),
        "doses_planned": str(plan.doses_planned),
        "valid_until": plan.prescription_valid_until.isoformat(),
        "state": "" if plan.state is PlanState.ENDED else plan.state.value,
        "supervisor": supervisor,
    }


def _overtaken_by(desk: Desk, actor_id: UUID, zone: ZoneInfo) -> str:
    """The sentence for whoever comes second, with the newer version already beside the form."""
    plan = desk.plan
    if plan is None:
        return "There is no plan to change. What you typed is still here: sign it as the first."
    is_own = plan.prescribed_by == actor_id
    who = "You" if is_own else desk.names[plan.prescribed_by].name
    first = "already" if is_own else "first"
    return (
        f"{who} signed version {plan.version} {first}, {when(plan.signed_at, zone)}. "
        "What you typed is still here. Compare it with the plan in force before you sign."
    )


async def _show(
    request: Request, form: Form | None = None, status: int = 200, *, overtaken: bool = False
) -> Response:
    """The form as things are now, with what was typed and what is wrong with it."""
    actor = actor_of(request)
    async with work(request) as unit:
        desk = await _desk(unit, request)
        record(unit, "plan:review", patient_id=desk.patient.id)
    problem = _overtaken_by(desk, actor.person_id, ZoneInfo(actor.time_zone)) if overtaken else None
    return await page(
        request,
        "records/plan.html",
        status,
        desk=desk,
        typed=_typed(form, desk),
        seen=form.raw("seen") if form and not overtaken else desk.version,
        errors=form.errors if form else {},
        problem=problem,
        **_options(desk),
    )


def _options(desk: Desk) -> dict[str, Any]:
    ended = {PlanState.ENDED} if desk.plan is None or desk.plan.state is PlanState.ENDED else set()
    return {
        "routes": list(Route),
        "states": [state for state in PlanState if state not in ended],
        "supervision": supervision_words(desk.supervised_for),
        "supervisors": [("", "Choose"), *((str(one.id), one.name) for one in desk.clinicians)],
    }


routes = [
    get("/patients/{patient_id}/plan", plan_page, allow=Permission.PLAN_SIGN),
    post("/patients/{patient_id}/plan", save_plan, allow=Permission.PLAN_SIGN),
]
