"""Keeping the rota: add, give to somebody else, remove. Each verb leaves an audit entry.

The caller has found the team or the shift through the actor.
"""

from datetime import datetime, timedelta
from uuid import UUID

from portal import clock
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid
from portal.rota.coverage import is_on
from portal.rota.duties import Duty
from portal.rota.models import Shift
from portal.rota.queries import able_staff

LONGEST = timedelta(days=7)
NOT_ON_TEAM = "Choose a nurse or clinician of this care team."


async def add_shift(
    work: UnitOfWork,
    team_id: UUID,
    person_id: UUID,
    duty: Duty,
    span: tuple[datetime, datetime],
    phone: str = "",
) -> Shift:
    """Put somebody on duty. Two shifts may overlap; one may not be over already."""
    starts_at, ends_at = span
    if ends_at <= clock.now():
        raise Invalid("This shift would be over already.")
    if ends_at - starts_at > LONGEST:
        raise Invalid("A shift is at most a week long.")
    await _require_able(work, team_id, person_id)
    shift = Shift(
        care_team_id=team_id,
        person_id=person_id,
        duty=duty,
        starts_at=starts_at,
        ends_at=ends_at,
        phone=phone,
        added_by=_by(work),
        added_at=clock.now(),
    )
    work.session.add(shift)
    _tell(work, "rota:add", shift)
    return shift


async def give_shift(work: UnitOfWork, shift: Shift, person_id: UUID, phone: str = "") -> Shift:
    """Somebody else does what is left of it; what was done stays under the first one's name."""
    now = clock.now()
    if shift.ends_at <= now:
        raise Conflict("This shift is over.")
    if shift.person_id == person_id:
        raise Conflict("This shift is theirs already.")
    await _require_able(work, shift.care_team_id, person_id)
    if is_on(shift, now) and shift.starts_at < now:
        _add_like(work, shift, shift.person_id, (shift.starts_at, now), shift.phone)
    span = (max(shift.starts_at, now), shift.ends_at)
    given = _add_like(work, shift, person_id, span, phone)
    _remove(work, shift)
    _tell(work, "rota:give", given, {"before": str(shift.id), "from": str(shift.person_id)})
    return given


async def remove_shift(work: UnitOfWork, shift: Shift) -> None:
    """Nobody does it from now on. A shift that is over stays: it says who was on duty."""
    now = clock.now()
    if shift.ends_at <= now:
        raise Conflict("This shift is over. It stays in the rota.")
    if shift.starts_at < now:
        _add_like(work, shift, shift.person_id, (shift.starts_at, now), shift.phone)
    _remove(work, shift)
    _tell(work, "rota:remove", shift)


def _add_like(
    work: UnitOfWork, shift: Shift, person_id: UUID, span: tuple[datetime, datetime], phone: str
) -> Shift:
    made = Shift(
        care_team_id=shift.care_team_id,
        person_id=person_id,
        duty=shift.duty,
        starts_at=span[0],
        ends_at=span[1],
        phone=phone,
        added_by=_by(work),
        added_at=clock.now(),
    )
    work.session.add(made)
    return made


def _remove(work: UnitOfWork, shift: Shift) -> None:
    shift.removed_by, shift.removed_at = _by(work), clock.now()
    work.session.add(shift)


async def _require_able(work: UnitOfWork, team_id: UUID, person_id: UUID) -> None:
    if person_id not in {person.id for person in await able_staff(work.session, team_id)}:
        raise Invalid(NOT_ON_TEAM)


def _by(work: UnitOfWork) -> UUID:
    if work.actor is None:
        raise ValueError("only a person keeps the rota")
    return work.actor.person_id


def _tell(work: UnitOfWork, tag: str, shift: Shift, more: dict[str, object] | None = None) -> None:
    detail = {"duty": shift.duty.value, "person": str(shift.person_id)} | (more or {})
    record(work, tag, subject=shift.id, detail=detail)
