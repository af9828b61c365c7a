"""Virtual patients: who they are, when their doses are, and the course that follows.

Relief that fades, evenings answered or not: that is `demo.courses`; the rest is `courses.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from portal.demo.cast import TEAM, Story
from portal.demo.courses import DoseAt, course_of
from portal.people.models import Caution
from portal.rehearsal.courses import Told, Words, lived, messages
from portal.treatments.models import Route

# clinical.md: lozenges are taken about weekly, infusions and injections every one to two weeks.
EVERY_DAYS = {Route.INFUSION: (7, 14), Route.INJECTION: (7, 14), Route.LOZENGE: (5, 9)}


@dataclass(frozen=True, slots=True)
class VirtualPatient:
    story: Story
    doses: tuple[DoseAt, ...]
    reports: tuple[Told, ...]
    messages: tuple[Words, ...]

    @property
    def name(self) -> str:
        return self.story.name


def virtual_patients(
    count: int, days: int, ends: datetime, zone: ZoneInfo, seed: int
) -> list[VirtualPatient]:
    """The same patients for the same seed, over the `days` before `ends`."""
    return [_patient(number, days, ends, zone, seed) for number in range(1, count + 1)]


def _patient(number: int, days: int, ends: datetime, zone: ZoneInfo, seed: int) -> VirtualPatient:
    random = Random(f"{seed}:patient {number}")
    story = _story(number, days, random)
    course = course_of(story, ends, zone, seed)
    begins = ends - timedelta(days=days)
    return VirtualPatient(
        story,
        course.doses,
        lived(course.reports, course.doses, random),
        tuple(messages(begins, ends, zone, random)),
    )


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
        anxious=0.0,
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
