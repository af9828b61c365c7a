"""The rehearsed rota: who is on duty when, written through the same action as the rota's page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.rehearsal.clinic import RehearsedClinic
from portal.rota.actions import add_shift
from portal.rota.coverage import instants
from portal.rota.duties import Duty


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every day, from one time on the wall to the next."""

    name: str
    duty: Duty
    begins: time
    ends: time


# The second clinician goes home at ten: at night the ladder leads straight to whoever is on call.
PATTERNS = (
    Pattern("Day nurse", Duty.NURSE, time(7), time(15)),
    Pattern("Evening nurse", Duty.NURSE, time(15), time(23)),
    Pattern("Night nurse", Duty.NURSE, time(23), time(7)),
    Pattern("Day doctor", Duty.SECOND, time(8), time(22)),
    Pattern("Night doctor", Duty.ON_CALL, time(18), time(8)),
    Pattern("Day doctor", Duty.ON_CALL, time(8), time(18)),
)


async def fill_rota(clinic: RehearsedClinic, begins: datetime, ends: datetime) -> None:
    """All shifts at once, as the administrator would plan them."""
    admin, zone = clinic.staff["Administrator"], clinic.settings.zone
    async with clinic.database.work(admin, origin="rehearsal") as work:
        for day in _days(begins.astimezone(zone).date(), ends.astimezone(zone).date()):
            for pattern in PATTERNS:
                span = instants(day, pattern.begins, pattern.ends, zone)
                if span[1] > begins:
                    person_id = clinic.staff[pattern.name].person_id
                    await add_shift(work, clinic.team_id, person_id, pattern.duty, span)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
