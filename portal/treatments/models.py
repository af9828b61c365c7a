"""Plans, and the doses given under them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime, enum_type
from portal.ids import new_id
from portal.languages import N_


class Route(StrEnum):
    """How the medicine is taken."""

    INFUSION = "infusion"
    INJECTION = "injection"
    LOZENGE = "lozenge"

    @property
    def words(self) -> str:
        return self.value.capitalize()

    @property
    def plural(self) -> str:
        return f"{self.value}s"


# As they stand inside a patient's sentence.
ROUTE_WORDS = (
    *(N_("infusion"), N_("injection"), N_("lozenge")),
    *(N_("infusions"), N_("injections"), N_("lozenges")),
)


class PlanState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    MAINTENANCE = "maintenance"
    ENDED = "ended"

    @property
    def words(self) -> str:
        return self.value.capitalize()

    @property
    def hint(self) -> str:
        """What it means for the next dose."""
        return _STATE_HINTS[self]

    @property
    def allows_doses(self) -> bool:
        return self in {PlanState.ACTIVE, PlanState.MAINTENANCE}


_STATE_HINTS = {
    PlanState.ACTIVE: "The course is under way.",
    PlanState.PAUSED: "No dose until it goes on.",
    PlanState.MAINTENANCE: "Now and then, to keep the relief.",
    PlanState.ENDED: "No further dose.",
}
_NOT_ENDED = text("state <> 'ended'")


class TreatmentPlan(SQLModel, table=True):
    """What was prescribed, in a version of its own: a change ends this one and signs the next.

    `steps_total` counts the prescriber's steps; which dose a step means stands on the
    prescription, not here. `goal` is sealed text.
    """

    __tablename__ = "treatment_plan"
    __table_args__ = (
        UniqueConstraint("patient_id", "version"),
        Index(
            "uq_treatment_plan_current",
            "patient_id",
            unique=True,
            sqlite_where=_NOT_ENDED,
            postgresql_where=_NOT_ENDED,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    route: Route = Field(sa_column=Column(enum_type(Route, "route"), nullable=False))
    condition: str = Field(max_length=120)
    goal: bytes
    steps_total: int
    doses_planned: int
    prescribed_by: UUID = Field(foreign_key="practitioner.id")
    prescription_valid_until: date
    version: int
    state: PlanState = Field(
        default=PlanState.ACTIVE, sa_column=Column(enum_type(PlanState, "state"), nullable=False)
    )
    signed_at: datetime = Field(sa_type=UTCDateTime)


class Dose(SQLModel, table=True):
    """One dose as it was given. `number` counts the patient's doses over all plan versions.

    `ended_at` is the end of the infusion, the injection, or the lozenge placed in the mouth: the
    zero of the check-in clock (clinical.md section 5). `note` is sealed text.
    """

    __tablename__ = "dose"
    # Two people recording the same dose meet here: the second is told who was first.
    __table_args__ = (UniqueConstraint("patient_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    plan_id: UUID = Field(foreign_key="treatment_plan.id", index=True)
    number: int
    step: int
    route: Route = Field(sa_column=Column(enum_type(Route, "route"), nullable=False))
    ended_at: datetime = Field(sa_type=UTCDateTime)
    given_by: UUID = Field(foreign_key="person.id")
    adult_present: bool
    note: bytes | None = None
    recorded_at: datetime = Field(sa_type=UTCDateTime)
