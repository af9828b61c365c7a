"""`portal worker`: runs the jobs until it is told to stop."""

import asyncio
import signal
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from portal.cli import logs
from portal.cli.opening import opened, warn_of_missing_key
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.db import Database


def run(arguments: Namespace) -> int:
    settings = Settings.from_env()
    logs.set_up(settings.log_format, settings.log_level)
    asyncio.run(work(settings))
    return 0


async def work(settings: Settings) -> None:
    from portal import worker
    from portal.check_ins.rule_sets import keep_rules

    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with opened(settings) as database, told_to_others(settings, database):
        await keep_rules(database)
        # Here, not in every start: it looks at all that is sealed.
        await warn_of_missing_key(database)
        await worker.run_all(database, stop, settings)


@asynccontextmanager
async def told_to_others(settings: Settings, database: "Database") -> AsyncIterator[None]:
    """What jobs announce reaches the pages that web processes hold open."""
    from portal.realtime import bulletins
    from portal.realtime.hub import Hub
    from portal.realtime.relay import Relay

    if not settings.redis_url:
        database.post = bulletins.post
        yield
        return
    relay = Relay(settings.redis_url, Hub())
    database.publish = relay.publish
    async with relay.running():
        yield
