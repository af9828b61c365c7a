"""A course of pain scores in numbers: days, weeks, medians, and what they say in words.

Dates are the patient's own local dates; scores are 0 (none) to 10 (worst).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import NamedTuple

from portal.languages import _, ngettext

LONGEST_GAP = 2
"""So many missing days (or weeks) a line may bridge; over more it breaks."""

SHOWN = timedelta(days=92)
NOTICEABLE = 0.75
"""A smaller change of a weekly mean is called "about the same": it is noise on a 0 to 10 scale."""


class Score(NamedTuple):
    on: date
    pain: float


class DoseMark(NamedTuple):
    on: date
    number: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from `first`: their mean pain, if any, and the numbers of the doses in them."""

    first: date
    pain: int | None
    doses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a course says: a heading, the measure under it, and whether to tell somebody."""

    heading: str
    measure: str
    worse: bool = False


def daily(scores: Iterable[Score]) -> list[Score]:
    """One score a day, its highest: a bad evening must not vanish behind a good morning."""
    worst: dict[date, float] = {}
    for on, pain in scores:
        worst[on] = max(pain, worst.get(on, pain))
    return [Score(on, worst[on]) for on in sorted(worst)]


def weekly(scores: Iterable[Score], until: date) -> list[Score]:
    """The mean of each week that has a score, counted back from `until`, at its mean day."""
    weeks: dict[int, list[Score]] = {}
    for score in daily(scores):
        weeks.setdefault(-((until - score.on).days // 7), []).append(score)
    return [_mean(weeks[week]) for week in sorted(weeks)]


def by_week(scores: Sequence[Score], doses: Sequence[DoseMark], until: date) -> list[Week]:
    """The same weeks as `weekly`, silent ones too, the newest first."""
    days = daily(recent(scores, until))
    if not days:
        return []
    count = (until - days[0].on).days // 7 + 1
    lasts = [until - timedelta(days=7 * week) for week in range(count)]
    return [_week(days, doses, last - timedelta(days=6), last) for last in lasts]


def weekly_median(days: Sequence[Score]) -> list[Score]:
    """For each day that has a score, the median of the scores of its last 7 days."""
    return [
        Score(day.on, median(s.pain for s in days if 0 <= (day.on - s.on).days < 7)) for day in days
    ]


def unbroken(points: Sequence[Score], step: int = 1) -> list[list[Score]]:
    """Cut where more than LONGEST_GAP steps (of `step` days) have no point between two points."""
    runs: list[list[Score]] = []
    for point in points:
        near = runs and (point.on - runs[-1][-1].on).days < (LONGEST_GAP + 2) * step
        if near:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def baseline_of(days: Sequence[Score], doses: Sequence[DoseMark]) -> float | None:
    """The mean before the first dose, or nothing where no score is that old."""
    if not doses:
        return None
    first = min(dose.on for dose in doses)
    before = [day.pain for day in days if day.on < first]
    return round(fmean(before), 1) if before else None


def around(days: Sequence[Score], on: date) -> tuple[int, int] | None:
    """Mean pain of the week before a dose and of the week after it; None while either is empty."""
    before = [day.pain for day in days if 0 < (on - day.on).days <= 7]
    after = [day.pain for day in days if 0 < (day.on - on).days <= 7]
    return (whole(fmean(before)), whole(fmean(after))) if before and after else None


def recent(scores: Iterable[Score], until: date) -> list[Score]:
    return [score for score in scores if until - SHOWN <= score.on <= until]


def finding(weeks: Sequence[Score]) -> Finding:
    """What weekly means say, worse news first: a rise since last week outranks the long view."""
    if len(weeks) < 2:
        return Finding(_("Your pain"), _("Your line starts after two weeks of check-ins."))
    first, last, before = weeks[0], weeks[-1], weeks[-2]
    if last.pain - before.pain >= NOTICEABLE and whole(last.pain) > whole(before.pain):
        return Finding(_("Your pain is up this week"), _since_last_week(before, last), True)
    span = _span(first.on, last.on)
    if abs(last.pain - first.pain) < NOTICEABLE or whole(last.pain) == whole(first.pain):
        return Finding(_("Your pain is about the same"), _around(first, last, span))
    if last.pain < first.pain:
        return Finding(_("Your pain is going down"), _from_to(first, last, span))
    return Finding(_("Your pain is going up"), _from_to(first, last, span), True)


def whole(pain: float) -> int:
    """Rounded as people round: halves go up, so that 6.5 is 7 and never 6."""
    return int(pain + 0.5)


def _week(days: Sequence[Score], doses: Sequence[DoseMark], first: date, last: date) -> Week:
    pains = [day.pain for day in days if first <= day.on <= last]
    numbers = tuple(dose.number for dose in doses if first <= dose.on <= last)
    return Week(first, whole(fmean(pains)) if pains else None, numbers)


def _mean(days: Sequence[Score]) -> Score:
    middle = fmean(day.on.toordinal() for day in days)
    return Score(date.fromordinal(round(middle)), fmean(day.pain for day in days))


def _from_to(first: Score, last: Score, span: str) -> str:
    return _(
        "From %(then)s to %(now)s in %(span)s. Lower is better.",
        then=whole(first.pain),
        now=whole(last.pain),
        span=span,
    )


def _since_last_week(before: Score, last: Score) -> str:
    return _(
        "From %(then)s to %(now)s since last week. Lower is better.",
        then=whole(before.pain),
        now=whole(last.pain),
    )


def _around(first: Score, last: Score, span: str) -> str:
    low, high = sorted((whole(first.pain), whole(last.pain)))
    if low == high:
        return _("About %(pain)s in %(span)s.", pain=low, span=span)
    return _("Between %(low)s and %(high)s in %(span)s.", low=low, high=high, span=span)


def _span(first: date, last: date) -> str:
    days = (last - first).days
    if days >= 56:
        return ngettext("%(n)s month", "%(n)s months", round(days / 30))
    return ngettext("%(n)s week", "%(n)s weeks", max(1, round(days / 7)))
