"""`portal serve`: the production server. It has no way to start the demo's sign-in."""

import asyncio
import os
from argparse import Namespace
from socket import socket

import structlog
import uvloop

from portal.app import Portal, create_app
from portal.cli import logs
from portal.cli.opening import opened
from portal.cli.serving import listener_for, serve, serve_in_processes, spare_the_collector
from portal.settings import Clinic, Settings

log = structlog.get_logger()


def run(arguments: Namespace) -> int:
    settings = Settings.from_env()
    logs.set_up(settings.log_format, settings.log_level)
    asyncio.run(require_database(settings))
    listener = listener_for(settings)
    warn_of_made_up_number(settings)
    if processes_for(settings) > 1:
        serve_in_processes(f"{__name__}:application", settings, listener, say_started)
    else:
        uvloop.run(serve_alone(settings, listener))
    return 0


async def serve_alone(settings: Settings, listener: socket) -> None:
    await serve(create_app(settings), listener, say_started)


def application() -> Portal:
    """What each of several processes makes for itself."""
    settings = Settings.from_env()
    logs.set_up(settings.log_format, settings.log_level)
    log.info("serve.process", pid=os.getpid())
    app = create_app(settings)
    spare_the_collector()
    return app


async def require_database(settings: Settings) -> None:
    from portal.check_ins.rule_sets import keep_rules

    async with opened(settings) as database:
        await keep_rules(database)


def processes_for(settings: Settings) -> int:
    """Several only where something carries live updates between them."""
    if settings.processes > 1 and not settings.redis_url:
        log.warning("serve.one_process", WEB_CONCURRENCY=settings.processes, needs="REDIS_URL")
        return 1
    return settings.processes


def say_started() -> None:
    log.info("serve.started")


def warn_of_made_up_number(settings: Settings) -> None:
    """Patients in need would ring nobody."""
    if settings.clinic.nurse_line == Clinic.nurse_line:
        log.warning("serve.made_up_number", see="NURSE_LINE")
