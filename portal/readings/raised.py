"""The flags a patient has, as far as a replay needs them: rules and times, never words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.flags.models import Disposition, Flag, FlagReason, FlagSource
from portal.symptoms.levels import Level


@dataclass(frozen=True, slots=True)
class Raised:
    """`resolved_at` is when it was first resolved."""

    source: FlagSource
    level: Level
    raised_at: datetime
    resolved_at: datetime | None
    rules: frozenset[str]


async def flags_raised(
    session: AsyncSession, patient_id: UUID
) -> dict[tuple[FlagSource, UUID], Raised]:
    """By what raised them."""
    rules = await _rules_of(session, patient_id)
    resolved = (
        select(Disposition.flag_id, func.min(Disposition.at).label("at"))
        .group_by(col(Disposition.flag_id))
        .subquery()
    )
    rows = await session.exec(
        select(Flag, resolved.c.at)
        .outerjoin(resolved, and_(resolved.c.flag_id == col(Flag.id)))
        .where(col(Flag.patient_id) == patient_id)
    )
    return {
        (FlagSource(flag.source), flag.source_id): Raised(
            FlagSource(flag.source),
            Level(flag.level),
            flag.raised_at,
            resolved_at,
            frozenset(rules.get(flag.id, ())),
        )
        for flag, resolved_at in rows.all()
    }


async def _rules_of(session: AsyncSession, patient_id: UUID) -> dict[UUID, set[str]]:
    rows = await session.exec(
        select(FlagReason.flag_id, FlagReason.rule)
        .join(Flag, col(Flag.id) == col(FlagReason.flag_id))
        .where(col(Flag.patient_id) == patient_id)
    )
    found: dict[UUID, set[str]] = {}
    for flag_id, rule in rows.all():
        found.setdefault(flag_id, set()).add(rule)
    return found
