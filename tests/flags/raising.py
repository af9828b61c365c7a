"""A flag in one line, for every test that needs one."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.check_ins.library import RULES
from portal.db import Database
from portal.flags.actions import raise_flag
from portal.flags.models import Flag
from portal.flags.reasons import Reason
from portal.ids import new_id
from portal.people.models import Person
from portal.permissions import Actor
from portal.symptoms.levels import Level


def a_reason(level: Level = Level.URGENT, **parts: Any) -> Reason:
    """Any field of Reason may be changed."""
    usual = Reason(
        level=level,
        rule="9",
        rule_set=RULES.version,
        title="Cannot keep sips down",
        said="Cannot keep small sips down",
        limit="sips stay down less than 2 h",
        change="Last time: sips stayed down",
        effect="vomiting",
        source="CTCAE v4",
    )
    return replace(usual, **parts)


async def raised(
    database: Database,
    patient: Person,
    level: Level = Level.URGENT,
    *,
    summary: str = "Cannot keep water down",
    source: str = "check_in",
    source_id: UUID | None = None,
    reasons: list[Reason] | None = None,
) -> Flag:
    """Raise one flag as a check-in of this patient would."""
    async with database.work() as work:
        return await raise_flag(
            work,
            patient_id=patient.id,
            source=source,
            source_id=source_id or new_id(),
            summary=summary,
            reasons=reasons or [a_reason(level)],
            hours_since_dose=31.0,
        )


def actor_for(person: Person) -> Actor:
    return Actor(person.id, person.name, person.role, new_id(), person.time_zone)


def at(text: str) -> datetime:
    """`2026-11-23 20:12-05:00`."""
    return datetime.fromisoformat(text)
