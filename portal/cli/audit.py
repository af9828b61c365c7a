"""`portal audit verify` walks the audit trail and says where it is broken; `portal audit new-key`
goes on with another key where the one before is lost."""

import asyncio
import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from portal.cli.opening import opened, reached, require_current
from portal.cli.refusal import Refusal
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.audit.queries import Verdict

# The end that was found whole last: a trail that is cut off cannot take this along.
END = "audit-end.json"


def run(arguments: Namespace) -> int:
    settings = Settings.from_env()
    if arguments.action == "new-key":
        asyncio.run(begin_with_new_key(settings))
        print("The audit trail goes on with the present key. What was before cannot be verified.")
        return 0
    verdict = asyncio.run(verify(settings))
    if verdict.broken_at is not None:
        raise Refusal(f"audit entry {verdict.broken_at}: {verdict.reason}")
    note(settings.data_folder, verdict)
    print(f"The audit trail is whole: {verdict.entries} entries, ending in {verdict.head[:16]}.")
    return 0


async def verify(settings: Settings) -> "Verdict":
    from portal.audit import queries

    async with opened(settings) as database, database.read() as session:
        return await queries.verify(session, noted(settings.data_folder))


async def begin_with_new_key(settings: Settings) -> None:
    from portal.audit.actions import record

    async with reached(settings) as database:
        await require_current(database)
        async with database.work() as work:
            record(work, "audit:new_key")


def noted(folder: Path) -> tuple[int, str] | None:
    """Sequence number and code of the end that was whole last, where it was noted here."""
    try:
        seq, mac = json.loads((folder / END).read_text())
    except (OSError, ValueError):
        return None
    return int(seq), str(mac)


def note(folder: Path, verdict: "Verdict") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / END).write_text(json.dumps([verdict.entries, verdict.head]))
