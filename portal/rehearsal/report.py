"""What a rehearsal showed: worst waits, missed clocks, load by hour, and what nobody saw."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.models import CheckIn
from portal.figures.facts import Facts, facts_for
from portal.figures.tables import Table, acknowledged, check_ins, endings, resolved
from portal.flags.models import Acknowledgement, Disposition, Escalation, Flag
from portal.rehearsal.clinic import RehearsedClinic
from portal.rehearsal.outages import Outages
from portal.symptoms.levels import Level
from portal.treatments.models import Dose

WORST = 8
LONGEST_BAR = 40


@dataclass(frozen=True, slots=True)
class Waited:
    """One flag with its wait; `taken_at` is None when nobody ever took it."""

    name: str
    level: Level
    since: datetime
    due_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    rungs: int

    def wait(self, until: datetime) -> timedelta:
        return (self.taken_at or until) - self.since

    def is_late(self, until: datetime) -> bool:
        return (self.taken_at or until) > self.due_at


@dataclass(frozen=True, slots=True)
class Report:
    days: int
    until: datetime
    zone: ZoneInfo
    doses: int
    check_ins: int
    flags: Sequence[Waited]
    escalations: Counter[str]
    doubled: int
    outages: Outages
    tables: Sequence[Table]

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
    def is_safe(self) -> bool:
        return not self.unseen and not self.endless and not self.doubled

    def lines(self) -> Iterator[str]:
        yield (
            f"{self.days} days, {self.doses} doses, {self.check_ins} check-ins, "
            f"{len(self.flags)} flags, {sum(self.escalations.values())} escalations."
        )
        yield from self._outages()
        yield from self._verdict()
        for table in self.tables:
            yield ""
            yield from _drawn(table)
        yield ""
        yield "Worst waits until a flag was taken"
        yield from self._worst()
        yield ""
        yield "Flags raised by hour of the day"
        yield from self._hours()

    def _outages(self) -> Iterator[str]:
        web, worker = len(self.outages.web), len(self.outages.worker)
        yield f"The portal was down {web} times, the worker {worker} times."

    def _verdict(self) -> Iterator[str]:
        steps = ", ".join(f"{words} {n}" for words, n in sorted(self.escalations.items()))
        yield f"Escalations: {steps or 'none'}. Doubled: {self.doubled}."
        yield f"Emergencies that nobody saw: {len(self.unseen)}."
        yield f"Flags without an end: {len(self.endless)}."

    def _worst(self) -> Iterator[str]:
        for level in Level:
            flags = [flag for flag in self.flags if flag.level is level]
            flags.sort(key=lambda flag: (-flag.wait(self.until), flag.since))
            for flag in flags[:WORST]:
                if flag.is_late(self.until):
                    yield self._line(flag)

    def _line(self, flag: Waited) -> str:
        minutes = int(flag.wait(self.until).total_seconds() // 60)
        over = int((flag.wait(self.until) - (flag.due_at - flag.since)).total_seconds() // 60)
        at = flag.since.astimezone(self.zone)
        return (
            f"  {flag.level.words:<10} {flag.name:<12} {at:%d %b %H:%M}  waited {minutes} min, "
            f"{over} over its limit, {flag.rungs} steps up the ladder"
        )

    def _hours(self) -> Iterator[str]:
        hours = Counter(flag.since.astimezone(self.zone).hour for flag in self.flags)
        late = Counter(
            flag.since.astimezone(self.zone).hour for flag in self.flags if flag.is_late(self.until)
        )
        most = max(hours.values(), default=1)
        for hour in range(24):
            bar = "#" * round(LONGEST_BAR * hours[hour] / most)
            yield f"  {hour:02}  {hours[hour]:>4} raised {late[hour]:>3} taken late  {bar}".rstrip()


async def report_of(
    clinic: RehearsedClinic, days: int, outages: Outages, ends: datetime, now: datetime
) -> Report:
    """Read what happened from the database, as the lead's page would.

    Flags raised after `ends` are left out: nobody answers any more then, so silence raises them.
    """
    async with clinic.database.read() as session:
        admin = clinic.staff["Administrator"]
        facts = await facts_for(session, admin, now - timedelta(days=days + 30), now)
        return Report(
            days=days,
            until=now,
            zone=clinic.settings.zone,
            doses=await _count(session, Dose),
            check_ins=await _count(session, CheckIn),
            flags=await _flags(session, clinic, ends),
            escalations=await _escalations(session),
            doubled=await _doubled(session),
            outages=outages,
            tables=_tables(replace(facts, flags=[f for f in facts.flags if f.raised_at < ends])),
        )


def _tables(facts: Facts) -> list[Table]:
    flags, now = facts.flags, facts.until
    return [
        acknowledged(flags, now),
        resolved(flags, now),
        endings(flags),
        check_ins(facts.check_ins),
    ]


async def _flags(session: AsyncSession, clinic: RehearsedClinic, ends: datetime) -> list[Waited]:
    taken = {row.flag_id: row.at for row in await _first_round(session, Acknowledgement)}
    ended = {row.flag_id: row.at for row in await session.exec(select(Disposition))}
    rungs: Counter[UUID] = Counter((await session.exec(select(Escalation.flag_id))).all())
    raised = select(Flag).where(col(Flag.raised_at) < ends)
    flags = await session.exec(raised.order_by(col(Flag.raised_at), col(Flag.id)))
    return [
        Waited(
            name=clinic.patients[flag.patient_id].name,
            level=flag.level,
            since=flag.raised_at,
            due_at=flag.due_at if flag.round == 1 else flag.raised_at,
            taken_at=taken.get(flag.id),
            ended_at=ended.get(flag.id),
            rungs=rungs[flag.id],
        )
        for flag in flags
    ]


async def _first_round(
    session: AsyncSession, record: type[Acknowledgement]
) -> Iterable[Acknowledgement]:
    return (await session.exec(select(record).where(col(record.round) == 1))).all()


async def _escalations(session: AsyncSession) -> Counter[str]:
    rows = (await session.exec(select(Escalation))).all()
    return Counter(row.rung.words for row in rows)


async def _doubled(session: AsyncSession) -> int:
    """The database itself refuses doubles; counted all the same, because that is the promise."""
    rows = (await session.exec(select(Escalation))).all()
    steps = Counter((row.flag_id, row.round, row.lap, row.rung) for row in rows)
    return sum(n - 1 for n in steps.values())


async def _count(session: AsyncSession, table: type[Dose] | type[CheckIn]) -> int:
    return (await session.exec(select(func.count()).select_from(table))).one()


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
