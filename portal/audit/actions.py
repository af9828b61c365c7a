"""Recording: entries are gathered in the unit of work and chained just before it commits.

Chaining last keeps the one lock that orders all entries for the shortest time.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from portal import clock
from portal.db import UnitOfWork
from portal.db_lane import CorePen, Pen, id_for, time_for
from portal.ids import new_id
from portal.permissions import Actor
from portal.sealing import Vault

_PENDING = "audit"
# In the databases' own words: each message sent says these once.
_END_SQLITE = "select seq, mac from audit_head where id = 1"
_LENGTHEN_SQLITE = """
    insert into audit_event (id, seq, tag, actor_id, actor_role, patient_id, subject_id, detail,
        origin, at, mac)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_SET_END_SQLITE = "update audit_head set seq = ?, mac = ? where id = 1"
_END_POSTGRESQL = "select seq, mac from audit_head where id = 1 for update"
_LENGTHEN_POSTGRESQL = """
    with longer as (
        insert into audit_event (id, seq, tag, actor_id, actor_role, patient_id, subject_id, detail,
            origin, at, mac)
        select one.*
        from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::uuid[],
            $7::uuid[], $8::jsonb[], $9::text[], $10::timestamptz[], $11::text[]) as one)
    update audit_head set seq = $12, mac = $13 where id = 1"""
_encode = json.JSONEncoder(sort_keys=True).encode


class Recorded(Protocol):
    """What the chain covers, of an entry before it is stored and after."""

    seq: Any
    tag: Any
    actor_id: Any
    actor_role: Any
    patient_id: Any
    subject_id: Any
    detail: Any
    origin: Any
    at: Any


@dataclass(slots=True)
class Entry:
    """Who did what to whose record, when; its place in the chain is known at the commit."""

    tag: str
    actor_id: UUID | None
    actor_role: str | None
    patient_id: UUID | None
    subject_id: UUID | None
    detail: dict[str, Any]
    origin: str | None
    at: datetime
    seq: int = 0


def record(
    work: UnitOfWork,
    tag: str,
    *,
    patient_id: UUID | None = None,
    subject: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry `thing:verb` to this transaction. `detail` holds codes and ids, never words."""
    pending: list[Entry] = work.session.info.get(_PENDING) or []
    if not pending:
        work.session.info[_PENDING] = pending
        work.before_commit.append(lambda: _chain_pending(work))
    actor, origin = work.actor, work.origin
    pending.append(
        entry_of(actor, origin, tag, patient_id=patient_id, subject=subject, detail=detail)
    )


def entry_of(
    actor: Actor | None,
    origin: str | None,
    tag: str,
    *,
    patient_id: UUID | None = None,
    subject: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """An entry for `chain`, where one transaction writes for several people."""
    return Entry(
        tag=tag,
        actor_id=actor.person_id if actor else None,
        actor_role=actor.role.value if actor else None,
        patient_id=patient_id,
        subject_id=subject,
        detail=detail or {},
        origin=origin,
        at=clock.now(),
    )


async def _chain_pending(work: UnitOfWork) -> None:
    entries: list[Entry] = work.session.info.pop(_PENDING)
    await work.session.flush()
    connection = await work.session.connection()
    key = chain_key(work.session)
    await connection.run_sync(lambda sync: chain(CorePen(sync), key, entries))


def chain(pen: Pen, key: bytes, entries: Sequence[Entry]) -> None:
    """Lengthen the chain by these; the last thing a transaction does before it commits."""
    [(seq, mac)] = pen.fetch(_END_SQLITE if pen.is_sqlite else _END_POSTGRESQL)
    rows = []
    for entry in entries:
        seq += 1
        entry.seq = seq
        mac = mac_of(key, mac, entry)
        rows.append(_row_of(pen, entry, mac))
    if pen.is_sqlite:
        pen.each(_LENGTHEN_SQLITE, rows)
        pen.fetch(_SET_END_SQLITE, seq, mac)
    else:
        pen.fetch(_LENGTHEN_POSTGRESQL, *zip(*rows, strict=True), seq, mac)


def _row_of(pen: Pen, entry: Entry, mac: str) -> tuple[Any, ...]:
    who, patient_id, subject_id = (
        id and id_for(pen, id) for id in (entry.actor_id, entry.patient_id, entry.subject_id)
    )
    return (
        *(id_for(pen, new_id()), entry.seq, entry.tag, who, entry.actor_role, patient_id),
        *(subject_id, _encode(entry.detail), entry.origin, time_for(pen, entry.at), mac),
    )


def chain_key(session: Any) -> bytes:
    """The key of the chain: it is not in the database, so a copy of that cannot forge entries."""
    vault: Vault = session.info["vault"]
    return vault.audit_key


def mac_of(key: bytes, previous: str, event: Recorded) -> str:
    body = _encode(
        [
            event.seq,
            event.tag,
            str(event.actor_id),
            event.actor_role,
            str(event.patient_id),
            str(event.subject_id),
            event.detail,
            event.origin,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        ]
    )
    return hmac.digest(key, f"{previous}\x1f{body}".encode(), "sha256").hex()
