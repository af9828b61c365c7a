"""The patient's plan as a line of doses: done, next, later. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.dashboard.rules import after_dose
from portal.languages import N_, _
from portal.symptoms.vocabulary import Effect
from portal.treatments.models import Route
from portal.web import trends
from portal.web.times import long_day, weekday_name
from portal.web.trends import DoseMark, Score

SHOWN = 4
"""So many of the doses done are in sight; the ones before wait behind a summary."""

FEELINGS = {
    Effect.NAUSEA: N_("sick"),
    Effect.FOGGY_MEMORY: N_("foggy"),
    Effect.CONFUSION: N_("mixed up"),
    Effect.ANXIETY: N_("anxious"),
}
HAPPENED = {
    Effect.VOMITING: N_("Threw up."),
    Effect.SLURRED_SPEECH: N_("Speech was slurred."),
    Effect.OVERDOSE_ADDICTION: N_("Wanted more."),
}


@dataclass(frozen=True, slots=True)
class Node:
    number: int
    title: str
    words: str
    state: str
    may_ask: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What the line is drawn from; `visit_on` is the day of the next booked visit."""

    route: Route
    planned: int
    marks: Sequence[DoseMark]
    scores: Sequence[Score]
    felt: Mapping[int, Sequence[Effect]]
    today: date
    visit_on: date | None


def done(given: Given) -> list[Node]:
    days = trends.daily(given.scores)
    return [
        Node(mark.number, _title(mark.on, given.today), _words(given, days, mark), "done")
        for mark in given.marks
    ]


def ahead(given: Given) -> list[Node]:
    """The doses still planned; the first is next, and may be asked for while it has no visit."""
    first = given.marks[-1].number + 1 if given.marks else 1
    numbers = range(first, given.planned + 1)
    return [_next(given, number) if number == first else _later(number) for number in numbers]


def bar(given: Given) -> list[str]:
    """One piece of the bar for each dose planned."""
    count = len(given.marks)
    total = max(given.planned, count)
    return ["done" if n < count else "next" if n == count else "later" for n in range(total)]


def _next(given: Given, number: int) -> Node:
    if given.visit_on is not None:
        title = f"{weekday_name(given.visit_on)} {long_day(given.visit_on)}"
        return Node(number, title, _("Booked"), "next")
    if given.route is Route.LOZENGE:
        return Node(number, _("Next"), _("Take it on the day your doctor set."), "next")
    return Node(number, _("Next"), _("Not booked yet"), "next", may_ask=True)


def _later(number: int) -> Node:
    return Node(number, _("Later"), "", "later")


def _words(given: Given, days: Sequence[Score], mark: DoseMark) -> str:
    change = trends.around(days, mark.on)
    effects = given.felt.get(mark.number, ())
    feelings = [_(FEELINGS[effect]) for effect in FEELINGS if effect in effects]
    happened = [_(HAPPENED[effect]) for effect in HAPPENED if effect in effects]
    return after_dose(change, (given.today - mark.on).days, feelings, happened)


def _title(on: date, today: date) -> str:
    near = {0: _("Today, %(day)s"), 1: _("Yesterday, %(day)s")}.get((today - on).days, "%(day)s")
    return near % {"day": long_day(on)}
