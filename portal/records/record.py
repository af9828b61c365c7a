"""One patient's record, read from many slices. The caller found the patient through the actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from markupsafe import Markup

from portal import clock
from portal.audit.queries import entries_about
from portal.bookings.visits import Visit, appointments_of
from portal.check_ins.coming import NextCheckIn, missed_check_ins, next_check_in
from portal.check_ins.schedule import Due
from portal.check_ins.sent import Submitted, submitted_check_ins
from portal.conversations.models import Conversation
from portal.conversations.queries import care_conversation_of
from portal.db import UnitOfWork
from portal.flags.queries import FlagState, flags_of
from portal.people.models import Patient
from portal.people.queries import Named, name_of, named, practitioners_of
from portal.permissions import Role
from portal.records.openings import Opening, openings_of
from portal.symptoms.levels import Level
from portal.treatments.models import Dose, TreatmentPlan
from portal.treatments.queries import doses_of, goal_of, plan_of
from portal.web import trends
from portal.web.charts import care_chart
from portal.web.lanes import Lanes
from portal.web.trends import DoseMark, Score

CHECK_INS_SHOWN = 30
ENTRIES_READ = 200


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the page shows; times are meant in the patient's own `zone`."""

    patient: Patient
    person: Named
    plan: TreatmentPlan | None
    goal: str
    doses: Sequence[Dose]
    every_check_in: Sequence[Submitted]
    coming: NextCheckIn | None
    missed: Sequence[Due]
    flags: Sequence[FlagState]
    visits: Sequence[Visit]
    conversation: Conversation
    team: Sequence[Named]
    names: dict[UUID, Named]
    openings: Sequence[Opening]
    zone: ZoneInfo
    today: date

    @property
    def scores(self) -> list[Score]:
        sent = self.every_check_in
        return [Score(_on(one.at, self.zone), one.pain) for one in sent if one.pain is not None]

    @property
    def check_ins(self) -> Sequence[Submitted]:
        """The latest, newest first."""
        return self.every_check_in[: -CHECK_INS_SHOWN - 1 : -1]

    @property
    def open_flags(self) -> list[FlagState]:
        return [state for state in self.flags if state.is_open]

    @property
    def gravest(self) -> Level | None:
        levels = {state.level for state in self.open_flags}
        return next((level for level in Level if level in levels), None)

    @property
    def clinicians(self) -> list[Named]:
        return [member for member in self.team if member.role is Role.CLINICIAN]

    @property
    def next_number(self) -> int:
        return self.doses[-1].number + 1 if self.doses else 1

    @property
    def age(self) -> int | None:
        return self.patient.age_on(self.today)

    @property
    def chart(self) -> Markup:
        marks = [DoseMark(_on(dose.ended_at, self.zone), dose.number) for dose in self.doses]
        word = self.plan.route.value if self.plan else "infusion"
        raised = [(_on(state.raised_at, self.zone), state.level) for state in self.flags]
        lanes = Lanes(frozenset(score.on for score in self.scores), raised)
        return care_chart(self.scores, marks, self.today, lanes=lanes, dose_word=word)

    def change_around(self, dose: Dose) -> tuple[int, int] | None:
        """Mean pain of the week before a dose and of the week after it."""
        return trends.around(trends.daily(self.scores), _on(dose.ended_at, self.zone))

    def flag_of(self, check_in_id: UUID) -> FlagState | None:
        return next((state for state in self.flags if state.flag.source_id == check_in_id), None)


async def record_of(work: UnitOfWork, patient: Patient) -> Record:
    session = work.session
    care = await care_conversation_of(work.session, patient.id)
    person = await name_of(session, patient.id)
    zone = ZoneInfo(person.time_zone)
    plan = await plan_of(session, patient.id)
    doses = await doses_of(session, patient.id)
    flags = await flags_of(session, patient.id)
    openings = openings_of(await entries_about(session, patient.id, ENTRIES_READ))
    return Record(
        patient=patient,
        person=person,
        plan=plan,
        goal=goal_of(session, plan) if plan else "",
        doses=doses,
        every_check_in=await submitted_check_ins(session, patient.id),
        coming=await next_check_in(session, patient.id, clock.now()),
        missed=await missed_check_ins(session, patient.id, clock.now()),
        flags=flags,
        visits=await appointments_of(session, patient.id),
        conversation=care,
        team=await practitioners_of(session, patient),
        names=await named(session, _people_in(patient, plan, doses, flags, openings)),
        openings=openings,
        zone=zone,
        today=_on(clock.now(), zone),
    )


def _people_in(
    patient: Patient,
    plan: TreatmentPlan | None,
    doses: Sequence[Dose],
    flags: Sequence[FlagState],
    openings: Sequence[Opening],
) -> list[UUID | None]:
    return [
        patient.supervisor_id,
        plan.prescribed_by if plan else None,
        *(dose.given_by for dose in doses),
        *(state.owner_id for state in flags),
        *(opening.by_id for opening in openings),
    ]


def _on(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
