"""What was said after a number, in many conversations at once: for followers who come back, and
for what other processes have stored. Read in the driver's own words: it is said for every message.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.conversations.models import Conversation
from portal.conversations.queries import Line, line_from, messages_after
from portal.conversations.store import Before, Stored, sealed_for
from portal.db import Database
from portal.db_lane import Pen, Rows, id_for, id_from, time_from
from portal.people.queries import Named
from portal.permissions import Role
from portal.sealing import Vault

Wanted = Sequence[tuple[Conversation, int]]

# There are no holes in the numbers, so a limit is a range of them.
_SAID = """
    select m.id, m.seq, m.author_id, m.client_id, m.sent_at, m.body, author.name, author.role,
        patient.time_zone, before.author_id, before.sent_at, m.revised + m.files, wanted.number
    from WANTED
    join message m on m.conversation_id = wanted.conversation_id
        and m.seq between wanted.first and wanted.last
    join person author on author.id = m.author_id
    join person patient on patient.id = wanted.patient_id
    left join message before on before.conversation_id = m.conversation_id
        and before.seq = m.seq - 1
    order by wanted.number, m.seq"""
_SAID_SQLITE = _SAID.replace(
    "WANTED",
    "(select ? as conversation_id, ? as patient_id, ? as first, ? as last, ? as number) as wanted",
)
_SAID_POSTGRESQL = _SAID.replace(
    "WANTED",
    "unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[])"
    " as wanted(conversation_id, patient_id, first, last, number)",
)


async def messages_after_each(
    database: Database, wanted: Wanted, limit: int
) -> dict[tuple[UUID, int], list[Line]]:
    """What was said after each of these numbers, `limit` at most; by conversation and number."""
    found = await database.glance(lambda pen: _said(pen, database.vault, wanted, limit))
    for place, seq in wanted:
        if (place.id, seq) not in found:
            # What was corrected or carries files takes more than one look.
            async with database.read() as session:
                found[place.id, seq] = await messages_after(session, place, seq, limit)
    return found


def _said(pen: Pen, vault: Vault, wanted: Wanted, limit: int) -> dict[tuple[UUID, int], list[Line]]:
    """Without those places where a line is more than its own row."""
    by_place: list[list[Sequence[Any]]] = [[] for _ in wanted]
    for row in _rows(pen, wanted, limit):
        by_place[row[12]].append(row)
    return {
        (place.id, seq): [_line(pen, vault, place, row) for row in rows]
        for (place, seq), rows in zip(wanted, by_place, strict=True)
        if not any(row[11] for row in rows)
    }


def _rows(pen: Pen, wanted: Wanted, limit: int) -> Rows:
    ranges = [
        (id_for(pen, place.id), id_for(pen, place.patient_id), seq + 1, seq + limit, number)
        for number, (place, seq) in enumerate(wanted)
    ]
    if pen.is_sqlite:
        return [row for one in ranges for row in pen.fetch(_SAID_SQLITE, *one)]
    return pen.fetch(_SAID_POSTGRESQL, *zip(*ranges, strict=True))


def _line(pen: Pen, vault: Vault, place: Conversation, row: Sequence[Any]) -> Line:
    id, author_id = id_from(pen, row[0]), id_from(pen, row[2])
    sent_at, zone = time_from(pen, row[4]), row[8]
    before = row[9] and Before(id_from(pen, row[9]), time_from(pen, row[10]))
    return line_from(
        place,
        Stored(id, place.id, row[1], author_id, id_from(pen, row[3]), sent_at),
        author=Named(author_id, row[6], Role(row[7]), zone),
        body=vault.words(row[5], *sealed_for(id, place.patient_id)),
        zone=ZoneInfo(zone),
        before=before,
    )
