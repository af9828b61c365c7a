"""When a flag must be acknowledged: pure, no clock, no database.

The limits are a proposal (workflow.md, "Clocks"); a clinician must sign them off.
"""

from datetime import UTC, datetime, timedelta

from portal.settings import Clinic
from portal.symptoms.levels import Level

LIMITS = {
    Level.EMERGENCY: timedelta(minutes=5),
    Level.URGENT: timedelta(minutes=15),
    Level.SOON: timedelta(hours=4),
}


def due_at(level: Level, since: datetime, clinic: Clinic) -> datetime:
    """The instant, in UTC, by which somebody must have acknowledged.

    Short limits are spans of real time, so a clock change cannot stretch them. The routine limit
    is a time on the clinic's wall: closing time of its next working day.
    """
    limit = LIMITS.get(level)
    if limit is None:
        return _end_of_next_working_day(since, clinic)
    return since.astimezone(UTC) + limit


def _end_of_next_working_day(since: datetime, clinic: Clinic) -> datetime:
    day = since.astimezone(clinic.zone).date() + timedelta(days=1)
    while not clinic.works_on(day):
        day += timedelta(days=1)
    midnight = datetime(day.year, day.month, day.day, tzinfo=clinic.zone)
    # Adding to an aware time in a zone moves the wall clock, which is what closing time means.
    return (midnight + timedelta(hours=clinic.closes)).astimezone(UTC)
