"""What an administrator may know of a flag that reached them: that one waits, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.flags.ladder import Rung
from portal.flags.models import Escalation
from portal.flags.queries import FlagState, climbed, open_flags
from portal.people.models import Patient
from portal.symptoms.levels import Level


@dataclass(frozen=True, slots=True)
class Alarm:
    """A flag that nobody has and that went as far as the administrator: no name, no reason."""

    level: Level
    since: datetime
    told: Sequence[str]


async def alarms_of(session: AsyncSession, team_id: UUID) -> list[Alarm]:
    """The gravest and oldest first."""
    waiting = [state for state in await open_flags(session) if not state.is_acknowledged]
    query = select(Patient.id).where(col(Patient.care_team_id) == team_id)
    ours = set((await session.exec(query)).all())
    found: list[Alarm] = []
    for state in waiting:
        if state.patient_id in ours:
            rows = await climbed(session, state.flag, state.care.handovers)
            found += _alarm(state, rows)
    return sorted(found, key=lambda alarm: (alarm.level.rank, alarm.since))


def _alarm(state: FlagState, rows: Sequence[Escalation]) -> list[Alarm]:
    if not any(row.is_uncovered or row.rung is Rung.ADMIN for row in rows):
        return []
    return [Alarm(state.level, state.waiting_since, [row.rung.words for row in rows])]
