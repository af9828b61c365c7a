"""Who opened or changed a record, in words, from the audit trail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.audit.models import AuditEvent

SHOWN = 20
LISTS = frozenset({"record:list", "triage:list", "triage:refresh", "inbox:read", "request:list"})
"""Being one of many on a list: kept in the trail, but here it would bury who looked closely."""

STEPS = frozenset({"check_in:open", "check_in:answer"})
"""The patient's own way through one check-in, a dozen entries long."""

WORDS = {
    "check_in:read": "read a check-in",
    "check_in:submit": "sent a check-in",
    "conversation:read": "read the messages",
    "cautions:set": "set the cautions",
    "details:open": "opened the details",
    "details:set": "changed the details",
    "dose:open": "opened the dose form",
    "dose:record": "recorded a dose",
    "flag:acknowledge": "took a flag",
    "flag:raise": "raised a flag",
    "flag:read": "read a flag",
    "flag:reopen": "reopened a flag",
    "flag:resolve": "resolved a flag",
    "home:open": "opened their own home",
    "patient:supervisor": "named the supervisor",
    "plan:open": "opened their own plan",
    "plan:review": "looked at the plan",
    "plan:sign": "signed the plan",
    "record:open": "opened the record",
    "request:ask": "asked for a visit",
    "request:read": "read a request",
}


@dataclass(frozen=True, slots=True)
class Opening:
    by_id: UUID | None
    words: str
    at: datetime


def openings_of(entries: Iterable[AuditEvent]) -> Sequence[Opening]:
    """The latest that concern this patient alone, newest first."""
    found = [
        Opening(entry.actor_id, words_of(entry.tag), entry.at)
        for entry in entries
        if entry.tag not in LISTS | STEPS
    ]
    return found[:SHOWN]


def words_of(tag: str) -> str:
    """Tags without words of their own are read as they stand: `offer make`."""
    return WORDS.get(tag) or tag.replace(":", " ").replace("_", " ")
