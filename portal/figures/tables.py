"""Facts counted into tables: pure. A page, a chart and a CSV file are made of the same rows."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.check_ins.schedule import POINTS, State
from portal.figures.facts import CheckInFact, Facts, FlagFact
from portal.flags.models import Outcome
from portal.symptoms.levels import Level
from portal.symptoms.vocabulary import Effect
from portal.treatments.models import Route

Cell = str | int | float | None
LEVELS = tuple(level.words for level in Level)

BANDS = (
    ("Up to 1 hour", 1.0),
    ("1 to 4 hours", 4.0),
    ("4 to 24 hours", 24.0),
    ("1 to 3 days", 72.0),
    ("3 to 14 days", 336.0),
)
LATER, NOT_KNOWN = "Later", "Not known"
ELSE, NO_DOSE = "Anything else", "No dose before"
# Clinical judgement, to be confirmed: the evidence sets a limit for looking, none for an end.
RESOLVE_WITHIN = {
    Level.EMERGENCY: timedelta(hours=1),
    Level.URGENT: timedelta(hours=4),
    Level.SOON: timedelta(hours=24),
    Level.ROUTINE: timedelta(days=5),
}
FALSE_ALARM = frozenset({Outcome.EXPECTED_EFFECT, Outcome.ENTERED_IN_ERROR})


@dataclass(frozen=True, slots=True)
class Table:
    """`stacked` columns are drawn as one bar a row; all are counts."""

    name: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    stacked: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(any(row[1:]) for row in self.rows)


TABLES = (
    *("weeks", "effects", "weeks-effects", "routes", "weeks-routes", "hours", "weeks-hours"),
    *("acknowledged", "resolved", "endings", "check-ins", "false-alarms"),
)


def tables_of(facts: Facts, zone: ZoneInfo) -> list[Table]:
    return [
        by_week(facts, zone),
        by_effect(facts.flags),
        by_week_and(facts, zone, EFFECTS),
        by_route(facts.flags),
        by_week_and(facts, zone, ROUTES),
        by_hours(facts.flags),
        by_week_and(facts, zone, HOURS),
        acknowledged(facts.flags, facts.until),
        resolved(facts.flags, facts.until),
        endings(facts.flags),
        check_ins(facts.check_ins),
        false_alarms(facts.flags),
    ]


def by_week(facts: Facts, zone: ZoneInfo) -> Table:
    """Weeks begin on Monday in the clinic's time zone, from the first flag on; quiet ones too."""
    rows = tuple(_levels_row(week, flags) for week, flags in _weeks(facts, zone).items())
    note = "By the week in which it was raised. Weeks begin on Monday."
    return _of_levels("weeks", "Flags by week", note, "Week of", rows)


def by_week_and(facts: Facts, zone: ZoneInfo, split: "Split") -> Table:
    """The flags of each week, counted under what `split` says of them."""
    rows: list[tuple[Cell, ...]] = []
    for week, flags in _weeks(facts, zone).items():
        counts = Counter(name for flag in flags for name in split.of(flag))
        rows.append((week, *(counts[name] for name in split.names)))
    columns = ("Week of", *split.names)
    return Table(f"weeks-{split.name}", split.title, split.note, columns, tuple(rows))


def _weeks(facts: Facts, zone: ZoneInfo) -> dict[str, list[FlagFact]]:
    begins = min((flag.raised_at for flag in facts.flags), default=facts.until)
    first, last = _monday(begins, zone), _monday(facts.until, zone)
    mondays = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    found: dict[date, list[FlagFact]] = {monday: [] for monday in mondays}
    for flag in facts.flags:
        found[_monday(flag.raised_at, zone)].append(flag)
    return {f"{day.day} {day:%b} {day.year}": flags for day, flags in found.items()}


@dataclass(frozen=True, slots=True)
class Split:
    """What is counted beside the week: `of` gives the names that a flag counts under."""

    name: str
    title: str
    note: str
    names: tuple[str, ...]
    of: Callable[[FlagFact], Collection[str]]


def _effects_of(flag: FlagFact) -> list[str]:
    return [effect.words.capitalize() for effect in Effect if effect in flag.effects] or [ELSE]


def _route_of(flag: FlagFact) -> list[str]:
    return [flag.route.words if flag.route else NO_DOSE]


def by_effect(flags: Sequence[FlagFact]) -> Table:
    rows = [
        _levels_row(effect.words.capitalize(), (flag for flag in flags if effect in flag.effects))
        for effect in Effect
    ]
    rows.append(_levels_row(ELSE, (flag for flag in flags if not flag.effects)))
    note = "A flag with several effects counts for each."
    return _of_levels("effects", "Flags by effect", note, "Effect", tuple(rows))


def by_route(flags: Sequence[FlagFact]) -> Table:
    rows = [
        _levels_row(route.words, (flag for flag in flags if flag.route is route)) for route in Route
    ]
    rows.append(_levels_row(NO_DOSE, (flag for flag in flags if flag.route is None)))
    return _of_levels("routes", "Flags by route", "Of the last dose.", "Route", tuple(rows))


def by_hours(flags: Sequence[FlagFact]) -> Table:
    names = HOURS.names
    rows = tuple(
        _levels_row(name, (flag for flag in flags if _band(flag.hours) == name)) for name in names
    )
    note = "From the end of the last dose until the answers were sent."
    return _of_levels("hours", "Flags by time since the dose", note, "Since the dose", rows)


def acknowledged(flags: Sequence[FlagFact], now: datetime) -> Table:
    """How long flags wait until somebody takes them, against the limit they were raised with."""
    return _times(
        "acknowledged",
        "Time until a flag is taken",
        "Limits are those of the rules; a flag that still waits past its limit counts as late.",
        flags,
        now,
        lambda flag: (flag.acknowledged_at, flag.due_at),
    )


def resolved(flags: Sequence[FlagFact], now: datetime) -> Table:
    limits = ", ".join(f"{level.value} {_span(RESOLVE_WITHIN[level])}" for level in Level)
    return _times(
        "resolved",
        "Time until a flag is resolved",
        f"Limits: {limits}. They are clinical judgement, to be confirmed by the clinic.",
        flags,
        now,
        lambda flag: (flag.resolved_at, flag.since + RESOLVE_WITHIN[flag.level]),
    )


def endings(flags: Sequence[FlagFact]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for level in Level:
        all_of = [flag for flag in flags if flag.level is level]
        ended = [flag for flag in all_of if flag.outcome is not None]
        told = sum(flag.is_told for flag in ended)
        counts = told, len(ended) - told, len(all_of) - len(ended)
        shares = _share(len(ended), len(all_of)), _share(told, len(ended))
        rows.append((level.words, len(all_of), *counts, *shares))
    note = "How many flags have an end that somebody recorded, and of which the patient has heard."
    counted = ("Told", "Not told yet", "Without an end")
    columns = ("Level", "Flags", *counted, "Resolved, %", "Told, % of them")
    return Table("endings", "Flags with an end", note, columns, tuple(rows), counted)


def check_ins(facts: Sequence[CheckInFact]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for point in POINTS:
        states = [fact.state for fact in facts if fact.point == point]
        counts = [states.count(state) for state in (State.OPEN, State.LATE, State.MISSED)]
        rows.append((point.title, *counts, _share(counts[2], len(states))))
    note = "Those whose time is over. A new dose replaces what was left of the one before."
    columns = ("Check-in", "In time", "Late", "Missed", "Missed, %")
    return Table(
        "check-ins", "Check-ins answered and missed", note, columns, tuple(rows), columns[1:4]
    )


def false_alarms(flags: Sequence[FlagFact]) -> Table:
    """By rule, from what clinicians recorded; only rules that fired."""
    fired = Counter(rule for flag in flags for rule in flag.rules)
    ended = Counter(rule for flag in flags if flag.outcome for rule in flag.rules)
    false = Counter(rule for flag in flags if flag.outcome in FALSE_ALARM for rule in flag.rules)
    rows = [
        (f"Rule {rule}", fired[rule], ended[rule], false[rule], _share(false[rule], ended[rule]))
        for rule in sorted(fired, key=_rule_order)
    ]
    note = "Of the resolved: those recorded as an expected effect or as entered in error."
    columns = ("Rule", "Flags", "Resolved", "False alarms", "Of the resolved, %")
    title = "False alarms by rule"
    return Table("false-alarms", title, note, columns, tuple(rows), columns[3:4])


def _times(
    name: str,
    title: str,
    note: str,
    flags: Sequence[FlagFact],
    now: datetime,
    ends: Callable[[FlagFact], tuple[datetime | None, datetime]],
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for level in Level:
        each = [(flag, *ends(flag)) for flag in flags if flag.level is level]
        waits = sorted(at - flag.since for flag, at, _ in each if at)
        in_time = sum(at is not None and at <= limit for _, at, limit in each)
        late = sum((at or now) > limit for _, at, limit in each)
        open_yet = len(each) - in_time - late
        share = _share(in_time, in_time + late)
        rows.append((level.words, in_time, late, open_yet, share, *_spans(waits)))
    columns = ("Level", "In time", "Late", "Within its limit yet", "In time, %")
    every = (*columns, "Middle", "9 of 10 within", "Longest")
    return Table(name, title, note, every, tuple(rows), columns[1:4])


def _spans(waits: Sequence[timedelta]) -> tuple[Cell, Cell, Cell]:
    if not waits:
        return (None, None, None)
    ninth = waits[max(0, -(-len(waits) * 9 // 10) - 1)]
    return (_span(waits[(len(waits) - 1) // 2]), _span(ninth), _span(waits[-1]))


def _span(wait: timedelta) -> str:
    """`4 min`, `3 h 10 min`, `2 days 4 h`: the two largest units."""
    minutes = int(wait.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        words = "day" if days == 1 else "days"
        return f"{days} {words} {hours} h" if hours else f"{days} {words}"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min"


def _of_levels(
    name: str, title: str, note: str, first: str, rows: tuple[tuple[Cell, ...], ...]
) -> Table:
    return Table(name, title, note, (first, *LEVELS, "All"), rows, LEVELS)


def _levels_row(name: str, flags: Iterable[FlagFact]) -> tuple[Cell, ...]:
    levels = [flag.level for flag in flags]
    return (name, *(levels.count(level) for level in Level), len(levels))


def _band(hours: float | None) -> str:
    if hours is None:
        return NOT_KNOWN
    return next((name for name, limit in BANDS if hours <= limit), LATER)


EFFECTS = Split(
    "effects",
    "Flags by week and effect",
    "A flag with several effects counts for each.",
    (*(effect.words.capitalize() for effect in Effect), ELSE),
    _effects_of,
)
ROUTES = Split(
    "routes",
    "Flags by week and route",
    "Of the last dose.",
    (*(route.words for route in Route), NO_DOSE),
    _route_of,
)
HOURS = Split(
    "hours",
    "Flags by week and time since the dose",
    "From the end of the last dose until the answers were sent.",
    (*(name for name, _ in BANDS), LATER, NOT_KNOWN),
    lambda flag: [_band(flag.hours)],
)


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _monday(at: datetime, zone: ZoneInfo) -> date:
    on = at.astimezone(zone).date()
    return on - timedelta(days=on.weekday())


def _rule_order(rule: str) -> tuple[int, str]:
    """Rules by their number: 2 before 10, 18a before 18b, words last."""
    digits = "".join(sign for sign in rule if sign.isdigit())
    return (int(digits) if digits else 10_000, rule)
