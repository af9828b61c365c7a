"""Reading flags: always through the actor, or for a patient already found through the actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.errors import NotFound
from portal.flags.models import Acknowledgement, Disposition, Flag
from portal.people.access import is_visible
from portal.permissions import Actor
from portal.sealing import unseal_words
from portal.symptoms.levels import Level


@dataclass(frozen=True, slots=True)
class FlagState:
    """A flag with what was done in its present round."""

    flag: Flag
    summary: str
    acknowledgement: Acknowledgement | None
    disposition: Disposition | None

    @property
    def id(self) -> UUID:
        return self.flag.id

    @property
    def patient_id(self) -> UUID:
        return self.flag.patient_id

    @property
    def level(self) -> Level:
        return self.flag.level

    @property
    def raised_at(self) -> datetime:
        return self.flag.raised_at

    @property
    def is_open(self) -> bool:
        return self.disposition is None

    @property
    def is_acknowledged(self) -> bool:
        return self.acknowledgement is not None

    @property
    def owner_id(self) -> UUID | None:
        """Who took it."""
        return self.acknowledgement.by_id if self.acknowledgement else None


async def open_flags_for(session: AsyncSession, actor: Actor) -> list[FlagState]:
    """All open flags of the actor's patients; `triage.ordering` puts them in order."""
    query = _states().where(is_visible(actor, Flag.patient_id), col(Disposition.id).is_(None))
    return await _read(session, query)


async def resolved_flags_for(
    session: AsyncSession, actor: Actor, since: datetime
) -> list[FlagState]:
    """Flags resolved since then, the latest first."""
    query = _states().where(is_visible(actor, Flag.patient_id), col(Disposition.at) >= since)
    return await _read(session, query.order_by(col(Disposition.at).desc()))


async def flag_for(session: AsyncSession, actor: Actor, flag_id: UUID) -> FlagState:
    """The flag, found through the actor; raises NotFound."""
    query = _states().where(is_visible(actor, Flag.patient_id), col(Flag.id) == flag_id)
    found = await _read(session, query)
    if not found:
        raise NotFound
    return found[0]


async def flags_of(session: AsyncSession, patient_id: UUID) -> list[FlagState]:
    """All flags of a patient whom the caller found through the actor, the latest first."""
    query = _states().where(col(Flag.patient_id) == patient_id)
    return await _read(session, query.order_by(col(Flag.raised_at).desc()))


async def flag_of_source(session: AsyncSession, source: str, source_id: UUID) -> FlagState | None:
    """The flag that came from this check-in, if it raised one."""
    query = _states().where(col(Flag.source) == source, col(Flag.source_id) == source_id)
    found = await _read(session, query)
    return found[0] if found else None


async def count_open_for(session: AsyncSession, actor: Actor) -> int:
    query = (
        select(func.count())
        .select_from(Flag)
        .outerjoin(Disposition, _this_round(Disposition))
        .where(is_visible(actor, Flag.patient_id), col(Disposition.id).is_(None))
    )
    return (await session.exec(query)).one()


def _states() -> Any:
    return (
        select(Flag, Acknowledgement, Disposition)
        .outerjoin(Acknowledgement, _this_round(Acknowledgement))
        .outerjoin(Disposition, _this_round(Disposition))
    )


def _this_round(record: type[Acknowledgement] | type[Disposition]) -> Any:
    return and_(col(record.flag_id) == col(Flag.id), col(record.round) == col(Flag.round))


async def _read(session: AsyncSession, query: Any) -> list[FlagState]:
    rows: Sequence[Any] = (await session.exec(query)).all()
    return [FlagState(row[0], open_summary(session, row[0]), row[1], row[2]) for row in rows]


def open_summary(session: AsyncSession, flag: Flag) -> str:
    return unseal_words(session, flag.summary, "flag", flag.id, flag.patient_id)
