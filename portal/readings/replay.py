"""A rule set on stored history: which flags would come, go, or change their level. Reads only.

Each check-in and each message is judged as it stood: its own answers and what was found in its
words then, the hours since the dose then, and only what had been sent before it. One patient's
history is in memory at a time. The patient's cautions are the exception: the record keeps only the
present ones.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.assessment import cautions_of
from portal.check_ins.facts import Case
from portal.check_ins.queries import case_of, submitted_check_ins
from portal.check_ins.rules import RuleSet, judge
from portal.conversations.reading_models import MessageReading
from portal.db import Database
from portal.flags.models import Flag, FlagReason, FlagSource
from portal.people.models import Patient
from portal.readings.raising import case_of_message
from portal.sealing import CannotOpen
from portal.symptoms.levels import Level


class Change(StrEnum):
    SAME = "same"
    COMES = "comes"
    GOES = "goes"
    RISES = "rises"
    FALLS = "falls"


@dataclass(frozen=True, slots=True)
class Judged:
    """One check-in or message: the flag it has, and the one it would have. Ids and rules only."""

    source: FlagSource
    source_id: UUID
    at: datetime
    was: Level | None
    now: Level | None
    rules_were: frozenset[str]
    rules_now: frozenset[str]

    @property
    def change(self) -> Change:
        if self.was is self.now:
            return Change.SAME
        if self.was is None:
            return Change.COMES
        if self.now is None:
            return Change.GOES
        return Change.RISES if self.now.rank < self.was.rank else Change.FALLS

    @property
    def week(self) -> date:
        """Its Monday, in UTC."""
        day = self.at.date()
        return day - timedelta(days=day.weekday())

    @property
    def line(self) -> str:
        """`2026-11-23 check_in 0198… routine to soon: +w-nausea -13`"""
        rules = [f"+{rule}" for rule in sorted(self.rules_now - self.rules_were)]
        rules += [f"-{rule}" for rule in sorted(self.rules_were - self.rules_now)]
        levels = f"{self.was or 'no flag'} to {self.now or 'no flag'}"
        where = f"{self.at.date()} {self.source.value} {self.source_id}"
        return f"{where} {levels}: {' '.join(rules) or 'the same rules'}"


@dataclass
class Tally:
    """What a replay found, by week and by rule."""

    weeks: dict[date, Counter[Change]] = field(default_factory=dict)
    rules: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0

    def add(self, judged: Judged) -> None:
        self.weeks.setdefault(judged.week, Counter())[judged.change] += 1
        self.rules.update({f"+{rule}": 1 for rule in judged.rules_now - judged.rules_were})
        self.rules.update({f"-{rule}": 1 for rule in judged.rules_were - judged.rules_now})

    @property
    def total(self) -> Counter[Change]:
        return sum(self.weeks.values(), Counter())

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """Each week with how many of each change, the oldest first, and the sum."""
        named = [(f"{week}", self.weeks[week]) for week in sorted(self.weeks)]
        return [
            (name, [counts[change] for change in Change])
            for name, counts in [*named, ("all", self.total)]
        ]

    @property
    def by_rule(self) -> list[tuple[str, int]]:
        """How often each rule would speak more (+) or less (-), the most first."""
        return sorted(self.rules.items(), key=lambda each: (-each[1], each[0]))


async def replay(database: Database, rules: RuleSet, tally: Tally) -> AsyncIterator[Judged]:
    """Every check-in sent and every message in which something was found, patient by patient."""
    async with database.read() as session:
        patients = (await session.exec(select(Patient.id).order_by(col(Patient.id)))).all()
    for patient_id in patients:
        async with database.read() as session:
            flags = await _flags_of(session, patient_id)
            for source, id, at, case in await _cases(session, patient_id, tally):
                judged = _judged(rules, source, id, at, case, flags.get((source, id)))
                tally.add(judged)
                yield judged


Known = tuple[Level, frozenset[str]]


def _judged(
    rules: RuleSet, source: FlagSource, id: UUID, at: datetime, case: Case, flag: Known | None
) -> Judged:
    findings = judge(rules, case)
    now = findings[0].level if findings else None
    was, rules_were = flag or (None, frozenset())
    fired = frozenset(finding.rule.id for finding in findings)
    return Judged(source, id, at, was, now, rules_were, fired)


async def _flags_of(
    session: AsyncSession, patient_id: UUID
) -> dict[tuple[FlagSource, UUID], Known]:
    rows = await session.exec(
        select(Flag.source, Flag.source_id, Flag.level, FlagReason.rule)
        .join(FlagReason, col(FlagReason.flag_id) == col(Flag.id))
        .where(col(Flag.patient_id) == patient_id)
    )
    found: dict[tuple[FlagSource, UUID], Known] = {}
    for source, id, level, rule in rows.all():
        key = (FlagSource(source), id)
        found[key] = (Level(level), found.get(key, (level, frozenset()))[1] | {rule})
    return found


async def _cases(
    session: AsyncSession, patient_id: UUID, tally: Tally
) -> Sequence[tuple[FlagSource, UUID, datetime, Case]]:
    sent = await submitted_check_ins(session, patient_id)
    cautions = await cautions_of(session, patient_id)
    cases = [
        (FlagSource.CHECK_IN, each.id, each.at, replace(case_of(each, sent), cautions=cautions))
        for each in sent
    ]
    rows = await session.exec(
        select(MessageReading)
        .where(col(MessageReading.patient_id) == patient_id)
        .order_by(col(MessageReading.message_id))
    )
    for row in rows.all():
        try:
            case = await case_of_message(session, row)
        except CannotOpen:
            tally.unreadable += 1
            continue
        cases.append((FlagSource.READING, row.message_id, case.now.at, case))
    return cases
