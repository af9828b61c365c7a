"""The demo's flags: raised by the real rules, then taken and resolved as the moments say.

What no moment speaks of is everyday work: a nurse looked at it in time and called it expected.
"""

from datetime import datetime, timedelta
from uuid import UUID

from portal.check_ins.library import PAGES, RULES
from portal.check_ins.rules import Finding
from portal.check_ins.wording import change, limit, said, summary
from portal.db import clinic_of
from portal.demo.judged import Judged
from portal.demo.moments import BY_KEY, Step
from portal.demo.stage import Stage
from portal.flags.care import Callee, CallResult, Did
from portal.flags.due import due_at
from portal.flags.models import (
    Acknowledgement,
    Disposition,
    Flag,
    FlagReason,
    FlagSource,
    FlagStep,
    Outcome,
    Reopening,
)
from portal.ids import new_id
from portal.sealing import seal

EVERYDAY = timedelta(hours=20)
"""Younger everyday flags are taken but not yet resolved."""

CALLED_AFTER = 6


class FlagRows:
    """Gathers rows table by table, to be written together."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.clinic = clinic_of(stage.session)
        self.flags: list[Flag] = []
        self.reasons: list[FlagReason] = []
        self.taken: list[Acknowledgement] = []
        self.ended: list[Disposition] = []
        self.reopened: list[Reopening] = []
        self.steps: list[FlagStep] = []

    async def write(self) -> None:
        for rows in (self.flags, self.reasons, self.taken, self.ended, self.reopened, self.steps):
            await self.stage.add(rows)

    def add(self, judged: Judged) -> None:
        flag = self._flag(judged)
        self.flags.append(flag)
        self.reasons += [
            self._reason(flag, judged, position, finding)
            for position, finding in enumerate(judged.findings)
        ]
        for step in self._steps(judged):
            self._do(flag, step, judged.report.at + timedelta(minutes=step.later))

    def _flag(self, judged: Judged) -> Flag:
        id, at = new_id(), judged.report.at
        patient_id = self.stage.patient_id(judged.story)
        level = judged.findings[0].level
        return Flag(
            id=id,
            patient_id=patient_id,
            source=FlagSource.CHECK_IN,
            source_id=judged.id,
            level=level,
            summary=seal(self.stage.session, summary(judged.findings), "flag", id, patient_id),
            rule_set=RULES.version,
            hours_since_dose=judged.hours,
            raised_at=at,
            waiting_since=at,
            due_at=due_at(level, at, self.clinic),
        )

    def _reason(self, flag: Flag, judged: Judged, position: int, finding: Finding) -> FlagReason:
        id, rule = new_id(), finding.rule
        was = change(judged.case, finding)
        return FlagReason(
            id=id,
            flag_id=flag.id,
            position=position,
            rule=rule.id,
            rule_set=flag.rule_set,
            level=finding.level,
            effect=rule.effect.value if rule.effect else None,
            title=rule.title,
            limit=limit(finding),
            source=rule.source,
            said=self._seal(said(PAGES, judged.case.now.answers, finding), "flag_reason", id, flag),
            change=self._seal(was, "flag_reason", id, flag) if was else None,
        )

    def _seal(self, text: str, table: str, id: UUID, flag: Flag) -> bytes:
        return seal(self.stage.session, text, table, id, flag.patient_id)

    def _steps(self, judged: Judged) -> tuple[Step, ...]:
        if judged.report.moment is not None:
            return BY_KEY[judged.report.moment].steps
        nurse = self.stage.nurse_on_duty(judged.story, judged.report.at)
        minutes = 3 + 2 * judged.findings[0].level.rank
        taken = Step(minutes, nurse)
        if self.stage.now - judged.report.at < EVERYDAY:
            return (taken,)
        return taken, Step(minutes + 25, nurse, Outcome.EXPECTED_EFFECT)

    def _do(self, flag: Flag, step: Step, at: datetime) -> None:
        by_id = self.stage.ids[step.by]
        if step.reopens:
            self._reopen(flag, step, by_id, at)
        elif step.outcome is None:
            taken = Acknowledgement(flag_id=flag.id, round=flag.round, by_id=by_id, at=at)
            self.taken.append(taken)
            self._call(flag, by_id, at + timedelta(minutes=CALLED_AFTER))
        else:
            self._end(flag, step, step.outcome, by_id, at)

    def _call(self, flag: Flag, by_id: UUID, at: datetime) -> None:
        """The patient has heard from them, where there was time for it."""
        if at < self.stage.now - timedelta(hours=1):
            called = FlagStep(flag_id=flag.id, round=flag.round, did=Did.CALL, by_id=by_id, at=at)
            called.callee, called.result = Callee.PATIENT, CallResult.REACHED
            self.steps.append(called)

    def _end(self, flag: Flag, step: Step, outcome: Outcome, by_id: UUID, at: datetime) -> None:
        id = new_id()
        note = self._seal(step.words, "disposition", id, flag) if step.words else None
        self.ended.append(
            Disposition(
                id=id, flag_id=flag.id, round=flag.round, by_id=by_id, outcome=outcome,
                note=note, at=at,
            )
        )  # fmt: skip
        self.steps += [
            FlagStep(flag_id=flag.id, round=flag.round, did=did, by_id=by_id, at=at)
            for did in (Did.TOLD, Did.CLOSE)
        ]

    def _reopen(self, flag: Flag, step: Step, by_id: UUID, at: datetime) -> None:
        id = new_id()
        flag.round += 1
        flag.waiting_since = at
        flag.due_at = due_at(flag.level, at, self.clinic)
        reason = self._seal(step.words, "reopening", id, flag)
        self.reopened.append(
            Reopening(id=id, flag_id=flag.id, round=flag.round, by_id=by_id, reason=reason, at=at)
        )
