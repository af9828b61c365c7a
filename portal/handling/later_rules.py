"""When a reply that is set for later goes out, and why it does not. Pure: no clock, no database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.errors import Invalid
from portal.handling.later_models import Fate
from portal.handling.saved import left_open

SPAN = timedelta(hours=2)
MORNING = time(8)
FURTHEST = timedelta(days=90)
IN_TWO_HOURS, TOMORROW, AT = "2h", "tomorrow", "at"

NOT_SENT = {
    Fate.STOPPED: "A reply you had set for {at} was stopped by {who}. Its words are your draft.",
    Fate.NO_ACCESS: "A reply you had set for {at} was not sent: you may no longer write there.",
    Fate.CLOSED: "A reply you had set for {at} was not sent: the conversation was resolved.",
    Fate.UNREADABLE: "A reply you had set for {at} was not sent: its words cannot be read.",
}


def send_time(choice: str, on: str, at: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, that was chosen on the sender's clock; raises Invalid with why not."""
    due = _chosen(choice, on, at, now, zone)
    if due <= now:
        raise Invalid("This time has passed. Choose a later one.")
    if due > now + FURTHEST:
        raise Invalid(f"Choose a time within {FURTHEST.days} days.")
    return due


def _chosen(choice: str, on: str, at: str, now: datetime, zone: ZoneInfo) -> datetime:
    if choice == IN_TWO_HOURS:
        return now + SPAN
    if choice == TOMORROW:
        return on_the_wall(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    try:
        return on_the_wall(date.fromisoformat(on), time.fromisoformat(at), zone)
    except (ValueError, OverflowError) as error:
        raise Invalid("Choose a day and a time.") from error


def on_the_wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the wall clock says that; raises Invalid where it never does, or twice."""
    first = datetime.combine(day, at.replace(second=0, microsecond=0, tzinfo=None), tzinfo=zone)
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        raise Invalid("The clock changes at that time. Choose another one.")
    return first.astimezone(UTC)


def require_filled(words: str) -> None:
    """What a saved reply could not fill in is filled in by whoever sends it, before."""
    names = left_open(words)
    if names:
        raise Invalid(f"Fill in “{names[0]}” first: nobody reads it again before it is sent.")
