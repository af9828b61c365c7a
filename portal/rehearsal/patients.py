"""Virtual patients: believable courses from a seed, with trouble now and then.

The shape of a course (relief that fades, nausea early) is that of `demo.courses`. How often
trouble comes is set high on purpose: a rehearsal of quiet days would show nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from portal.demo.cast import TEAM, Story
from portal.demo.courses import DoseAt, Report, course_of
from portal.people.models import Caution
from portal.treatments.models import Route

# clinical.md: lozenges are taken about weekly, infusions and injections every one to two weeks.
EVERY_DAYS = {Route.INFUSION: (7, 14), Route.INJECTION: (7, 14), Route.LOZENGE: (5, 9)}
EARLY_HOURS = 4
# One answered check-in in so many shows this, in the first hours and later.
TROUBLE: tuple[tuple[int, int, dict[str, Any]], ...] = (
    (150, 2000, {"danger": ("breathing",)}),
    (150, 1500, {"danger": ("chest",)}),
    (200, 4000, {"awake": 3, "by_companion": True}),
    (250, 2500, {"danger": ("fainted",), "by_companion": True}),
    (80, 400, {"vomits": 6, "nausea": 3, "sips": False}),
    (60, 300, {"anxiety": 4}),
    (60, 500, {"confusion": 3, "by_companion": True}),
    (90, 250, {"urge": 3}),
    (300, 350, {"harm": 1}),
    (900, 900, {"harm": 3}),
)


@dataclass(frozen=True, slots=True)
class VirtualPatient:
    story: Story
    doses: tuple[DoseAt, ...]
    reports: tuple[Report, ...]

    @property
    def name(self) -> str:
        return self.story.name


def virtual_patients(
    count: int, days: int, ends: datetime, zone: ZoneInfo, seed: int
) -> list[VirtualPatient]:
    """The same patients for the same seed, over the `days` before `ends`."""
    random = Random(f"{seed}:patients")
    return [_patient(number, days, ends, zone, random, seed) for number in range(1, count + 1)]


def _patient(
    number: int, days: int, ends: datetime, zone: ZoneInfo, random: Random, seed: int
) -> VirtualPatient:
    story = _story(number, days, random)
    course = course_of(story, ends, zone, seed)
    reports = tuple(_troubled(report, random) for report in course.reports)
    return VirtualPatient(story, course.doses, reports)


def _story(number: int, days: int, random: Random) -> Story:
    route = random.choices(tuple(Route), weights=(5, 2, 3))[0]
    doses = tuple(sorted(_doses_ago(route, days, random), reverse=True))
    cautions = [caution for caution in Caution if random.random() < 0.06]
    return Story(
        letter=str(number),
        age=random.randrange(18, 80),
        condition=random.choice(("Chronic pain", "Depression", "Anxiety", "PTSD")),
        route=route,
        doses_ago=doses,
        planned=len(doses),
        steps=tuple(1 + min(2, place // 2) for place in range(len(doses))),
        goal="Fewer bad days",
        pain=random.uniform(4.0, 8.0),
        gain=random.uniform(0.7, 2.0),
        fade=random.uniform(8, 40),
        answers=random.uniform(0.6, 0.95),
        queasy=random.uniform(0.3, 1.7),
        anxious=random.uniform(0.1, 1.4),
        cautions=frozenset(cautions),
        companion="The adult at home",
        team=TEAM,
        started_days_ago=days,
    )


def _doses_ago(route: Route, days: int, random: Random) -> Iterator[float]:
    """In hours before the end; the first falls within three weeks of the beginning."""
    ago = days - random.uniform(1, min(21, days / 2))
    while ago > 1:
        yield 24 * ago
        ago -= random.uniform(*EVERY_DAYS[route])


def _troubled(report: Report, random: Random) -> Report:
    early = report.after is not None and report.after <= EARLY_HOURS
    for one_in_early, one_in_later, answers in TROUBLE:
        if random.random() * (one_in_early if early else one_in_later) < 1:
            return replace(report, **answers)
    return report
