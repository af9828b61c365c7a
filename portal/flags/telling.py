"""Who hears of a flag at a rung of its ladder. Nobody on duty means the administrators, at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.db import UnitOfWork
from portal.flags.ladder import GRAVE, Rung, duties_at
from portal.flags.models import Flag
from portal.notices.actions import notify_all
from portal.notices.reasons import Reason
from portal.people.models import Patient
from portal.people.queries import administrators
from portal.rota.duties import Duty
from portal.rota.queries import able_staff, on_duty


@dataclass(frozen=True, slots=True)
class Listeners:
    """`is_uncovered`: nobody stood in the rota for this rung."""

    people: tuple[UUID, ...]
    is_uncovered: bool = False


async def listeners(
    session: AsyncSession, flag: Flag, rung: Rung, now: datetime, told: Collection[UUID]
) -> Listeners:
    """Those on duty for the patient's care team; else the administrators; else the whole team.

    A second clinician is another one than those who were told before.
    """
    duties = duties_at(rung, flag.level)
    found = [id for duty in duties for id in await on_duty(session, flag.patient_id, duty, now)]
    if rung is Rung.SECOND:
        found = [id for id in found if id not in told]
    if found:
        return Listeners(tuple(dict.fromkeys(found)))
    people = await administrators(session) or await _team(session, flag)
    return Listeners(tuple(people), is_uncovered=bool(duties))


async def _team(session: AsyncSession, flag: Flag) -> list[UUID]:
    patient = await session.get_one(Patient, flag.patient_id)
    return [person.id for person in await able_staff(session, patient.care_team_id)]


async def tell_people(work: UnitOfWork, flag: Flag, rung: Rung, heard: Listeners) -> None:
    """Ask for each of them to be told, in the transaction of the row that says so.

    Administrators see no patient: they are led to the rota, which says what waits and since when.
    """
    reason = Reason.FLAG_RAISED if rung is Rung.DUTY else Reason.FLAG_WAITING
    if heard.is_uncovered or rung is Rung.ADMIN:
        reason = Reason.FLAG_UNTAKEN
    urgent = flag.level in GRAVE
    await notify_all(work, heard.people, reason, flag.id, urgent=urgent)


async def tell_receiver(
    work: UnitOfWork, flag: Flag, person_id: UUID | None, duty: Duty | None
) -> None:
    """Something was handed over to them, or to whoever does this duty now.

    What is grave goes past the quiet hours of those on duty only: while nobody takes it, it climbs.
    """
    now, duties = clock.now(), [duty] if duty else list(Duty)
    on = {id for one in duties for id in await on_duty(work.session, flag.patient_id, one, now)}
    people = [person_id] if person_id else on
    urgent = flag.level in GRAVE and on.issuperset(people)
    await notify_all(work, people, Reason.HAND_OVER, flag.id, urgent=urgent)
