"""A flag between the lines of a thread: what happened while they talked."""

from dataclasses import dataclass
from datetime import datetime

from portal.flags.models import FlagSource
from portal.flags.queries import FlagState

CAUSES = {
    FlagSource.CHECK_IN: "Check-in raised",
    FlagSource.SILENCE: "Silence raised",
    FlagSource.MESSAGE: "Team raised",
    FlagSource.HELP_NOW: "Patient raised",
    FlagSource.READING: "Message raised",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One flag, at the time it was raised."""

    flag: FlagState
    kind: str = "flag"
    seq: int = 0

    @property
    def sent_at(self) -> datetime:
        return self.flag.raised_at

    @property
    def cause(self) -> str:
        return CAUSES[FlagSource(self.flag.flag.source)]
