"""The list of patients: everybody the actor may see, with what needs looking at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.flags.queries import FlagState, open_flags_for
from portal.people.access import is_visible
from portal.people.models import Caution, Patient, Person
from portal.people.queries import roster
from portal.permissions import Actor
from portal.symptoms.levels import Level
from portal.treatments.models import Dose


@dataclass(frozen=True, slots=True)
class Row:
    """One patient in the list. `flags` counts the open flags of each level that has any."""

    patient: Patient
    person: Person
    last_dose: Dose | None
    flags: dict[Level, int]

    @property
    def cautions(self) -> list[Caution]:
        return sorted(self.patient.caution_set())

    @property
    def gravest(self) -> int:
        return min((level.rank for level in self.flags), default=len(Level))


async def rows_for(session: AsyncSession, actor: Actor, name: str = "") -> list[Row]:
    """The actor's patients whose name holds `name`, by name."""
    people = [pair for pair in await roster(session, actor) if name.lower() in pair[1].name.lower()]
    doses = await _last_doses(session, actor)
    flags = await open_flags_for(session, actor)
    return [
        Row(patient, person, doses.get(patient.id), _count(flags, patient.id))
        for patient, person in people
    ]


async def _last_doses(session: AsyncSession, actor: Actor) -> dict[UUID, Dose]:
    rows: Sequence[Dose] = (
        await session.exec(
            select(Dose).where(is_visible(actor, Dose.patient_id)).order_by(col(Dose.number))
        )
    ).all()
    return {dose.patient_id: dose for dose in rows}


def _count(flags: Iterable[FlagState], patient_id: UUID) -> dict[Level, int]:
    levels = [state.level for state in flags if state.patient_id == patient_id]
    return {level: levels.count(level) for level in Level if level in levels}
