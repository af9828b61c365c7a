"""The check-ins that the demo is about: what was answered when, and what became of the flag."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from portal.demo.courses import Course, Report, pain_at
from portal.flags.models import Outcome

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """Something done about a flag, minutes after the check-in. No outcome: acknowledged."""

    later: float
    by: str
    outcome: Outcome | None = None
    words: str = ""
    reopens: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A scripted check-in: minutes before now, or the point `after` hours of dose number `dose`.

    No random check-in lies within `alone` hours of it.
    """

    key: str
    answers: dict[str, Any]
    ago: float = 0
    dose: int | None = None
    after: float | None = None
    steps: tuple[Step, ...] = ()
    alone: float = 1.5

    @property
    def letter(self) -> str:
        return self.key[0].upper()


def took(later: float, by: str = "night-nurse") -> Step:
    return Step(later, by)


def ended(later: float, by: str, outcome: Outcome, words: str = "") -> Step:
    return Step(later, by, outcome, words)


MOMENTS = (
    Moment("a-chest", {"danger": ("chest",), "anxiety": 2, "nausea": 1,
                       "words": "My chest feels tight."}, ago=2),
    Moment("b-eight-hours", {"nausea": 2}, dose=4, after=8, steps=(took(9),)),
    Moment("c-thoughts", {"harm": 1, "anxiety": 2, "words": "Sometimes it is too much."}, ago=11,
           steps=(took(4),)),
    Moment("d-sick", {"vomits": 3, "nausea": 2}, dose=6, after=4, steps=(took(12, "day-nurse"),)),
    Moment("d-water", {"vomits": 6, "nausea": 3, "pain": 7, "words": "It does not stop."}, ago=22),
    Moment("e-queasy", {"nausea": 3, "awake": 1}, dose=3, after=2, steps=(took(30, "day-nurse"),)),
    Moment("e-nausea", {"nausea": 4, "awake": 1}, dose=3, after=4, steps=(took(3),)),
    Moment("f-pain", {"pain": 8, "words": "It is as bad as before."}, ago=51),
    Moment("g-urge", {"urge": 3, "words": "I keep thinking about the next one."}, ago=65,
           steps=(took(10, "day-nurse"),)),
    Moment("h-burning", {"bladder": "burning"}, ago=26 * 60, steps=(
           took(70, "day-nurse"),
           ended(180, "day-nurse", Outcome.ADVISED, "Drink more. Look again tomorrow."))),
    Moment("h-still-burning", {"bladder": "burning"}, ago=92, alone=26),
    Moment("j-queasy", {"nausea": 1}, ago=125),
    Moment("k-urine", {"bladder": "blood"}, ago=9 * DAY,
           steps=(took(60, "day-nurse"),
                  ended(DAY, "day-doctor", Outcome.SEEN, "Urine test clear. Watch."))),
    Moment("k-worry", {"anxiety": 1}, ago=3 * DAY,
           steps=(took(80, "day-nurse"),
                  ended(120, "day-nurse", Outcome.ADVISED, "Breathing page sent."))),
    Moment("l-panic", {"anxiety": 4, "words": "I was in panic for an hour."}, dose=1, after=2,
           steps=(took(4, "day-nurse"),
                  ended(40, "day-nurse", Outcome.CALLED, "Calm after 20 minutes."))),
    Moment("m-vomit", {"vomits": 2, "nausea": 2, "by_companion": True}, dose=3, after=4,
           steps=(took(9, "day-nurse"),
                  ended(60, "day-doctor", Outcome.ADVISED, "Sips only. Father there."))),
    Moment("m-worry", {"anxiety": 2}, ago=2 * DAY, steps=(took(200, "day-doctor"),)),
    Moment("n-test", {"nausea": 3, "words": "My test was positive."}, ago=40 * DAY,
           steps=(took(9, "day-nurse"),
                  ended(90, "day-doctor", Outcome.DOSE_HELD, "Plan paused."))),
    Moment("n-low", {"anxiety": 3, "words": "The waiting is hard."}, ago=2 * DAY + 300,
           steps=(took(8),
                  ended(300, "day-doctor", Outcome.VISIT_BOOKED, "Doctor visits this week."))),
    Moment("p-mixed-up", {"confusion": 1, "by_companion": True}, ago=26 * 60,
           steps=(took(8),
                  ended(120, "night-nurse", Outcome.EXPECTED_EFFECT, "Clear again at night."),
                  Step(1370, "day-doctor", words="Daughter called: mixed up this morning too.",
                       reopens=True),
                  took(1380, "day-doctor"))),
    Moment("d-fainted", {"danger": ("fainted",), "by_companion": True, "awake": 1}, dose=4, after=1,
           steps=(took(2, "day-nurse"),
                  ended(110, "day-doctor", Outcome.SENT_TO_EMERGENCY, "Home the same evening."))),
    Moment("r-error", {"vomits": 3, "nausea": 1}, ago=5 * DAY,
           steps=(took(30, "other-nurse"),
                  ended(60, "other-nurse", Outcome.ENTERED_IN_ERROR, "Tapped the wrong button."))),
    Moment("s-worry", {"anxiety": 3}, ago=75),
)  # fmt: skip
BY_KEY = {moment.key: moment for moment in MOMENTS}


def with_moments(course: Course, now: datetime) -> Course:
    """The course with its scripted check-ins instead of random ones near them."""
    letter = course.story.letter
    moments = [moment for moment in MOMENTS if moment.letter == letter]
    scripted = [(moment, _report(course, moment, now)) for moment in moments]
    kept = [report for report in course.reports if not _is_near(report, scripted)]
    reports = sorted([*kept, *(report for _, report in scripted)], key=lambda report: report.at)
    return replace(course, reports=tuple(reports))


def _report(course: Course, moment: Moment, now: datetime) -> Report:
    at = _time_of(course, moment, now)
    pain = round(pain_at(course.story, course.doses, at))
    plain = Report(at=at, after=moment.after, pain=pain, moment=moment.key)
    return replace(plain, **moment.answers)


def _time_of(course: Course, moment: Moment, now: datetime) -> datetime:
    if moment.dose is None or moment.after is None:
        return now - timedelta(minutes=moment.ago)
    return course.doses[moment.dose - 1].ended_at + timedelta(hours=moment.after, minutes=6)


def _is_near(report: Report, scripted: list[tuple[Moment, Report]]) -> bool:
    return any(
        abs(report.at - other.at) < timedelta(hours=moment.alone) for moment, other in scripted
    )
