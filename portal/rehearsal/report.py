"""What a rehearsal showed, in plain lines for the clinic's lead: pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from portal.figures.tables import Table
from portal.rehearsal.outages import Outages
from portal.symptoms.levels import Level

WORST = 8
LONGEST_BAR = 30
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Waited:
    """One flag with its wait; `taken_at` is None when nobody ever took it. `causes`: what stood
    between it and whoever took it, in the order in which that happened."""

    name: str
    level: Level
    since: datetime
    due_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    rungs: int
    causes: tuple[str, ...] = ()

    def minutes(self, until: datetime) -> int:
        """Begun ones count."""
        return ceil(((self.taken_at or until) - self.since) / MINUTE)

    def is_late(self, until: datetime) -> bool:
        return (self.taken_at or until) > self.due_at

    def why(self) -> str:
        if self.causes:
            return "; ".join(self.causes)
        return "nobody took it" if self.taken_at is None else "seen too slowly"


@dataclass(frozen=True, slots=True)
class Letters:
    """Patients' messages: how many, how many with a flag of their own, who still waits."""

    sent: int = 0
    flagged: int = 0
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day on the clinic's wall, over all days."""

    answered: int = 0
    raised: int = 0
    grave: int = 0
    late: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """`unheard`: silences of a first day that reached nobody, as words. `doubled`: flags and
    escalations that the trail tells of more often than there are."""

    begins: datetime
    ends: datetime
    until: datetime
    zone: ZoneInfo
    patients: int
    doses: int
    check_ins: int
    flags: Sequence[Waited]
    escalations: Mapping[str, int]
    doubled: int
    outages: Outages
    tables: Sequence[Table] = ()
    letters: Letters = field(default_factory=Letters)
    unheard: Sequence[str] = ()
    hours: Sequence[Hour] = ()

    @property
    def unseen(self) -> list[Waited]:
        """Emergencies that nobody took."""
        return [
            flag for flag in self.flags if flag.level is Level.EMERGENCY and flag.taken_at is None
        ]

    @property
    def endless(self) -> list[Waited]:
        return [flag for flag in self.flags if flag.ended_at is None]

    @property
    def promises(self) -> list[tuple[str, int]]:
        """Each with how often it was broken."""
        return [
            ("No emergency that nobody saw", len(self.unseen)),
            ("No flag without an end", len(self.endless)),
            ("No silence of a first day that reached nobody", len(self.unheard)),
            ("No message without an answer", len(self.letters.unanswered)),
            ("Nothing raised or told twice", self.doubled),
        ]

    @property
    def is_safe(self) -> bool:
        return not any(broken for _, broken in self.promises)

    def late(self, level: Level) -> list[Waited]:
        """Those that were taken late or never, the longest wait first."""
        found = [flag for flag in self.flags if flag.level is level and flag.is_late(self.until)]
        return sorted(found, key=lambda one: (-one.minutes(self.until), one.since, one.name))

    def lines(self) -> Iterator[str]:
        yield from self._what()
        yield ""
        yield from self._promises()
        yield ""
        yield from self._nobody_saw()
        yield ""
        yield from self._worst_waits()
        for table in self.tables:
            yield ""
            yield from _drawn(table)
        yield ""
        yield from self._load()

    def _what(self) -> Iterator[str]:
        begins, ends = (at.astimezone(self.zone) for at in (self.begins, self.ends))
        days = (self.ends - self.begins).days
        yield (
            f"Rehearsed: {days} days, {begins:%d %b %Y} to {ends:%d %b %Y}, "
            f"{self.patients} patients. Trouble is made to come often."
        )
        yield (
            f"{self.doses} doses, {self.check_ins} check-ins answered, {self.letters.sent} "
            f"messages ({self.letters.flagged} raised a flag), {len(self.flags)} flags."
        )
        steps = ", ".join(f"{words} {n}" for words, n in self.escalations.items())
        yield f"Told by the ladder: {steps or 'nobody'}."
        yield f"Down: portal {_spans(self.outages.portal)}; worker {_spans(self.outages.worker)};"
        offline = tuple(span for _, span in self.outages.offline)
        yield f"      database {_spans(self.outages.database)}; staff offline {_spans(offline)}."
        if begins.utcoffset() != ends.utcoffset():
            yield "The clocks changed within these days."

    def _promises(self) -> Iterator[str]:
        yield "Promises"
        for promise, broken in self.promises:
            yield f"  {f'BROKEN {broken} times' if broken else 'kept':<16}  {promise}"

    def _nobody_saw(self) -> Iterator[str]:
        yield "What nobody saw"
        lines = [self._line(flag) for flag in self.unseen]
        lines += [self._line(flag) for flag in self.endless if flag not in self.unseen]
        lines += [f"  No answer, nobody told: {words}" for words in self.unheard]
        lines += [f"  No answer from the team: {words}" for words in self.letters.unanswered]
        yield from lines or ["  Nothing."]

    def _worst_waits(self) -> Iterator[str]:
        yield "Taken late, and why"
        for level in Level:
            late = self.late(level)
            total = sum(flag.level is level for flag in self.flags)
            yield f"  {level.words}: {len(late)} of {total}"
            # Of emergencies each one counts.
            yield from map(self._line, late if level is Level.EMERGENCY else late[:WORST])
        yield "  Causes"
        for cause, times in self._causes():
            yield f"  {times:>4}  {cause}"

    def _causes(self) -> list[tuple[str, int]]:
        late = [flag for level in Level for flag in self.late(level)]
        causes = Counter(cause for flag in late for cause in flag.causes or (flag.why(),))
        return sorted(causes.items(), key=lambda one: (-one[1], one[0]))

    def _line(self, flag: Waited) -> str:
        waited, limit = flag.minutes(self.until), int((flag.due_at - flag.since) / MINUTE)
        at = flag.since.astimezone(self.zone)
        return (
            f"    {at:%a %d %b %H:%M}  {flag.name:<11} {waited:>5} min, limit {limit}, "
            f"{flag.rungs} steps up: {flag.why()}"
        )

    def _load(self) -> Iterator[str]:
        yield "Load by hour of the day"
        yield "        Check-ins  Flags  Grave  Late  Minutes of work"
        most = max((hour.minutes for hour in self.hours), default=0) or 1
        for number, hour in enumerate(self.hours):
            bar = "#" * round(LONGEST_BAR * hour.minutes / most)
            line = (
                f"  {number:02}    {hour.answered:>9}  {hour.raised:>5}  {hour.grave:>5}  "
                f"{hour.late:>4}  {hour.minutes:>15}  {bar}"
            )
            yield line.rstrip()

    def as_dict(self) -> dict[str, Any]:
        """The same in plain values, times in UTC; for programs."""
        return {
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "patients": self.patients,
            "doses": self.doses,
            "check_ins": self.check_ins,
            "messages": self.letters.sent,
            "flags": len(self.flags),
            "is_safe": self.is_safe,
            "broken": dict(self.promises),
            "late": [self._as_dict(flag) for level in Level for flag in self.late(level)],
            "hours": [
                {name: getattr(hour, name) for name in Hour.__slots__} for hour in self.hours
            ],
            "tables": {
                table.name: [dict(zip(table.columns, row, strict=True)) for row in table.rows]
                for table in self.tables
            },
        }

    def _as_dict(self, flag: Waited) -> dict[str, Any]:
        return {
            "patient": flag.name,
            "level": flag.level.value,
            "raised_at": flag.since.isoformat(),
            "waited_minutes": flag.minutes(self.until),
            "taken": flag.taken_at is not None,
            "causes": list(flag.causes),
        }


def _spans(spans: Sequence[tuple[datetime, datetime]]) -> str:
    total = int(sum((end - start for start, end in spans), timedelta()) / MINUTE)
    return f"{len(spans)} times, {total} min"


def _drawn(table: Table) -> Iterator[str]:
    """A table in plain text, its columns as wide as their longest cell."""
    rows = [table.columns, *([_cell(cell) for cell in row] for row in table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    yield table.title
    for row in rows:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield f"  {first}  {'  '.join(rest)}".rstrip()


def _cell(cell: object) -> str:
    return "-" if cell is None else str(cell)
