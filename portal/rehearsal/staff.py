"""How virtual staff behave: when they are there, how fast they notice, how long a flag takes.

The numbers are guesses about people, kept in one place so that a clinic may put in its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from portal.flags.models import Outcome
from portal.symptoms.levels import Level

# A nurse at the desk sees a new flag within minutes; one in a home, or asleep on call, does not.
NOTICES_WITHIN_MINUTES = {Level.EMERGENCY: 3, Level.URGENT: 6, Level.SOON: 50, Level.ROUTINE: 240}
MISSES_ONE_IN = 12
LOOKS_THROUGH_WITHIN_MINUTES = 20
ON_CALL_WAKES_WITHIN_MINUTES = 4
ON_CALL_SLEEPS_ON_ONE_IN = 10
HANDLING_MINUTES = {Level.EMERGENCY: 25, Level.URGENT: 18, Level.SOON: 10, Level.ROUTINE: 5}
REPLIES_WITHIN_MINUTES = 45
OUTCOMES: dict[Level, tuple[tuple[Outcome, int], ...]] = {
    Level.EMERGENCY: ((Outcome.SENT_TO_EMERGENCY, 6), (Outcome.CALLED, 3), (Outcome.SEEN, 1)),
    Level.URGENT: ((Outcome.CALLED, 6), (Outcome.ADVISED, 2), (Outcome.DOSE_HELD, 1)),
    Level.SOON: ((Outcome.ADVISED, 5), (Outcome.CALLED, 2), (Outcome.EXPECTED_EFFECT, 3)),
    Level.ROUTINE: ((Outcome.EXPECTED_EFFECT, 6), (Outcome.ADVISED, 4)),
}


@dataclass(slots=True)
class Desk:
    """One member of staff: busy until `free_at` with the flag in hand, which only a graver one
    interrupts."""

    name: str
    free_at: datetime
    in_hand: UUID | None = None
    level: Level = Level.ROUTINE

    def is_busy(self, now: datetime, level: Level) -> bool:
        return self.free_at > now and self.level.rank <= level.rank

    def begin(self, flag_id: UUID, level: Level, now: datetime, spent: timedelta) -> UUID | None:
        """Take this flag in hand; the one that is interrupted by it waits so much longer."""
        interrupted = self.in_hand if self.free_at > now else None
        self.free_at = max(self.free_at, now) + spent
        self.in_hand, self.level = flag_id, level
        return interrupted


def notice_delay(level: Level, random: Random) -> timedelta | None:
    """How long until whoever is on duty sees a new flag; None when they never do by themselves."""
    if random.random() * MISSES_ONE_IN < 1:
        return None
    return timedelta(minutes=NOTICES_WITHIN_MINUTES[level] * random.lognormvariate(-0.4, 0.6))


def rounds_delay(random: Random) -> timedelta | None:
    """How long after the next shift began its nurse has gone through all that waits."""
    return timedelta(minutes=LOOKS_THROUGH_WITHIN_MINUTES * random.lognormvariate(-0.3, 0.4))


def answer_delay(random: Random) -> timedelta | None:
    """How long until somebody who was told reacts; None when they sleep on."""
    if random.random() * ON_CALL_SLEEPS_ON_ONE_IN < 1:
        return None
    return timedelta(minutes=ON_CALL_WAKES_WITHIN_MINUTES * random.lognormvariate(-0.2, 0.5))


def handling_time(level: Level, random: Random) -> timedelta:
    return timedelta(minutes=HANDLING_MINUTES[level] * random.lognormvariate(-0.1, 0.4))


def outcome_of(level: Level, random: Random) -> Outcome:
    likely = OUTCOMES[level]
    weights = [weight for _, weight in likely]
    return random.choices([outcome for outcome, _ in likely], weights=weights)[0]


def first_free(desks: Sequence[Desk]) -> Desk:
    return min(desks, key=lambda desk: (desk.free_at, desk.name))


def reply_delay(random: Random) -> timedelta:
    """How long until a nurse who is at the desk answers a message."""
    return timedelta(minutes=REPLIES_WITHIN_MINUTES * random.lognormvariate(-0.4, 0.6))
