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

from sqlalchemy import Connection, bindparam
from sqlmodel import col, insert, select, update

from portal import clock
from portal.audit.models import AuditEvent, AuditHead
from portal.db import UnitOfWork
from portal.ids import new_id
from portal.permissions import Actor
from portal.sealing import Vault

_PENDING = "audit"
# Built once: putting a statement together costs more than running it.
_END = select(AuditHead.seq, AuditHead.mac).where(col(AuditHead.id) == 1).with_for_update()
_LENGTHEN = insert(AuditEvent)
_SET_END = (
    update(AuditHead)
    .where(col(AuditHead.id) == 1)
    .values(seq=bindparam("end"), mac=bindparam("last"))
)


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
    await connection.run_sync(chain, chain_key(work.session), entries)


def chain(connection: Connection, key: bytes, entries: Sequence[Entry]) -> None:
    """Lengthen the chain by these; the last thing a transaction does before it commits."""
    seq, mac = connection.execute(_END).one()
    rows = []
    for entry in entries:
        seq += 1
        entry.seq = seq
        mac = mac_of(key, mac, entry)
        rows.append(_row_of(entry, mac))
    connection.execute(_LENGTHEN, rows)
    connection.execute(_SET_END, {"end": seq, "last": mac})


def _row_of(entry: Entry, mac: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "seq": entry.seq,
        "tag": entry.tag,
        "actor_id": entry.actor_id,
        "actor_role": entry.actor_role,
        "patient_id": entry.patient_id,
        "subject_id": entry.subject_id,
        "detail": entry.detail,
        "origin": entry.origin,
        "at": entry.at,
        "mac": mac,
    }


def chain_key(session: Any) -> bytes:
    """The key of the chain: it is not in the database, so a copy of that cannot forge entries."""
    vault: Vault = session.info["vault"]
    return vault.audit_key


def mac_of(key: bytes, previous: str, event: Recorded) -> str:
    body = json.dumps(
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
        ],
        sort_keys=True,
    )
    return hmac.digest(key, f"{previous}\x1f{body}".encode(), "sha256").hex()
