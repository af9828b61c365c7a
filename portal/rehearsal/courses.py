"""What a virtual patient feels, when they answer, and what they write: from a seed, pure.

How often the effects come is clinical.md section 1 (esketamine with an antidepressant, n = 346),
when they wear off its section 2. How often somebody is late, silent, or in danger is a guess, set
high on purpose: a rehearsal of quiet days would show nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from portal.demo.courses import DoseAt
from portal.demo.courses import Report as Said

# The share of patients whom an effect ever troubles; those it does, at every other dose.
PRONE: dict[str, float] = {
    "nausea": 0.28,
    "vomits": 0.09,
    "speech": 0.04,
    "anxiety": 0.13,
    "memory": 0.03,
    "confusion": 0.03,
    "awake": 0.23,
}
AT_A_DOSE = 0.5
# What is left of an effect so many hours after the dose: half-lives of 2.5 hours, less at first.
LEFT_AFTER_HOURS = {1.0: 1.0, 2.0: 0.7, 4.0: 0.35, 8.0: 0.1}
WORST = {"vomits": 2, "speech": 2, "confusion": 2, "awake": 1}
EARLY_HOURS = 4
NEXT_DAY_HOURS = 24.0
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
SILENT_AFTER_ONE_DOSE_IN = 20
SILENT_FROM_HOURS = (0.5, 1.5, 3.0, 6.0)
SILENT_FOR = timedelta(hours=30)
LATE_ONE_IN = 15
LATE_MINUTES = (20, 100)
LEFT_ONE_IN = 60
WRITES_EVERY_DAYS = 12
WRITES_BETWEEN = (6, 23)
QUIET = (
    "When is my next visit?",
    "Thank you, I slept well last night.",
    "May I take a bath today?",
    "Can my sister sit with me next time?",
)
WORRIED = (
    "I threw up twice since lunch.",
    "My head is foggy and I keep losing words.",
    "I feel panic and cannot sit still.",
)
DANGER = (
    "I cannot breathe well and my chest hurts.",
    "I do not want to live any more.",
    "He took two extra doses and I cannot wake him.",
)
WORRIED_ONE_IN, DANGER_ONE_IN = 6, 40


@dataclass(frozen=True, slots=True)
class Told:
    """One check-in as it will be answered; `is_left`: begun, and not gone on with."""

    said: Said
    is_left: bool = False

    @property
    def at(self) -> datetime:
        return self.said.at


@dataclass(frozen=True, slots=True)
class Words:
    at: datetime
    text: str


def lived(reports: Sequence[Said], doses: Sequence[DoseAt], random: Random) -> tuple[Told, ...]:
    """The check-ins of a course, with this patient's own effects, troubles and silences."""
    prone = {effect for effect, share in PRONE.items() if random.random() < share}
    felt = {dose.number: _at_dose(prone, random) for dose in doses}
    silences = tuple(_silences(doses, random))
    told = [
        _told(_troubled(_felt(report, _last(doses, report.at), felt), random), random)
        for report in (_soon_enough(each, doses, random) for each in reports)
    ]
    spoken = [one for one in told if not any(start <= one.at < end for start, end in silences)]
    return tuple(sorted(spoken, key=lambda one: one.at))


def messages(begins: datetime, ends: datetime, zone: Any, random: Random) -> Iterator[Words]:
    """Mostly by day; now and then at night, which is kept as it falls."""
    at = begins
    while True:
        at += timedelta(days=random.expovariate(1 / WRITES_EVERY_DAYS))
        by_day = WRITES_BETWEEN[0] <= at.astimezone(zone).hour < WRITES_BETWEEN[1]
        if at >= ends:
            return
        if by_day or random.random() < 0.2:
            yield Words(at, random.choice(_mood(random)))


def _mood(random: Random) -> tuple[str, ...]:
    if random.random() * DANGER_ONE_IN < 1:
        return DANGER
    return WORRIED if random.random() * WORRIED_ONE_IN < 1 else QUIET


def _at_dose(prone: set[str], random: Random) -> dict[str, float]:
    """How bad each effect is in the first hour after one dose."""
    return {
        effect: random.uniform(0.6, 2.6) for effect in sorted(prone) if random.random() < AT_A_DOSE
    }


def _last(doses: Sequence[DoseAt], at: datetime) -> int | None:
    return max((dose.number for dose in doses if dose.ended_at <= at), default=None)


def _felt(report: Said, dose: int | None, felt: dict[int, dict[str, float]]) -> Said:
    left = LEFT_AFTER_HOURS.get(report.after or 0.0, 0.0)
    effects = felt.get(dose, {}) if dose is not None else {}
    graded: dict[str, Any] = {
        name: min(WORST.get(name, 3), round(effects.get(name, 0.0) * left)) for name in PRONE
    }
    return replace(report, **graded)


def _soon_enough(report: Said, doses: Sequence[DoseAt], random: Random) -> Said:
    """The next day's check-in is asked for again after half an hour, and mostly answered then."""
    ended = max((dose.ended_at for dose in doses if dose.ended_at <= report.at), default=None)
    if report.after != NEXT_DAY_HOURS or ended is None:
        return report
    minutes = random.uniform(1, 45)
    return replace(report, at=ended + timedelta(hours=NEXT_DAY_HOURS, minutes=minutes))


def _troubled(report: Said, random: Random) -> Said:
    early = report.after is not None and report.after <= EARLY_HOURS
    for one_in_early, one_in_later, answers in TROUBLE:
        if random.random() * (one_in_early if early else one_in_later) < 1:
            return replace(report, **answers)
    return report


def _told(report: Said, random: Random) -> Told:
    if report.after is not None and random.random() * LATE_ONE_IN < 1:
        late = timedelta(minutes=random.uniform(*LATE_MINUTES))
        report = replace(report, at=report.at + late)
    return Told(report, is_left=random.random() * LEFT_ONE_IN < 1)


def _silences(doses: Sequence[DoseAt], random: Random) -> Iterator[tuple[datetime, datetime]]:
    for dose in doses:
        if random.random() * SILENT_AFTER_ONE_DOSE_IN < 1:
            begins = dose.ended_at + timedelta(hours=random.choice(SILENT_FROM_HOURS))
            yield begins, begins + SILENT_FOR
