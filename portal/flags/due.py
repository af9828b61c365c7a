"""When a flag must be acknowledged: pure, no clock, no database.

The limits are a proposal (workflow.md, "Clocks"; clinical.md section 7): a clinician must sign them
off, and a clinic may set its own.
"""

from datetime import UTC, datetime, timedelta

from portal.settings import Clinic
from portal.symptoms.levels import Level


def due_at(level: Level, since: datetime, clinic: Clinic) -> datetime:
    """The instant, in UTC, by which somebody must have acknowledged.

    Short limits are spans of real time, so a clock change cannot stretch them. The routine limit
    is a time on the clinic's wall: closing time of its next working day.
    """
    if level is Level.ROUTINE:
        return _end_of_next_working_day(since, clinic)
    return since.astimezone(UTC) + timedelta(minutes=minutes_by_level(clinic)[level])


def minutes_by_level(clinic: Clinic) -> dict[Level, int]:
    """The limits that are spans."""
    return {
        Level.EMERGENCY: clinic.emergency_minutes,
        Level.URGENT: clinic.urgent_minutes,
        Level.SOON: clinic.soon_minutes,
    }


def _end_of_next_working_day(since: datetime, clinic: Clinic) -> datetime:
    day = since.astimezone(clinic.zone).date() + timedelta(days=1)
    while not clinic.works_on(day):
        day += timedelta(days=1)
    midnight = datetime(day.year, day.month, day.day, tzinfo=clinic.zone)
    # Adding to an aware time in a zone moves the wall clock, which is what closing time means.
    return (midnight + timedelta(hours=clinic.closes)).astimezone(UTC)
