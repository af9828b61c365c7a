"""`portal serve`: the production server. It has no way to start the demo's sign-in."""

from argparse import Namespace

import structlog
import uvloop

from portal.app import create_app
from portal.cli import logs
from portal.cli.opening import in_one_line, require_answer, require_current
from portal.cli.serving import listener_for, serve
from portal.settings import Settings

log = structlog.get_logger()


def run(arguments: Namespace) -> int:
    settings = Settings.from_env()
    logs.set_up(settings.log_format, settings.log_level)
    uvloop.run(main(settings))
    return 0


async def main(settings: Settings) -> None:
    with in_one_line():
        app = create_app(settings)
    database = app.state.portal.database
    await require_answer(database)
    await require_current(database)
    _mention_what_is_not_used(settings)
    await serve(app, listener_for(settings), lambda: log.info("serve.started", port=settings.port))


def _mention_what_is_not_used(settings: Settings) -> None:
    """This command is one process. More of them run beside it, joined by REDIS_URL."""
    if settings.processes > 1:
        log.warning("serve.one_process", WEB_CONCURRENCY=settings.processes)
