"""A rule set on stored history: which flags would come, go, or change their level. Reads only.

Each check-in, each message with its corrections and each silence that came before the team is
judged as it stood: its own answers and what was found in its words then, the hours since the dose
then, and only what had been sent before it. One patient's history is in memory at a time.

Two things are not as they stood. The record keeps only the present cautions. And a silence is
looked at when it came before the team: rules that would ask sooner are not seen to.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.assessment import silence_case
from portal.check_ins.facts import Case
from portal.check_ins.ladder import Rung, rungs_of
from portal.check_ins.library import PAGES
from portal.check_ins.rules import Finding, RuleSet, judge
from portal.check_ins.schedule import POINTS
from portal.check_ins.sent import earlier_of
from portal.check_ins.silence_models import SilenceStep
from portal.conversations.reading_models import MessageReading
from portal.db import Database
from portal.flags.models import FlagSource
from portal.people.models import Patient
from portal.readings.raised import flags_raised
from portal.readings.raising import cases_of_message, history_of, judged_in_turn
from portal.sealing import CannotOpen
from portal.symptoms.levels import Level
from portal.treatments.models import Dose


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
    """What a replay found: by week, by rule, and from which level to which (None: no flag)."""

    weeks: dict[date, Counter[Change]] = field(default_factory=dict)
    moves: Counter[tuple[Level | None, Level | None]] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0

    def add(self, judged: Judged) -> None:
        self.weeks.setdefault(judged.week, Counter())[judged.change] += 1
        if judged.change is not Change.SAME:
            self.moves[judged.was, judged.now] += 1
        self.rules.update({f"+{rule}": 1 for rule in judged.rules_now - judged.rules_were})
        self.rules.update({f"-{rule}": 1 for rule in judged.rules_were - judged.rules_now})

    @property
    def total(self) -> Counter[Change]:
        return sum(self.weeks.values(), Counter())

    @property
    def is_exact(self) -> bool:
        """The same flags by the same rules."""
        return not self.moves and not self.rules

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """Each week with how many of each change, the oldest first, and the sum."""
        named = [
            (f"{week.day} {week:%b} {week.year}", self.weeks[week]) for week in sorted(self.weeks)
        ]
        return [
            (name, [counts[change] for change in Change])
            for name, counts in [*named, ("All", self.total)]
        ]

    @property
    def by_rule(self) -> list[tuple[str, int]]:
        """How often each rule would speak more (+) or less (-), the most first."""
        return sorted(self.rules.items(), key=lambda each: (-each[1], each[0]))

    @property
    def by_move(self) -> list[tuple[str, str, int]]:
        """How many flags go from one level to another: what comes first, then the gravest."""
        moves = [(was or NO_FLAG, now or NO_FLAG, n) for (was, now), n in self.moves.items()]
        return sorted(moves, key=lambda each: (_ORDER.index(each[0]), _ORDER.index(each[1])))


async def replay(
    database: Database, rules: RuleSet, tally: Tally, since: datetime | None = None
) -> AsyncIterator[Judged]:
    """What was sent or left unanswered, from `since` on, patient by patient."""
    async with database.read() as session:
        patients = (await session.exec(select(Patient.id).order_by(col(Patient.id)))).all()
    for patient_id in patients:
        async with database.read() as session:
            replayed = _Replayed(session, patient_id, rules, tally, since or LONG_AGO)
            async for judged in replayed.all_of_it():
                await asyncio.sleep(0)  # whoever else is served by this process waits for one only
                if judged.at >= replayed.since:
                    tally.add(judged)
                    yield judged


NO_FLAG = "no flag"
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_ORDER = (NO_FLAG, *Level)


class _Replayed:
    """One patient's history under these rules."""

    def __init__(
        self,
        session: AsyncSession,
        patient_id: UUID,
        rules: RuleSet,
        tally: Tally,
        since: datetime,
    ) -> None:
        self.session = session
        self.patient_id = patient_id
        self.rules = rules
        self.tally = tally
        self.since = since

    async def all_of_it(self) -> AsyncIterator[Judged]:
        self.flags = await flags_raised(self.session, self.patient_id)
        self.history = await history_of(self.session, self.patient_id)
        for judged in self._check_ins():
            yield judged
        async for judged in self._messages():
            yield judged
        async for judged in self._silences():
            yield judged

    def _check_ins(self) -> Iterator[Judged]:
        for place, each in enumerate(self.history.sent):
            if each.told.at < self.since:
                continue
            earlier = earlier_of(self.history.sent[:place], each.series)
            case = Case(each.told, PAGES, earlier, self.history.cautions)
            yield self._judged(FlagSource.CHECK_IN, each.id, case, judge(self.rules, case))

    async def _messages(self) -> AsyncIterator[Judged]:
        rows = await self.session.exec(
            select(MessageReading)
            .where(col(MessageReading.patient_id) == self.patient_id)
            .order_by(col(MessageReading.message_id))
        )
        for row in rows.all():
            try:
                cases = await cases_of_message(self.session, row, self.history)
            except CannotOpen:
                self.tally.unreadable += 1
                continue
            for id, case, findings in judged_in_turn(self.rules, cases):
                yield self._judged(FlagSource.READING, id, case, findings)

    async def _silences(self) -> AsyncIterator[Judged]:
        rows = await self.session.exec(
            select(SilenceStep)
            .where(
                col(SilenceStep.patient_id) == self.patient_id,
                col(SilenceStep.rung) == Rung.TASK.value,
            )
            .order_by(col(SilenceStep.at), col(SilenceStep.id))
        )
        doses = {str(dose.id): dose for dose in self.history.doses}
        for row in rows.all():
            case = self._silence(row, doses[row.series])
            findings = judge(self.rules, case)
            if findings and self._is_looked_after(row, findings[0].level):
                findings = ()
            yield self._judged(FlagSource.SILENCE, row.id, case, findings)

    def _silence(self, row: SilenceStep, dose: Dose) -> Case:
        point = next(each for each in POINTS if each.name == row.point)
        due_at = row.due_at - rungs_of(point)[Rung.TASK]  # a rung keeps when it was reached itself
        minutes = int((row.at - due_at) / timedelta(minutes=1))
        history, at = self.history, row.at
        return silence_case(history.sent_before(at), history.cautions, dose, point, minutes, at)

    def _is_looked_after(self, row: SilenceStep, level: Level) -> bool:
        """Another flag about silence was open then, as grave or graver: one was enough."""
        return any(
            flag.source is FlagSource.SILENCE
            and flag.level.rank <= level.rank
            and flag.raised_at < row.at
            and (flag.resolved_at is None or flag.resolved_at > row.at)
            for flag in self.flags.values()
        )

    def _judged(
        self, source: FlagSource, id: UUID, case: Case, findings: Sequence[Finding]
    ) -> Judged:
        flag = self.flags.get((source, id))
        return Judged(
            source,
            id,
            case.now.at,
            flag.level if flag else None,
            findings[0].level if findings else None,
            flag.rules if flag else frozenset(),
            frozenset(finding.rule.id for finding in findings),
        )
