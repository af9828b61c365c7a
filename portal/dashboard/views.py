"""The first page after signing in, and the patient's own numbers and plan."""

from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal import clock
from portal.audit.actions import record
from portal.bookings.kinds import Kind
from portal.bookings.visits import Visit, next_appointment
from portal.dashboard import help, plan, rules
from portal.dashboard.queries import Home, Treatment, home_of, treatment_of
from portal.dashboard.rules import Waiting
from portal.languages import _, gettext
from portal.permissions import Actor, Permission, Role
from portal.treatments.rules import step_words
from portal.web import trends
from portal.web.charts import pain_chart
from portal.web.requests import actor_of, actor_or_none, work
from portal.web.routing import ANYONE, get
from portal.web.templates import page
from portal.web.times import clock_time, is_today, month_name, when


async def show_first(request: Request) -> Response:
    """`/` is the patient's home; everybody else is sent to where their work is."""
    actor = actor_or_none(request)
    if actor is None:
        return RedirectResponse("/welcome", status_code=303)
    if not actor.is_patient:
        return RedirectResponse(_desk_of(actor), status_code=303)
    return await _home(request, actor)


def _desk_of(actor: Actor) -> str:
    return "/people" if actor.role is Role.ADMIN else "/triage"


async def _home(request: Request, actor: Actor) -> Response:
    now = clock.now()
    async with work(request) as unit:
        home = await home_of(unit.session, actor)
        record(unit, "home:open", patient_id=actor.person_id)
    treatment = home.treatment
    return await page(
        request,
        "dashboard/home.html",
        home=home,
        greeting=rules.greeting(now.astimezone(treatment.zone)),
        line=_dose_line(treatment),
        step=rules.next_step(_waiting(home)),
        due_words=_due_words(home, treatment.zone),
        visit_title=_visit_title(home.visit, treatment),
        plan_line=_plan_line(treatment),
        chart=pain_chart(
            treatment.scores, treatment.marks, treatment.today, dose_word=treatment.dose_word
        ),
        finding=trends.finding(treatment.weeks),
        dose_word=treatment.dose_word,
    )


async def show_numbers(request: Request) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        treatment = await treatment_of(unit.session, actor)
        record(unit, "numbers:open", patient_id=actor.person_id)
    weeks = trends.by_week(treatment.scores, treatment.marks, treatment.today)
    rows = [_number_row(week) for week in weeks]
    return await page(request, "dashboard/numbers.html", rows=rows, dose_word=treatment.dose_word)


def _number_row(week: trends.Week) -> dict[str, Any]:
    doses = ", ".join(str(number) for number in week.doses)
    return {
        "words": f"{week.first.day} {month_name(week.first)}",
        "pain": week.pain,
        "doses": doses,
    }


async def show_plan(request: Request) -> Response:
    actor = actor_of(request)
    async with work(request) as unit:
        treatment = await treatment_of(unit.session, actor)
        visit = await next_appointment(unit.session, actor.person_id)
        record(unit, "plan:open", patient_id=actor.person_id)
    return await page(request, "dashboard/plan.html", **_plan_context(treatment, visit))


def _plan_context(treatment: Treatment, visit: Visit | None) -> dict[str, Any]:
    signed = treatment.plan
    if signed is None:
        return {"plan": None, "course": ""}
    is_dose = visit is not None and visit.kind is Kind.INFUSION_VISIT
    given = plan.Given(
        route=signed.route,
        planned=signed.doses_planned,
        marks=treatment.marks,
        scores=treatment.scores,
        felt=treatment.felt(),
        today=treatment.today,
        visit_on=treatment.on(visit.starts_at) if visit and is_dose else None,
    )
    past = plan.done(given)
    return {
        "plan": signed,
        "course": _plan_line(treatment),
        "bar": plan.bar(given),
        "visit": visit,
        "visit_title": _visit_title(visit, treatment),
        "earlier": past[: -plan.SHOWN],
        "nodes": [*past[-plan.SHOWN :], *plan.ahead(given)],
    }


def _waiting(home: Home) -> Waiting:
    return Waiting(
        care=home.care is not None,
        before=home.asks_before,
        check_in=home.check_in is not None and home.check_in.is_open,
        begun=home.is_begun,
        offer=home.offer is not None,
        message=home.unread > 0 and home.last_line is not None,
        visit=home.visit is not None,
    )


def _due_words(home: Home, zone: ZoneInfo) -> str:
    """`Due by 9 pm`, with the day when it is another."""
    if home.check_in is None:
        return ""
    if home.check_in.is_late:
        return _("Was due %(at)s", at=when(home.check_in.due_at, zone))
    by = home.check_in.due.late_at if home.check_in.is_due else home.check_in.due_at
    at = clock_time(by, zone) if is_today(by, zone) else when(by, zone)
    return _("Due by %(at)s", at=at)


def _dose_line(treatment: Treatment) -> str:
    last = treatment.last_dose
    if last is None:
        return ""
    ended_on = treatment.on(last.ended_at)
    return rules.dose_line(last.number, last.route.value, ended_on, treatment.today)


def _plan_line(treatment: Treatment) -> str:
    signed = treatment.plan
    if signed is None:
        return ""
    course = rules.course_line(len(treatment.doses), signed.doses_planned, signed.route.plural)
    last = treatment.last_dose
    return f"{course}. {step_words(last.step, signed.steps_total)}." if last else course


def _visit_title(visit: Visit | None, treatment: Treatment) -> str:
    """`Infusion 5, at home`."""
    if visit is None:
        return ""
    if visit.kind is not Kind.INFUSION_VISIT:
        return gettext(visit.kind.words)
    dose = gettext(treatment.dose_word).capitalize()
    return _("%(dose)s %(n)s, at home", dose=dose, n=len(treatment.doses) + 1)


routes = [
    get("/", show_first, allow=ANYONE),
    get("/numbers", show_numbers, allow=Permission.HOME_READ),
    get("/plan", show_plan, allow=Permission.HOME_READ),
    *help.routes,
]
