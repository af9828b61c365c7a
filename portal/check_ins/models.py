"""A check-in with its sealed answers, and one report for each effect it tells of."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.check_ins.questionnaires import Kind
from portal.db import UTCDateTime, enum_type
from portal.ids import new_id
from portal.languages import N_
from portal.symptoms.vocabulary import Effect

NO_DOSE = "none"
# One begun longer ago is not gone on with: what was so then is not what is so now.
TAKEN_UP_FOR = timedelta(hours=2)


class AnsweredBy(StrEnum):
    PATIENT = "patient"
    ADULT = "adult"

    @property
    def words(self) -> str:
        return {"patient": "the patient", "adult": "the adult with the patient"}[self.value]


class CutShort(StrEnum):
    """Why a check-in was sent before its last page."""

    AT_ONCE = "at_once"  # an answer showed an emergency
    LEFT = "left"  # begun and not gone on with

    @property
    def words(self) -> str:
        """For the care team and for lists: `sent at once`."""
        return {"at_once": N_("sent at once"), "left": N_("not finished")}[self.value]

    @property
    def told(self) -> str:
        """For the patient, on the page with the advice."""
        return {
            "at_once": N_("We stopped asking. Call first."),
            "left": N_("You did not finish. We sent what you told us."),
        }[self.value]


class CheckIn(SQLModel, table=True):
    """Made when its first answer is given; sent once, and never changed after that.

    `series` is the dose's id, or NO_DOSE: a column of its own, because a unique constraint lets
    any number of missing doses pass. `round` counts those of one point: unscheduled ones, and
    scheduled ones that were begun, left for long and begun anew. `answers` is sealed JSON.
    `left_at` is when it counts as left unless answered again; None when nobody need look.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        # Two devices starting the same check-in meet here.
        UniqueConstraint("patient_id", "series", "point", "round"),
        Index("ix_check_in_submitted", "patient_id", "submitted_at"),
        Index("ix_check_in_left_at", "left_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    dose_id: UUID | None = Field(default=None, foreign_key="dose.id", index=True)
    series: str = Field(max_length=36)
    point: str = Field(max_length=8)
    round: int = 1
    kind: Kind = Field(sa_column=Column(enum_type(Kind, "kind"), nullable=False))
    questionnaire: str = Field(max_length=32)
    answered_by: AnsweredBy | None = Field(
        default=None, sa_column=Column(enum_type(AnsweredBy, "answered_by"), nullable=True)
    )
    adult_present: bool | None = None
    answers: bytes
    due_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    started_at: datetime = Field(sa_type=UTCDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    cut_short: CutShort | None = Field(
        default=None, sa_column=Column(enum_type(CutShort, "cut_short"), nullable=True)
    )
    hours_since_dose: float | None = None
    rule_set: str | None = Field(default=None, max_length=40)

    def is_too_old(self, now: datetime) -> bool:
        """It was begun too long ago to go on with."""
        return self.submitted_at is None and now - self.started_at > TAKEN_UP_FOR


class SymptomReport(SQLModel, table=True):
    """One of the seven effects, as reported. `grade` 1 to 4; None when how bad was not said."""

    __tablename__ = "symptom_report"
    __table_args__ = (UniqueConstraint("check_in_id", "effect"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    check_in_id: UUID = Field(foreign_key="check_in.id")
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    effect: Effect = Field(sa_column=Column(enum_type(Effect, "effect"), nullable=False))
    grade: int | None = None
    flag_id: UUID = Field(foreign_key="flag.id", index=True)
    reported_at: datetime = Field(sa_type=UTCDateTime)
