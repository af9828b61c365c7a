"""A flag: something a patient reported that a rule wants a human to look at.

State is kept as records. A flag is acknowledged, resolved or reopened because a row says who did
it and when; each reopening starts a new round, and one round has one of each at most.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import PortableJSON, UTCDateTime, enum_type
from portal.flags.care import Callee, CallResult, Did
from portal.flags.ladder import Rung
from portal.ids import new_id
from portal.rota.duties import Duty
from portal.symptoms.levels import Level

# The name of rule and rule set where no rule, but somebody of the team raised the flag.
BY_STAFF = "staff"


class FlagSource(StrEnum):
    """What raised the flag."""

    CHECK_IN = "check_in"
    SILENCE = "silence"
    MESSAGE = "message"
    HELP_NOW = "help_now"
    READING = "reading"  # what the reader found in a message


class Outcome(StrEnum):
    """What was done about a flag (workflow.md, "Flag")."""

    ADVISED = "advised"
    CALLED = "called"
    SEEN = "seen"
    DOSE_HELD = "dose_held"
    VISIT_BOOKED = "visit_booked"
    SENT_TO_EMERGENCY = "sent_to_emergency"
    EXPECTED_EFFECT = "expected_effect"
    ENTERED_IN_ERROR = "entered_in_error"

    @property
    def words(self) -> str:
        return _OUTCOME_WORDS[self]


_OUTCOME_WORDS = {
    Outcome.ADVISED: "Advised by message",
    Outcome.CALLED: "Called the patient",
    Outcome.SEEN: "Seen in person",
    Outcome.DOSE_HELD: "Next dose held",
    Outcome.VISIT_BOOKED: "Visit booked",
    Outcome.SENT_TO_EMERGENCY: "Sent to emergency care",
    Outcome.EXPECTED_EFFECT: "Expected effect, no action needed",
    Outcome.ENTERED_IN_ERROR: "Entered in error",
}


class Flag(SQLModel, table=True):
    """One per source, at its highest level. `source` and `source_id` point up, so are no key."""

    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    source: str = Field(max_length=20)
    source_id: UUID
    level: Level = Field(sa_type=enum_type(Level, "level"))
    summary: bytes  # sealed: it may quote an answer
    rule_set: str
    hours_since_dose: float | None = None
    raised_at: datetime = Field(sa_type=UTCDateTime)
    round: int = 1
    waiting_since: datetime = Field(sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime)

    @property
    def patients_page(self) -> str:
        """Where the patient reads what to do."""
        pages = {
            FlagSource.CHECK_IN: f"/check-ins/{self.source_id}/result",
            FlagSource.READING: f"/understood/messages/{self.source_id}",
        }
        return pages.get(FlagSource(self.source), "/messages")


class FlagReason(SQLModel, table=True):
    """One rule that fired, with what it saw. Copied, so a later rule set cannot change it.

    No text has a longest length: a database that refuses a wordy rule would lose a flag.
    """

    __tablename__ = "flag_reason"
    __table_args__ = (UniqueConstraint("flag_id", "position"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flag_id: UUID = Field(foreign_key="flag.id")
    position: int
    rule: str
    rule_set: str
    level: Level = Field(sa_type=enum_type(Level, "level"))
    effect: str | None = None
    title: str
    limit: str
    source: str
    said: bytes  # sealed
    change: bytes | None = None  # sealed: it names the last answer


class Acknowledgement(SQLModel, table=True):
    """Somebody took it: from here on it is theirs."""

    __table_args__ = (UniqueConstraint("flag_id", "round"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flag_id: UUID = Field(foreign_key="flag.id")
    round: int
    by_id: UUID = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=UTCDateTime)


class Disposition(SQLModel, table=True):
    """How a round ended. Without one a flag is open."""

    __table_args__ = (UniqueConstraint("flag_id", "round"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flag_id: UUID = Field(foreign_key="flag.id")
    round: int
    by_id: UUID = Field(foreign_key="person.id")
    outcome: Outcome = Field(sa_type=enum_type(Outcome, "outcome"))
    note: bytes | None = None  # sealed
    at: datetime = Field(sa_type=UTCDateTime, index=True)


class Reopening(SQLModel, table=True):
    """Why a new round began; `round` is the number of the new one."""

    __table_args__ = (UniqueConstraint("flag_id", "round"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flag_id: UUID = Field(foreign_key="flag.id")
    round: int
    by_id: UUID = Field(foreign_key="person.id")
    reason: bytes  # sealed
    at: datetime = Field(sa_type=UTCDateTime)


class FlagStep(SQLModel, table=True):
    """One step of care in a round; rows are only ever added.

    `to_id` or `to_duty`: whom it was handed to. `until`: the end of a snooze. `other_id` points at
    what this is about and is no key: the message sent, the flag linked, the row taken back, of
    which `undone` says what kind of act it was.
    """

    __tablename__ = "flag_step"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flag_id: UUID = Field(foreign_key="flag.id", index=True)
    round: int
    did: Did = Field(sa_type=enum_type(Did, "did"))
    by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=UTCDateTime)
    to_id: UUID | None = Field(default=None, foreign_key="person.id")
    to_duty: Duty | None = Field(default=None, sa_type=enum_type(Duty, "to_duty"))
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    callee: Callee | None = Field(default=None, sa_type=enum_type(Callee, "callee"))
    result: CallResult | None = Field(default=None, sa_type=enum_type(CallResult, "result"))
    other_id: UUID | None = None
    undone: str | None = Field(default=None, max_length=20)
    words: bytes | None = None  # sealed


class Escalation(SQLModel, table=True):
    """Nobody had the flag, so others were told. `told` holds their ids.

    A round's lap 0 begins when it is raised or reopened, the next ones with each hand-over.
    `is_uncovered`: nobody stood in the rota for it, so it went to the administrators at once.
    `by_id`: who pressed for it; None when the clock did.
    """

    __table_args__ = (UniqueConstraint("flag_id", "round", "lap", "rung"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flag_id: UUID = Field(foreign_key="flag.id")
    round: int
    lap: int
    rung: Rung = Field(sa_type=enum_type(Rung, "rung"))
    told: list[str] = Field(default_factory=list, sa_type=PortableJSON)
    is_uncovered: bool = False
    by_id: UUID | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=UTCDateTime)


class LatePromise(SQLModel, table=True):
    """The time we told the patient had passed, and whoever has it was told; once a round."""

    __tablename__ = "late_promise"
    __table_args__ = (UniqueConstraint("flag_id", "round"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    flag_id: UUID = Field(foreign_key="flag.id")
    round: int
    promised_at: datetime = Field(sa_type=UTCDateTime)
    told: list[str] = Field(default_factory=list, sa_type=PortableJSON)
    at: datetime = Field(sa_type=UTCDateTime)
