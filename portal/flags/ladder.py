"""Who hears of a flag that nobody has taken, and when: pure, no clock, no database.

The rungs are those of workflow.md ("Clocks"): the second clinician when the level's own limit has
passed (emergency 5 min, urgent 15), on call after as long again (10, 30), the administrator after
as long once more (15). For a routine flag each of these spans is a working day. What may not wait
is told to those on duty at once (clinical.md section 7: "on-call paged"). All of it is a proposal
that a clinician must sign off.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.flags.due import due_at
from portal.rota.duties import Duty
from portal.settings import Clinic
from portal.symptoms.levels import Level

GRAVE = frozenset({Level.EMERGENCY, Level.URGENT})


class Rung(StrEnum):
    """One step up. An escalation row names it, and no flag climbs it twice in one lap."""

    DUTY = "duty"
    SECOND = "second"
    ON_CALL = "on_call"
    ADMIN = "admin"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def height(self) -> int:
        return list(Rung).index(self)


_WORDS = {
    Rung.DUTY: "Those on duty",
    Rung.SECOND: "Second clinician",
    Rung.ON_CALL: "On call",
    Rung.ADMIN: "Administrator",
}


@dataclass(frozen=True, slots=True)
class Climb:
    rung: Rung
    at: datetime


def ladder(level: Level, since: datetime, clinic: Clinic) -> list[Climb]:
    """Every rung and its time, for a flag that nobody takes from `since` on."""
    climbs = [Climb(Rung.DUTY, since)] if level in GRAVE else []
    at = since
    for rung in (Rung.SECOND, Rung.ON_CALL, Rung.ADMIN):
        at = due_at(level, at, clinic)
        climbs.append(Climb(rung, at))
    return climbs


def rungs_due(
    level: Level, since: datetime, climbed: Collection[Rung], now: datetime, clinic: Clinic
) -> list[Rung]:
    """The rungs reached by `now` and not climbed yet, lowest first, while nobody takes the flag.

    Several at once after an outage: each is climbed, because each tells other people.
    """
    return [
        climb.rung
        for climb in ladder(level, since, clinic)
        if climb.at <= now and climb.rung not in climbed
    ]


def next_rung(
    level: Level, since: datetime, climbed: Collection[Rung], clinic: Clinic
) -> Climb | None:
    """What comes next if still nobody takes it."""
    left = [climb for climb in ladder(level, since, clinic) if climb.rung not in climbed]
    return left[0] if left else None


def duties_at(rung: Rung, level: Level) -> tuple[Duty, ...]:
    """Whose duty it is to hear at this rung; administrators stand in no rota."""
    if rung is Rung.DUTY and level is Level.EMERGENCY:
        return (Duty.NURSE, Duty.ON_CALL)
    return _DUTIES[rung]


_DUTIES: dict[Rung, tuple[Duty, ...]] = {
    Rung.DUTY: (Duty.NURSE,),
    Rung.SECOND: (Duty.SECOND,),
    Rung.ON_CALL: (Duty.ON_CALL,),
    Rung.ADMIN: (),
}
