"""How the portal logs: ids and tags, never words that somebody typed."""

import logging
import sys
import traceback
from logging.config import dictConfig
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

# At DEBUG these write values into the log: parameters of queries, frames of sockets, tokens.
QUIET = (
    "aiosqlite",
    "alembic",
    "asyncio",
    "asyncpg",
    "authlib",
    "httpcore2",
    "httpx2",
    "python_multipart",
    "sqlalchemy",
    "uvicorn",
    "websockets",
)
OF_UVICORN = ("uvicorn.access", "uvicorn.asgi", "uvicorn.error")
LONGEST_FOREIGN = 200


def set_up(format: str, level: str) -> None:
    """Send all logs, other libraries' too, to standard error in one form."""
    # Of a line that cannot be written Python would print the reason with all the exception's words.
    logging.raiseExceptions = False
    renderer: Processor = structlog.processors.JSONRenderer()
    if format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    dictConfig(config(renderer, level))


def config(renderer: Processor, level: str) -> dict[str, Any]:
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        "foreign_pre_chain": [first_line_only, *shared()],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"one": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING", "propagate": True} for name in QUIET},
            # A server that was set up before may have given these a level of their own.
            **{name: {"level": "NOTSET", "propagate": True} for name in OF_UVICORN},
        },
    }


def shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        place_of_failure,
    ]


def first_line_only(logger: Any, name: str, event: EventDict) -> EventDict:
    """Libraries put whole exceptions, with values, below the first line of what they log."""
    event["event"] = str(event["event"]).split("\n", 1)[0][:LONGEST_FOREIGN]
    return event


def place_of_failure(logger: Any, name: str, event: EventDict) -> EventDict:
    """An exception's text may hold what a patient wrote; its kind and its places cannot."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = kind_of(error)
        event["at"] = places_of(error)
    return event


def kind_of(error: BaseException) -> str:
    """The type's name; of a group, the names of what is in it."""
    if isinstance(error, BaseExceptionGroup):
        return f"{type(error).__name__}({', '.join(kind_of(each) for each in error.exceptions)})"
    return f"{type(error).__module__}.{type(error).__qualname__}"


def places_of(error: BaseException) -> list[str]:
    """From the innermost outwards, the last ten."""
    frames = traceback.extract_tb(error.__traceback__)[-10:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
