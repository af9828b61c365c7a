"""Who opened or changed this record, and whether the trail is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.actions import chain_key, mac_of
from portal.audit.models import AuditEvent, AuditHead


@dataclass(frozen=True, slots=True)
class Verdict:
    """`entries` checked; `broken_at` is the sequence number of the first that does not hold."""

    entries: int
    broken_at: int | None
    reason: str
    head: str


async def entries_about(
    session: AsyncSession, patient_id: UUID, limit: int = 50
) -> Sequence[AuditEvent]:
    """The latest entries about one patient's record, newest first."""
    rows = await session.exec(
        select(AuditEvent)
        .where(col(AuditEvent.patient_id) == patient_id)
        .order_by(col(AuditEvent.seq).desc())
        .limit(limit)
    )
    return rows.all()


async def fits_our_key(session: AsyncSession) -> bool:
    """Whether the first or the last entry was chained with the key that we hold.

    One that was forged says nothing about the key; where neither fits, it is another one.
    """
    last = (await session.exec(select(AuditHead.seq))).one_or_none() or 0
    ends = {1, last - 1, last}
    rows = await session.exec(select(AuditEvent).where(col(AuditEvent.seq).in_(ends)))
    found = {event.seq: event for event in rows.all()}
    key = chain_key(session)
    looked_at = [
        mac_of(key, before.mac if before else "", found[seq]) == found[seq].mac
        for seq, before in ((1, None), (last, found.get(last - 1)))
        if seq in found
    ]
    return not looked_at or any(looked_at)


async def verify(session: AsyncSession, known: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain from its start. `known` is (seq, mac) noted outside the database earlier."""
    key, previous, expected = chain_key(session), "", 0
    rows = await session.stream_scalars(select(AuditEvent).order_by(col(AuditEvent.seq)))
    async for event in rows:
        expected += 1
        if event.seq != expected:
            return Verdict(expected - 1, expected, "an entry is missing", previous)
        if mac_of(key, previous, event) != event.mac:
            return Verdict(expected - 1, expected, "an entry was changed", previous)
        if known and event.seq == known[0] and event.mac != known[1]:
            return Verdict(expected - 1, expected, "the trail was rewritten", previous)
        previous = event.mac
    head = (await session.exec(select(AuditHead))).one_or_none()
    if head is None or (head.seq, head.mac) != (expected, previous):
        return Verdict(expected, expected + 1, "the end was cut off", previous)
    if known and expected < known[0]:
        return Verdict(expected, expected + 1, "the end was cut off", previous)
    return Verdict(expected, None, "", previous)
