"""What stands beside a thread: where the patient is now, and what to take care of."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.bookings.visits import Visit, next_appointment
from portal.check_ins.in_words import answers_for_team
from portal.check_ins.sent import Submitted, submitted_check_ins
from portal.check_ins.wording import Line
from portal.flags.queries import FlagState
from portal.inbox.events import Event
from portal.people.access import patient_for
from portal.people.models import Patient
from portal.people.queries import Named, name_of
from portal.permissions import Actor
from portal.symptoms.levels import Level
from portal.treatments.models import Dose, TreatmentPlan
from portal.treatments.queries import latest_dose, plan_of

ANSWERS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Latest:
    """The last check-in that was sent: its answers, what has become worse and what is bad first.

    `more` is how many answers are not among them.
    """

    check_in: Submitted
    answers: Sequence[Line]
    more: int


@dataclass(frozen=True, slots=True)
class About:
    """What whoever answers must have in sight about the patient."""

    patient: Patient
    person: Named
    plan: TreatmentPlan | None
    dose: Dose | None
    flags: list[FlagState]
    visit: Visit | None
    latest: Latest | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.person.time_zone)

    @property
    def events(self) -> list[Event]:
        """The open flags as they stand between the lines, by time."""
        return [Event(flag) for flag in sorted(self.flags, key=lambda flag: flag.raised_at)]

    @property
    def level(self) -> Level | None:
        return min((flag.level for flag in self.flags), key=lambda level: level.rank, default=None)


async def about_patient(
    session: AsyncSession, actor: Actor, patient_id: UUID, flags: Sequence[FlagState]
) -> About:
    """The caller has found the patient's conversation through the actor."""
    open_flags = [flag for flag in flags if flag.is_open]
    return About(
        patient=await patient_for(session, actor, patient_id),
        person=await name_of(session, patient_id),
        plan=await plan_of(session, patient_id),
        dose=await latest_dose(session, patient_id),
        flags=sorted(open_flags, key=lambda flag: (flag.level.rank, flag.raised_at)),
        visit=await next_appointment(session, patient_id),
        latest=await _latest(session, patient_id),
    )


async def _latest(session: AsyncSession, patient_id: UUID) -> Latest | None:
    sent = await submitted_check_ins(session, patient_id)
    if not sent:
        return None
    lines = in_order(answers_for_team(sent[-1], sent))
    return Latest(sent[-1], lines[:ANSWERS_SHOWN], max(0, len(lines) - ANSWERS_SHOWN))


def in_order(lines: Sequence[Line]) -> list[Line]:
    """What has become worse, then what is bad, then pain, then the rest as it was asked."""

    def hurry(line: Line) -> tuple[int, int, bool]:
        return (-max(line.worse or 0, 0), -(line.squares or 0), line.name != "pain")

    return sorted(lines, key=hurry)
