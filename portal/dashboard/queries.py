"""What the patient's own pages read, from many slices. The actor is the patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.bookings.kinds import Kind
from portal.bookings.queries import RequestState, requests_of
from portal.bookings.visits import Visit, next_appointment
from portal.check_ins.coming import NextCheckIn, next_check_in
from portal.check_ins.opening import is_begun
from portal.check_ins.sent import Submitted, sent_before_dose, submitted_check_ins
from portal.conversations.queries import Line, care_conversation_of, messages_before, unread_for
from portal.db import clinic_of
from portal.flags.ladder import GRAVE
from portal.flags.models import FlagSource
from portal.flags.queries import FlagState, flags_of
from portal.flags.standing import Standing, standing_of
from portal.people.access import patient_for
from portal.people.models import Patient
from portal.people.queries import Named, named
from portal.permissions import Actor
from portal.symptoms.vocabulary import Effect
from portal.treatments.models import Dose, TreatmentPlan
from portal.treatments.queries import doses_of, plan_of
from portal.web import trends
from portal.web.trends import DoseMark, Score

LATEST = 5
ENDED_FOR = timedelta(hours=12)
ASKED_BEFORE = timedelta(hours=24)
FIRST_DAY = 26
"""Hours: the check-in of the next day, answered a little late."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """The patient's course in their own dates."""

    patient: Patient
    plan: TreatmentPlan | None
    doses: Sequence[Dose]
    check_ins: Sequence[Submitted]
    zone: ZoneInfo
    today: date

    @property
    def scores(self) -> list[Score]:
        sent = self.check_ins
        return [Score(self.on(one.at), one.pain) for one in sent if one.pain is not None]

    @property
    def last_dose(self) -> Dose | None:
        return self.doses[-1] if self.doses else None

    @property
    def marks(self) -> list[DoseMark]:
        return [DoseMark(self.on(dose.ended_at), dose.number) for dose in self.doses]

    @property
    def weeks(self) -> list[Score]:
        return trends.weekly(trends.recent(self.scores, self.today), self.today)

    @property
    def dose_word(self) -> str:
        return self.plan.route.value if self.plan else "infusion"

    def felt(self) -> dict[int, list[Effect]]:
        """The effects told of in the first day after each dose, by its number."""
        numbers = {dose.id: dose.number for dose in self.doses}
        felt: dict[int, set[Effect]] = {}
        for one in self.check_ins:
            if one.hours is not None and one.hours <= FIRST_DAY and one.check_in.dose_id:
                felt.setdefault(numbers[one.check_in.dose_id], set()).update(one.effects)
        return {number: list(effects) for number, effects in felt.items()}

    def on(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Watched:
    """A flag as its patient sees it: received, who looked at it, what comes next and by when."""

    state: FlagState
    by: Named | None
    standing: Standing

    @property
    def is_grave(self) -> bool:
        """Nobody took it yet, and it may not wait."""
        return self.by is None and self.state.level in GRAVE


@dataclass(frozen=True, slots=True)
class Home:
    treatment: Treatment
    check_in: NextCheckIn | None
    offer: RequestState | None
    unread: int
    last_line: Line | None
    visit: Visit | None
    watched: list[Watched]
    is_begun: bool
    """A check-in has answers and was not sent."""
    asks_before: bool
    """A dose is booked within a day, and nothing was sent for it."""
    is_reached: bool
    """The check-in is late, and the team has spoken with the patient or written since."""

    @property
    def care(self) -> Watched | None:
        return next((watched for watched in self.watched if watched.is_grave), None)

    @property
    def others(self) -> list[Watched]:
        """What is told of besides: what nobody took yet; in quiet times the last that was taken."""
        rest = [watched for watched in self.watched if watched is not self.care]
        waiting = [watched for watched in rest if watched.by is None]
        return waiting[:2] if waiting or self.care else rest[:1]


async def treatment_of(session: AsyncSession, actor: Actor) -> Treatment:
    patient = await patient_for(session, actor, actor.person_id)
    zone = ZoneInfo(actor.time_zone)
    return Treatment(
        patient=patient,
        plan=await plan_of(session, patient.id),
        doses=await doses_of(session, patient.id),
        check_ins=await submitted_check_ins(session, patient.id),
        zone=zone,
        today=clock.now().astimezone(zone).date(),
    )


async def home_of(session: AsyncSession, actor: Actor) -> Home:
    treatment = await treatment_of(session, actor)
    patient = treatment.patient
    unread = await unread_for(session, actor)
    visit = await next_appointment(session, patient.id)
    check_in = await next_check_in(session, patient.id, clock.now())
    flags = await flags_of(session, patient.id)
    return Home(
        treatment=treatment,
        check_in=check_in,
        offer=await open_offer(session, patient),
        unread=unread,
        last_line=await _last_line(session, patient) if unread else None,
        visit=visit,
        watched=await _watched(session, flags),
        asks_before=await _asks_before(session, patient, visit),
        is_begun=await is_begun(session, patient.id, clock.now()),
        is_reached=check_in is not None and _is_reached(check_in, flags),
    )


def _is_reached(check_in: NextCheckIn, flags: Sequence[FlagState]) -> bool:
    return any(
        each.flag.source == FlagSource.SILENCE
        and each.care.is_told
        and each.raised_at >= check_in.due_at
        for each in flags
    )


async def _asks_before(session: AsyncSession, patient: Patient, visit: Visit | None) -> bool:
    if visit is None or visit.kind is not Kind.INFUSION_VISIT:
        return False
    from_then_on = visit.starts_at - ASKED_BEFORE
    if clock.now() < from_then_on:
        return False
    sent = await sent_before_dose(session, patient.id)
    return sent is None or sent.at < from_then_on


async def open_offer(session: AsyncSession, patient: Patient) -> RequestState | None:
    """The request with times that the patient can pick from now."""
    requests = await requests_of(session, patient.id)
    return next((one for one in requests if one.is_open and one.offer), None)


async def _last_line(session: AsyncSession, patient: Patient) -> Line | None:
    conversation = await care_conversation_of(session, patient.id)
    lines = await messages_before(session, conversation, conversation.last_seq + 1, LATEST)
    return next((line for line in reversed(lines) if line.side == "team"), None)


async def _watched(session: AsyncSession, flags: Sequence[FlagState]) -> list[Watched]:
    """Those of check-ins: what came of a message is answered where it was written."""
    now, clinic = clock.now(), clinic_of(session)
    states = [
        state
        for state in flags
        if state.flag.source == FlagSource.CHECK_IN and _is_current(state, now)
    ]
    standings = [standing_of(state, now, clinic) for state in states]
    people = await named(session, [standing.seen_by for standing in standings])
    return [
        Watched(state, people[standing.seen_by] if standing.seen_by else None, standing)
        for state, standing in zip(states, standings, strict=True)
    ]


def _is_current(state: FlagState, now: datetime) -> bool:
    """Until it is closed, and for a while after that, so that its end is seen."""
    closed_at = state.care.closed_at
    return closed_at is None or state.is_open or now - closed_at < ENDED_FOR
