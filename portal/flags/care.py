"""Where a flag stands in care, from the steps of its present round. Pure: no clock, no database.

raised -> acknowledged -> in care -> resolved -> told -> closed, and reopened into a new round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from portal.rota.duties import Duty


class Did(StrEnum):
    """What a step of care did. LINK is written by the rules, WAKE also by the clock."""

    NOTE = "note"
    CALL = "call"
    MESSAGE = "message"
    SNOOZE = "snooze"
    WAKE = "wake"
    HAND_OVER = "hand_over"
    TAKE = "take"
    TOLD = "told"
    CLOSE = "close"
    LINK = "link"
    UNDO = "undo"


class Callee(StrEnum):
    PATIENT = "patient"
    COMPANION = "companion"

    @property
    def words(self) -> str:
        return {"patient": "the patient", "companion": "the adult with them"}[self.value]


class CallResult(StrEnum):
    NO_ANSWER = "no_answer"
    REACHED = "reached"
    LEFT_WORD = "left_word"

    @property
    def words(self) -> str:
        return _RESULT_WORDS[self]


_RESULT_WORDS = {
    CallResult.NO_ANSWER: "No answer",
    CallResult.REACHED: "Reached",
    CallResult.LEFT_WORD: "Left word",
}


class Stage(StrEnum):
    """The states of a flag (workflow.md, "Flag"); told is what stands between the last two."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    IN_CARE = "in_care"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Done(Protocol):
    """A step as this judgement sees it."""

    @property
    def id(self) -> UUID: ...
    @property
    def did(self) -> Did: ...
    @property
    def by_id(self) -> UUID | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def to_id(self) -> UUID | None: ...
    @property
    def to_duty(self) -> Duty | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def callee(self) -> Callee | None: ...
    @property
    def result(self) -> CallResult | None: ...
    @property
    def other_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Care:
    """What the steps of one round amount to.

    `handed_at`: it was handed over then, and whoever it is for has not taken it yet. `handovers`
    counts them; each begins the ladder anew. `tried_at`: the last call that reached nobody.
    `missed_calls` reached nobody, one after another, since the present holder has it.
    """

    holder_id: UUID | None = None
    holder_duty: Duty | None = None
    handed_at: datetime | None = None
    taken_over_at: datetime | None = None
    handovers: int = 0
    snoozed_until: datetime | None = None
    is_begun: bool = False
    is_told: bool = False
    closed_at: datetime | None = None
    tried_at: datetime | None = None
    missed_calls: int = 0

    def is_snoozed(self, now: datetime) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > now


_BEGINS = frozenset({Did.NOTE, Did.CALL, Did.MESSAGE})


def care_of(taken_by: UUID | None, steps: Sequence[Done]) -> Care:
    """`taken_by`: who acknowledged this round. Steps are this round's, the first one first."""
    valid = standing(steps)
    hand_over = _last(valid, Did.HAND_OVER, Did.TAKE)
    rest = _last(valid, Did.SNOOZE, Did.WAKE, Did.HAND_OVER)
    close = _last(valid, Did.CLOSE)
    is_handed = hand_over is not None and hand_over.did is Did.HAND_OVER
    return Care(
        holder_id=_holder(taken_by, hand_over),
        holder_duty=hand_over.to_duty if hand_over and is_handed else None,
        handed_at=hand_over.at if hand_over and is_handed else None,
        taken_over_at=hand_over.at if hand_over and not is_handed else None,
        handovers=sum(step.did is Did.HAND_OVER for step in steps),
        snoozed_until=rest.until if rest and rest.did is Did.SNOOZE else None,
        is_begun=any(step.did in _BEGINS for step in valid),
        is_told=any(tells(step) for step in valid),
        closed_at=close.at if close else None,
        tried_at=_tried(valid),
        missed_calls=_missed(valid),
    )


def standing(steps: Sequence[Done]) -> list[Done]:
    """The steps that nobody took back."""
    undone = {step.other_id for step in steps if step.did is Did.UNDO}
    return [step for step in steps if step.id not in undone]


def tells(step: Done) -> bool:
    """Whether the patient has heard from us by this: a message, or a call that reached them."""
    if step.did is Did.CALL:
        return step.callee is Callee.PATIENT and step.result is CallResult.REACHED
    return step.did in {Did.MESSAGE, Did.TOLD}


def stage_of(care: Care, *, is_taken: bool, is_resolved: bool) -> Stage:
    if is_resolved:
        return Stage.CLOSED if care.closed_at else Stage.RESOLVED
    if not is_taken:
        return Stage.RAISED
    return Stage.IN_CARE if care.is_begun else Stage.ACKNOWLEDGED


def _holder(taken_by: UUID | None, hand_over: Done | None) -> UUID | None:
    if hand_over is None:
        return taken_by
    return hand_over.to_id if hand_over.did is Did.HAND_OVER else hand_over.by_id


def _tried(steps: Sequence[Done]) -> datetime | None:
    """When the last call went unanswered; none once somebody was reached or written to."""
    last = _last(steps, Did.CALL, Did.MESSAGE, Did.TOLD)
    if last is None or last.did is not Did.CALL or last.result is CallResult.REACHED:
        return None
    return last.at


def _missed(steps: Sequence[Done]) -> int:
    number = 0
    for step in steps:
        if step.did in {Did.HAND_OVER, Did.TAKE} or step.result is CallResult.REACHED:
            number = 0
        elif step.did is Did.CALL:
            number += 1
    return number


def _last(steps: Sequence[Done], *kinds: Did) -> Done | None:
    return next((step for step in reversed(steps) if step.did in kinds), None)
