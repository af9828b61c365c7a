"""From a story to what its patient answered, hour by hour: pure, and the same for the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from portal.demo.cast import Story

AFTER_DOSE = (1.0, 2.0, 4.0, 8.0, 24.0)
LATER = (72.0, 7 * 24.0, 14 * 24.0, 30 * 24.0)
FRIDAY = 4
RARE = 8
"""From here on a rule fires: bad days happen, but not every week."""

NOT_YET = timedelta(hours=1)
"""Nothing random happens in the last hour: the scripted moments own it."""


@dataclass(frozen=True, slots=True)
class Report:
    """One check-in in plain values; 0 is none. `after` is the scheduled hour, None for unasked."""

    at: datetime
    after: float | None
    pain: int
    awake: int = 0
    nausea: int = 0
    vomits: int = 0
    sips: bool = True
    speech: int = 0
    memory: int = 0
    confusion: int = 0
    anxiety: int = 0
    urge: int = 0
    harm: int = 0
    danger: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    bladder: str = ""
    words: str = ""
    by_companion: bool = False
    adult_present: bool = True
    moment: str | None = None


@dataclass(frozen=True, slots=True)
class DoseAt:
    number: int
    step: int
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    story: Story
    started_at: datetime
    doses: tuple[DoseAt, ...]
    reports: tuple[Report, ...] = field(default=())


def course_of(story: Story, now: datetime, zone: ZoneInfo, seed: int) -> Course:
    """Doses and check-ins of three months, ending an hour before now."""
    random = Random(f"{seed}:{story.letter}")
    doses = tuple(_doses(story, now, zone, random))
    started_at = now - timedelta(days=story.started_days_ago)
    reports = [*_evenings(story, doses, started_at, now, zone, random)]
    reports += _after_doses(story, doses, now, random)
    reports.sort(key=lambda report: report.at)
    return Course(story, started_at, doses, tuple(_apart(reports)))


def pain_at(story: Story, doses: tuple[DoseAt, ...], at: datetime) -> float:
    """Relief adds up and fades by half every `fade` days; it never takes more than two thirds."""
    relief = 0.0
    for dose in doses:
        days = (at - dose.ended_at).total_seconds() / 86400
        if days > 0:
            relief += story.gain * 0.5 ** (days / story.fade)
    return story.pain - min(relief, story.pain * 0.66)


def _doses(story: Story, now: datetime, zone: ZoneInfo, random: Random) -> Iterator[DoseAt]:
    for number, (ago, step) in enumerate(zip(story.doses_ago, story.steps, strict=True), start=1):
        at = now - timedelta(hours=ago)
        if ago > 72:  # long ago is told by the day: such a dose was given on a weekday morning
            at -= timedelta(days=max(0, at.astimezone(zone).weekday() - FRIDAY))
            morning = time(10, 0), timedelta(minutes=random.randrange(0, 150, 5))
            at = datetime.combine(at.astimezone(zone), morning[0], tzinfo=zone) + morning[1]
        yield DoseAt(number, step, at.astimezone(now.tzinfo))


def _evenings(
    story: Story,
    doses: tuple[DoseAt, ...],
    started_at: datetime,
    now: datetime,
    zone: ZoneInfo,
    random: Random,
) -> Iterator[Report]:
    """An unasked check-in on most evenings; now and then nothing for a few days."""
    silent = random.randrange(15, max(16, story.started_days_ago - 8))
    for day in range(story.started_days_ago):
        evening = time(19, 0), timedelta(minutes=random.randrange(0, 110))
        local = (started_at + timedelta(days=day)).astimezone(zone)
        at = (datetime.combine(local, evening[0], tzinfo=zone) + evening[1]).astimezone(now.tzinfo)
        chance, away = random.random(), story.answers < 0.9 and silent <= day < silent + 4
        if chance > story.answers or away or at > now - NOT_YET or _just_dosed(doses, at):
            continue
        yield _quiet(story, doses, at, None, random)


def _after_doses(
    story: Story, doses: tuple[DoseAt, ...], now: datetime, random: Random
) -> Iterator[Report]:
    """The scheduled points after each dose, until the next one starts the series again."""
    for index, dose in enumerate(doses):
        until = doses[index + 1].ended_at if index + 1 < len(doses) else now - NOT_YET
        for hours in AFTER_DOSE + LATER:
            late = timedelta(minutes=random.randrange(3, 25 if hours < 24 else 180))
            at = dose.ended_at + timedelta(hours=hours) + late
            missed = random.random() > 0.94
            if at < until and not missed:
                report = _quiet(story, doses, at, hours, random)
                yield _felt(story, report, hours, random) if hours <= 8 else report


def _quiet(
    story: Story, doses: tuple[DoseAt, ...], at: datetime, after: float | None, random: Random
) -> Report:
    pain = round(pain_at(story, doses, at) + random.gauss(0, 0.65))
    if pain >= RARE and random.random() > 0.12:
        pain = RARE - 1
    worried = story.anxious > 1 and random.random() < 0.06
    return Report(
        at=at,
        after=after,
        pain=min(10, max(0, pain)),
        anxiety=1 if worried else 0,
        by_companion=after is not None and after <= 4 and random.random() < 0.3,
    )


def _felt(story: Story, report: Report, hours: float, random: Random) -> Report:
    """The first hours: what a dose brings, wearing off."""
    wearing_off = {1.0: 1.0, 2.0: 0.55, 4.0: 0.2}.get(hours, 0.0)
    queasy = round(story.queasy * wearing_off * random.uniform(0.4, 1.7))
    return replace(
        report,
        pain=max(0, report.pain - round(2 * wearing_off)),
        awake=1 if hours <= 2 and random.random() < 0.6 else 0,
        nausea=min(3, queasy),
        vomits=1 if queasy >= 2 and random.random() < 0.25 else 0,
        speech=1 if hours <= 2 and random.random() < 0.3 * wearing_off else 0,
        memory=1 if hours <= 4 and random.random() < 0.35 * wearing_off else 0,
        confusion=1 if hours <= 1 and random.random() < 0.15 else 0,
        anxiety=min(2, round(story.anxious * wearing_off * random.uniform(0.2, 1.6))),
    )


def _just_dosed(doses: tuple[DoseAt, ...], at: datetime) -> bool:
    """Evenings right after a dose are already asked about."""
    return any(0 <= (at - dose.ended_at).total_seconds() < 12 * 3600 for dose in doses)


def _apart(reports: list[Report]) -> Iterator[Report]:
    """Nobody answers twice within half an hour."""
    last: datetime | None = None
    for report in reports:
        if last is None or report.at - last > timedelta(minutes=30):
            last = report.at
            yield report
