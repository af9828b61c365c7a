"""The demo's rota for a week: days and nights, and one evening on which nobody is on call."""

from uuid import UUID

from portal.demo.cast import TEAM
from portal.demo.stage import CLOSING, OPENING, Stage
from portal.people.queries import care_teams
from portal.rota.duties import Duty
from portal.rota.models import Shift

DAYS = 7
UNCOVERED = 3
"""So many days from now nobody is on call at night: the page shows the gap."""


async def set_rota(stage: Stage) -> None:
    (team,) = [team for team in await care_teams(stage.session) if team.name == TEAM]
    shifts: list[Shift] = []
    for day in range(-1, DAYS):
        shifts += _of_day(stage, team.id, day)
    await stage.add(shifts)


def _of_day(stage: Stage, team_id: UUID, day: int) -> list[Shift]:
    def shift(who: str, duty: Duty, begins: int, ends: int) -> Shift:
        ends_on = day if ends > begins else day + 1
        return Shift(
            care_team_id=team_id,
            person_id=stage.ids[who],
            duty=duty,
            starts_at=stage.local(day, begins),
            ends_at=stage.local(ends_on, ends),
            added_by=stage.ids["coordinator"],
            added_at=stage.ago(DAYS * 24 * 60),
        )

    made = [
        shift("day-nurse", Duty.NURSE, OPENING, CLOSING),
        shift("night-nurse", Duty.NURSE, CLOSING, OPENING),
        shift("day-doctor", Duty.SECOND, OPENING, CLOSING),
        shift("day-nurse", Duty.SECOND, CLOSING, OPENING),
        shift("day-doctor", Duty.ON_CALL, OPENING, CLOSING),
    ]
    if day != UNCOVERED:
        made.append(shift("day-doctor", Duty.ON_CALL, CLOSING, OPENING))
    return made
