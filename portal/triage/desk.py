"""What can be decided about a flag, and what its forms offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.db import clinic_of
from portal.flags.ladder import GRAVE, Climb, Rung, next_rung
from portal.flags.queries import FlagState, climbed
from portal.flags.standing import Standing, standing_of
from portal.ids import new_id
from portal.people.models import Patient
from portal.people.queries import named
from portal.permissions import Actor
from portal.rota.duties import Duty
from portal.rota.queries import able_staff, on_duty
from portal.symptoms.levels import Level

AWAY = ", not on duty now"
SPANS = {"15": "15 min", "60": "1 h", "morning": "Until morning"}


@dataclass(frozen=True, slots=True)
class Desk:
    """`receivers`: who it may be handed to. `climb`: what comes next while nobody has it.

    `message_id` names the message before it is sent, so that sending it twice is sending it once.
    """

    receivers: Sequence[tuple[str, str]]
    spans: dict[str, str]
    climb: Climb | None
    told: Sequence[str]
    standing: Standing
    message_id: UUID
    phone: str
    companion: str
    companion_phone: str

    @property
    def next_rung(self) -> Rung | None:
        return self.climb.rung if self.climb else None


async def open_desk(
    session: AsyncSession, actor: Actor, state: FlagState, patient: Patient
) -> Desk:
    done = await climbed(session, state.flag, state.care.handovers)
    is_waiting = state.is_open and not state.is_acknowledged
    clinic = clinic_of(session)
    rungs = [row.rung for row in done]
    return Desk(
        receivers=await _receivers(session, actor, state, patient),
        spans=spans_for(state),
        climb=next_rung(state.level, state.waiting_since, rungs, clinic) if is_waiting else None,
        told=[row.rung.words for row in done] if is_waiting else [],
        standing=standing_of(state, clock.now(), clinic),
        message_id=new_id(),
        phone=patient.phone,
        companion=patient.companion_name,
        companion_phone=patient.companion_phone,
    )


def spans_for(state: FlagState) -> dict[str, str]:
    """For how long this flag may rest; nothing where it may not."""
    if not state.is_acknowledged and state.level in GRAVE:
        return {}
    if state.level is Level.EMERGENCY:
        return {"15": SPANS["15"]}
    return SPANS


async def _receivers(
    session: AsyncSession, actor: Actor, state: FlagState, patient: Patient
) -> list[tuple[str, str]]:
    """The duties with who does them now, then the team by name; oneself first, to take it over."""
    staff, now = await able_staff(session, patient.care_team_id), clock.now()
    on = {duty: await on_duty(session, patient.id, duty, now) for duty in Duty}
    here = {id for people in on.values() for id in people}
    mine = [] if state.owner_id == actor.person_id else [(str(actor.person_id), "Me")]
    duties = [await _duty(session, duty, people) for duty, people in on.items()]
    others = [
        (str(one.id), f"{one.name}, {one.role.words.lower()}{'' if one.id in here else AWAY}")
        for one in staff
        if one.id not in {actor.person_id, state.owner_id}
    ]
    return [*mine, *duties, *others]


async def _duty(session: AsyncSession, duty: Duty, on: Sequence[UUID]) -> tuple[str, str]:
    people = await named(session, on)
    who = ", ".join(person.name for person in people.values()) or "nobody now"
    return duty.value, f"{duty.words} ({who})"
