"""Each answered check-in with what the real rules make of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from portal.check_ins.answers import Told
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, RULES
from portal.check_ins.rules import Finding, judge
from portal.check_ins.schedule import POINTS, Asks, Point, asked_unscheduled
from portal.demo.answers import acute_answers, follow_up_answers, scale_answers
from portal.demo.cast import Story
from portal.demo.courses import Report
from portal.demo.moments import with_moments
from portal.demo.stage import Stage
from portal.ids import new_id
from portal.treatments.models import Dose

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Judged:
    id: UUID
    story: Story
    report: Report
    asks: Asks
    dose: Dose | None
    case: Case
    findings: tuple[Finding, ...]

    @property
    def hours(self) -> float | None:
        return self.case.now.hours


def judged_of(stage: Stage, story: Story) -> Iterator[Judged]:
    """The patient's check-ins in order; each is judged knowing only those before it."""
    cautions = frozenset(caution.value for caution in story.cautions)
    earlier: list[tuple[Dose | None, Told]] = []
    course = with_moments(stage.courses[story.letter], stage.now)
    for report in course.reports:
        dose = stage.dose_before(story.letter, report)
        asks, told = _told(stage, report, dose)
        before = tuple(
            Told(one.answers, one.at, one.hours, same_dose=other is dose) for other, one in earlier
        )
        case = Case(told, PAGES, before, cautions)
        yield Judged(new_id(), story, report, asks, dose, case, judge(RULES, case))
        earlier.append((dose, told))


def _told(stage: Stage, report: Report, dose: Dose | None) -> tuple[Asks, Told]:
    hours = (report.at - dose.ended_at).total_seconds() / 3600 if dose else None
    point = point_at(report.after)
    asks = point.asks if point else asked_unscheduled(hours)
    acute = asks is Asks.ACUTE
    answers = acute_answers(report, stage.zone) if acute else follow_up_answers(report)
    if asks in {Asks.SCALES, Asks.SCALES_AND_GATE}:
        answers |= scale_answers(report)
    return asks, Told(answers, report.at, hours)


def point_at(after: float | None) -> Point | None:
    """The point of the schedule that many hours after a dose."""
    return next((one for one in POINTS if one.after / HOUR == after), None)
