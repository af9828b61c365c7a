"""`portal worker`: runs the jobs until it is told to stop."""

import asyncio
import signal
from argparse import Namespace

from portal.cli import logs
from portal.cli.opening import opened
from portal.settings import Settings


def run(arguments: Namespace) -> int:
    settings = Settings.from_env()
    logs.set_up(settings.log_format, settings.log_level)
    asyncio.run(work(settings))
    return 0


async def work(settings: Settings) -> None:
    from portal import worker

    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with opened(settings) as database:
        await worker.run(database, stop)
