"""When something may go out: pure, no clock, no database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.notices.reasons import Pace

HOUR = 60
# Time to look at an open page before it leaves the page.
GATHER = timedelta(minutes=1)
# Between two calm mails; longer while the last one has not been looked at.
SPACE = timedelta(minutes=15)
SPACE_UNSEEN = timedelta(hours=4)
URGENT_SPACE = timedelta(minutes=1)
# After each try on one channel; then comes the next channel.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5))
URGENT_BACK_OFF = (timedelta(seconds=15), timedelta(seconds=30))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours on a person's wall, in minutes after midnight; equal ends mean none."""

    start: int
    end: int
    zone: ZoneInfo

    def ends_after(self, now: datetime) -> datetime | None:
        """When the quiet hours that hold `now` end, in UTC; None outside them."""
        local = now.astimezone(self.zone)
        minute = local.hour * HOUR + local.minute
        if not self._holds(minute):
            return None
        ends_today = minute < self.end
        day = local.date() if ends_today else local.date() + timedelta(days=1)
        # In the hour that comes twice, the end is the one on the same side of the change.
        fold = local.fold if ends_today else 0
        end = datetime(
            day.year, day.month, day.day, *divmod(self.end, HOUR), tzinfo=self.zone, fold=fold
        )
        return end.astimezone(UTC)

    def _holds(self, minute: int) -> bool:
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def first_due(pace: Pace, now: datetime) -> datetime:
    return now + GATHER if pace is Pace.CALM else now


def postponed(
    pace: Pace, now: datetime, quiet: Quiet, last_sent: datetime | None, last_seen: bool
) -> datetime | None:
    """Until when an envelope whose time has come must wait all the same; None: it may go."""
    earliest = last_sent + _space(pace, last_seen) if last_sent else now
    if earliest > now:
        return earliest
    return quiet.ends_after(now) if pace.waits_for_morning else None


def _space(pace: Pace, last_seen: bool) -> timedelta:
    if pace is Pace.CALM:
        return SPACE if last_seen else SPACE_UNSEEN
    return URGENT_SPACE if pace is Pace.URGENT else timedelta()


def next_try(pace: Pace, tries: int, now: datetime) -> datetime | None:
    """When to try the same channel again after `tries` failures; None: not on this one."""
    waits = BACK_OFF if pace.waits_for_morning else URGENT_BACK_OFF
    return now + waits[tries - 1] if tries <= len(waits) else None
