"""What somebody of the care team needs to see before offering a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from portal import clock
from portal.audit.actions import record
from portal.bookings.diary import Busy, busy_between
from portal.bookings.kinds import Kind, Window
from portal.bookings.offer_form import OfferRow, suggested
from portal.bookings.offering import COMES
from portal.bookings.queries import RequestState, request_for
from portal.bookings.rules import look_refusal, offer_refusal, supervision_reasons
from portal.bookings.steps import working_days
from portal.bookings.visits import Visit, appointment_of_request
from portal.db import UnitOfWork, clinic_of
from portal.people.access import patient_for
from portal.people.models import Caution, Patient
from portal.people.queries import Named, named, practitioners_of
from portal.permissions import Actor, Permission, Role
from portal.settings import Clinic
from portal.treatments.models import Dose, TreatmentPlan
from portal.treatments.queries import latest_dose, plan_of
from portal.treatments.rules import prescription_refusal


@dataclass(frozen=True, slots=True)
class Taken:
    """When one nurse is taken on one day."""

    nurse: Named
    times: tuple[Busy, ...]


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """One request with its patient.

    `obstacle` says why no visit can be offered yet; `lacks_plan` that signing one would help.
    `closed` are the days asked for on which the clinic is closed.
    """

    state: RequestState
    patient: Patient
    zone: ZoneInfo
    plan: TreatmentPlan | None
    dose: Dose | None
    supervisor: Named | None
    needs_supervisor: bool
    cautions: tuple[Caution, ...]
    clinicians: tuple[Named, ...]
    nurses: tuple[Named, ...]
    diary: tuple[tuple[date, tuple[Taken, ...]], ...]
    closed: frozenset[date]
    rows: tuple[OfferRow, ...]
    obstacle: str | None
    lacks_plan: bool
    visit: Visit | None


async def detail_for(work: UnitOfWork, actor: Actor, request_id: UUID) -> RequestDetail:
    """Found through the actor, and recorded as read; raises NotFound."""
    session = work.session
    state = await request_for(session, actor, request_id)
    record(work, "request:read", patient_id=state.patient_id, subject=state.id)
    patient = await patient_for(session, actor, state.patient_id)
    zone = ZoneInfo(state.patient.time_zone)
    team = await practitioners_of(session, patient)
    nurses = _who_comes(team)
    clinic = clinic_of(session)
    days = sorted({window.on for window in state.windows}) or _next_days(clinic, zone)
    busy = await _busy(work, nurses, days, zone)
    plan = await plan_of(session, patient.id)
    health = state.details.health
    reasons = supervision_reasons(patient, health, days[0])
    supervisor = await named(session, [patient.supervisor_id])
    closed = frozenset(day for day in days if not clinic.works_on(day))
    coming = [each for each in state.windows if each.on not in closed and _is_ahead(each, zone)]
    return RequestDetail(
        state=state,
        patient=patient,
        zone=zone,
        plan=plan,
        dose=await latest_dose(session, patient.id),
        supervisor=next(iter(supervisor.values()), None),
        needs_supervisor=bool(
            state.kind is Kind.INFUSION_VISIT and reasons and not patient.supervisor_id
        ),
        cautions=tuple(sorted(patient.caution_set() | set(reasons))),
        clinicians=tuple(person for person in team if person.role is Role.CLINICIAN),
        nurses=nurses,
        diary=_diary(days, nurses, busy, zone),
        closed=closed,
        rows=tuple(suggested(state.kind, coming, [n.id for n in nurses], busy, zone)),
        obstacle=offer_refusal(state.kind, patient, plan, health, days[0])
        or look_refusal(state.kind, health, may_judge=actor.may(Permission.RECORD_WRITE)),
        lacks_plan=bool(state.kind is Kind.INFUSION_VISIT and prescription_refusal(plan, days[0])),
        visit=await appointment_of_request(session, state.id),
    )


def _who_comes(team: Sequence[Named]) -> tuple[Named, ...]:
    """Nurses first: a clinician is asked when no nurse has time."""
    return tuple(person for role in COMES for person in team if person.role is role)


def _next_days(clinic: Clinic, zone: ZoneInfo) -> list[date]:
    return working_days(clinic, clock.now().astimezone(zone).date() + timedelta(days=1), 3)


def _is_ahead(window: Window, zone: ZoneInfo) -> bool:
    return window.span(zone)[0] > clock.now()


async def _busy(
    work: UnitOfWork, nurses: Sequence[Named], days: Sequence[date], zone: ZoneInfo
) -> list[Busy]:
    start, end = _start_of(days[0], zone), _start_of(days[-1] + timedelta(days=1), zone)
    return await busy_between(work.session, [nurse.id for nurse in nurses], start, end)


def _diary(
    days: Sequence[date], nurses: Sequence[Named], busy: Sequence[Busy], zone: ZoneInfo
) -> tuple[tuple[date, tuple[Taken, ...]], ...]:
    return tuple(
        (day, tuple(Taken(n, _on(day, n, busy, zone)) for n in nurses if _on(day, n, busy, zone)))
        for day in days
    )


def _on(day: date, nurse: Named, busy: Sequence[Busy], zone: ZoneInfo) -> tuple[Busy, ...]:
    start, end = _start_of(day, zone), _start_of(day + timedelta(days=1), zone)
    return tuple(
        b for b in busy if b.nurse_id == nurse.id and b.starts_at < end and b.ends_at > start
    )


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=zone)
