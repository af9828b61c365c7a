"""One step of a flag as a line of its history: pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.flags.care import Did
from portal.flags.history import Happening, Step
from portal.flags.models import Escalation, FlagStep
from portal.people.queries import Named
from portal.web.times import when

People = Mapping[UUID, Named]

_WORDS = {
    Step.RAISED: "Flag raised",
    Step.ACKNOWLEDGED: "{who} acknowledged",
    Step.RESOLVED: "{who} resolved",
    Step.REOPENED: "{who} reopened",
}
UNDONE = {
    "acknowledge": "acknowledging",
    "resolve": "resolving",
    "snooze": "snoozing",
    "hand_over": "handing over",
    "take": "taking over",
    "told": "that the patient knows",
    "close": "closing",
}


def line_of(step: Happening, people: People, raised_at: datetime, zone: ZoneInfo) -> str:
    if step.care is not None:
        return _care(step.care, people, raised_at, zone)
    if step.climb is not None:
        return _climb(step.climb, people)
    if step.step is Step.LATE:
        told = ", ".join(_name(id, people) for id in step.told) or "nobody could be found"
        return f"The patient was to hear from us by now. Told: {told}"
    words = _WORDS[step.step].format(who=_name(step.by_id, people))
    return f"{words}: {step.outcome.words.lower()}" if step.outcome else words


def _care(step: FlagStep, people: People, raised_at: datetime, zone: ZoneInfo) -> str:
    who = _name(step.by_id, people)
    say: dict[Did, Callable[[], str]] = {
        Did.NOTE: lambda: f"{who} wrote an internal note",
        Did.CALL: lambda: _call(step, who),
        Did.MESSAGE: lambda: f"{who} wrote to the patient",
        Did.SNOOZE: lambda: f"{who} snoozed it{_until(step, zone)}",
        Did.WAKE: lambda: f"{who} ended the snooze" if who else "Came back from its snooze",
        Did.HAND_OVER: lambda: f"{who or 'The portal'} handed it to {_receiver(step, people)}",
        Did.TAKE: lambda: f"{who} took it over",
        Did.TOLD: lambda: f"{who}: the patient knows",
        Did.CLOSE: lambda: _close(step, who),
        Did.LINK: lambda: _link(step, raised_at),
        Did.UNDO: lambda: f"{who} undid {UNDONE.get(step.undone or '', 'the last step')}",
    }
    return say[step.did]()


def _call(step: FlagStep, who: str) -> str:
    callee = step.callee.words if step.callee else "the patient"
    result = step.result.words.lower() if step.result else ""
    return f"{who} called {callee}: {result}"


def _until(step: FlagStep, zone: ZoneInfo) -> str:
    return f" until {when(step.until, zone)}" if step.until else ""


def _receiver(step: FlagStep, people: People) -> str:
    return step.to_duty.words.lower() if step.to_duty else _name(step.to_id, people)


def _close(step: FlagStep, who: str) -> str:
    if step.words is None:
        return "Closed"
    return f"{who} closed it without telling the patient"


def _link(step: FlagStep, raised_at: datetime) -> str:
    is_later = step.at <= raised_at
    return "The same effect was milder before" if is_later else "The same effect came back worse"


def _climb(climb: Escalation, people: People) -> str:
    told = ", ".join(_name(UUID(id), people) for id in climb.told) or "nobody could be found"
    pressed = f"{_name(climb.by_id, people)} escalated it. " if climb.by_id else ""
    if climb.is_uncovered:
        return f"{pressed}{climb.rung.words}: nobody in the rota. Told: {told}"
    return f"{pressed}{climb.rung.words} told: {told}"


def _name(id: UUID | None, people: People) -> str:
    return people[id].name if id is not None and id in people else ""
