"""Recording: entries are gathered in the unit of work and chained just before it commits.

Chaining last keeps the one lock that orders all entries for the shortest time.
"""

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.audit.models import AuditEvent, AuditHead
from portal.db import UnitOfWork
from portal.sealing import Vault

_PENDING = "audit"


def record(
    work: UnitOfWork,
    tag: str,
    *,
    patient_id: UUID | None = None,
    subject: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry `thing:verb` to this transaction. `detail` holds codes and ids, never words."""
    pending: list[AuditEvent] = work.session.info.get(_PENDING) or []
    if not pending:
        work.session.info[_PENDING] = pending
        work.before_commit.append(lambda: _chain(work))
    pending.append(
        AuditEvent(
            seq=0,
            tag=tag,
            actor_id=work.actor.person_id if work.actor else None,
            actor_role=work.actor.role.value if work.actor else None,
            patient_id=patient_id,
            subject_id=subject,
            detail=detail or {},
            origin=work.origin,
            at=clock.now(),
            mac="",
        )
    )


async def _chain(work: UnitOfWork) -> None:
    pending: list[AuditEvent] = work.session.info.pop(_PENDING)
    head = (
        await work.session.exec(select(AuditHead).where(col(AuditHead.id) == 1).with_for_update())
    ).one()
    key = chain_key(work.session)
    for event in pending:
        head.seq += 1
        event.seq = head.seq
        event.mac = head.mac = mac_of(key, head.mac, event)
        work.session.add(event)
    work.session.add(head)
    await work.session.flush()


def chain_key(session: Any) -> bytes:
    """The key of the chain: it is not in the database, so a copy of that cannot forge entries."""
    vault: Vault = session.info["vault"]
    return vault.audit_key


def mac_of(key: bytes, previous: str, event: AuditEvent) -> str:
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
    return hmac.new(key, f"{previous}\x1f{body}".encode(), hashlib.sha256).hexdigest()
