"""`portal audit verify`: walks the audit trail and says where it is broken."""

import asyncio
from argparse import Namespace
from typing import TYPE_CHECKING

from portal.cli.opening import opened
from portal.cli.refusal import Refusal
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.audit.queries import Verdict


def run(arguments: Namespace) -> int:
    verdict = asyncio.run(verify(Settings.from_env()))
    if verdict.broken_at is not None:
        # A changed key breaks all of them, from the first on.
        key = (
            "; or AUDIT_KEY, else SECRET_KEY, is another than before"
            if verdict.broken_at == 1
            else ""
        )
        raise Refusal(f"audit entry {verdict.broken_at}: {verdict.reason}{key}")
    print(f"The audit trail is whole: {verdict.entries} entries, ending in {verdict.head[:16]}.")
    return 0


async def verify(settings: Settings) -> "Verdict":
    from portal.audit import queries

    async with opened(settings) as database, database.read() as session:
        return await queries.verify(session)
