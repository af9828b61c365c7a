"""What can be asked for, when, and the health questions before a visit, in plain words."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.languages import N_
from portal.symptoms.levels import Level


class Kind(StrEnum):
    INFUSION_VISIT = "infusion_visit"
    FOLLOW_UP = "follow_up"
    CALL_BACK = "call_back"
    DOSE_QUESTION = "dose_question"

    @property
    def words(self) -> str:
        return _KIND_WORDS[self][0]

    @property
    def for_staff(self) -> str:
        """The same for whoever it is not about."""
        return self.words.replace("your", "a")

    @property
    def hint(self) -> str:
        """What it means in daily terms, for the patient choosing."""
        return _KIND_WORDS[self][1]

    @property
    def length(self) -> timedelta:
        """How long it usually takes; the person offering may choose another length."""
        return timedelta(minutes=_KIND_WORDS[self][2])

    @property
    def is_at_home(self) -> bool:
        """Somebody comes to the door, so address, phone at the door and health are asked."""
        return self in {Kind.INFUSION_VISIT, Kind.FOLLOW_UP}


_KIND_WORDS = {
    Kind.INFUSION_VISIT: (
        N_("Infusion visit"),
        N_("A nurse gives your infusion at home. 3\u00a0hours."),
        180,
    ),
    Kind.FOLLOW_UP: (
        N_("Follow-up visit"),
        N_("A nurse comes to see how you are. 45\u00a0minutes."),
        45,
    ),
    Kind.CALL_BACK: (N_("Call back"), N_("We call you. 15\u00a0minutes."), 15),
    Kind.DOSE_QUESTION: (
        N_("Question about your dose"),
        N_("We call you about it. 15\u00a0minutes."),
        15,
    ),
}


class Part(StrEnum):
    """A part of the day, in the patient's own clock."""

    MORNING = "morning"
    MIDDAY = "midday"
    EVENING = "evening"

    @property
    def name_in_words(self) -> str:
        return {"morning": N_("morning"), "midday": N_("midday"), "evening": N_("evening")}[self]

    @property
    def hours(self) -> tuple[time, time]:
        return _PART_HOURS[self]

    @property
    def words(self) -> str:
        return {"morning": N_("8 to 12"), "midday": N_("12 to 4"), "evening": N_("4 to 7")}[
            self.value
        ]


_PART_HOURS = {
    Part.MORNING: (time(8), time(12)),
    Part.MIDDAY: (time(12), time(16)),
    Part.EVENING: (time(16), time(19)),
}


class Health(StrEnum):
    """What may be new since the last visit; a nurse looks at it before a visit is offered."""

    NEW_MEDICINE = "new_medicine"
    ILLNESS = "illness"
    BLOOD_PRESSURE = "blood_pressure"
    PREGNANT = "pregnant"
    URINE = "urine"

    @property
    def words(self) -> str:
        return _HEALTH_WORDS[self][0]

    @property
    def hint(self) -> str:
        return _HEALTH_WORDS[self][1]

    @property
    def for_staff(self) -> str:
        return _HEALTH_WORDS[self][2]

    @property
    def level(self) -> Level:
        """How soon somebody should look. Proposal, after clinical.md section 3 and rule 30."""
        urgent = {Health.BLOOD_PRESSURE, Health.PREGNANT}
        return Level.URGENT if self in urgent else Level.SOON


_HEALTH_WORDS = {
    Health.NEW_MEDICINE: (N_("A new medicine"), "", "New medicine: check"),
    Health.ILLNESS: (N_("A cold, fever or infection"), "", "Cold, fever or infection: check"),
    Health.BLOOD_PRESSURE: (
        N_("High blood pressure"),
        N_("Told by a doctor or at home"),
        "Blood pressure: doctor to look",
    ),
    Health.PREGNANT: (N_("Pregnant, or might be"), "", "May be pregnant: doctor to look"),
    Health.URINE: (
        N_("Trouble passing urine"),
        N_("Pain, blood or going often"),
        "Trouble passing urine: speak before a dose",
    ),
}

WINDOWS_AT_MOST = 3


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A wish: a day and a part of it, in the patient's own clock."""

    on: date
    part: Part

    @property
    def code(self) -> str:
        return f"{self.on.isoformat()}.{self.part}"

    @classmethod
    def from_code(cls, code: str) -> "Window":
        """Raises ValueError for what is no window."""
        day, _, part = code.partition(".")
        return cls(date.fromisoformat(day), Part(part))

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first and last instant."""
        first, last = (datetime.combine(self.on, hour, tzinfo=zone) for hour in self.part.hours)
        return first, last
