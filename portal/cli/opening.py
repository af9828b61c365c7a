"""What commands begin with: a database that answers and has the schema this version knows."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from portal.cli.refusal import Refusal
from portal.db import Database
from portal.settings import Settings
from portal.web.schema import schema_problem

log = structlog.get_logger()

ANSWER_WITHIN = 10.0


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database, once it has answered and its schema is the one this version knows."""
    async with reached(settings) as database:
        await require_current(database)
        await require_keys(database)
        await require_audit_key(database)
        yield database


@asynccontextmanager
async def reached(settings: Settings) -> AsyncIterator[Database]:
    """The database, once it has answered, whatever its schema."""
    from portal.models import make_database

    with in_one_line():
        database = make_database(settings)
    try:
        await require_answer(database)
        yield database
    finally:
        await database.dispose()


async def require_answer(database: Database) -> None:
    with in_one_line():
        async with asyncio.timeout(ANSWER_WITHIN), database.engine.connect():
            pass


async def require_current(database: Database) -> None:
    async with database.read() as session:
        problem = await schema_problem(session)
    if problem is not None:
        raise Refusal(problem)


async def require_keys(database: Database) -> None:
    """Refuse keys that cannot open what is there: new words would be lost among the old ones."""
    from portal.check_ins import queries as check_ins
    from portal.conversations import queries as conversations
    from portal.sealing import CannotOpen

    try:
        async with database.read() as session:
            await conversations.require_readable(session)
            await check_ins.require_readable(session)
    except CannotOpen as error:
        raise Refusal("ENCRYPTION_KEYS cannot open what this database holds", 2) from error


async def warn_of_missing_key(database: Database) -> None:
    """Some old words show as blanks until their key is back. Where it is lost for good, or a row
    was damaged, the clinic still has to work: nobody is refused for it."""
    from portal.cli.sealed import has_unknown_key

    if await has_unknown_key(database):
        log.critical("keys.missing", see="ENCRYPTION_KEYS")


async def require_audit_key(database: Database) -> None:
    """Refuse another key than the trail was written with: else its next entry would break it."""
    from portal.audit.queries import fits_our_key

    async with database.read() as session:
        fits = await fits_our_key(session)
    if not fits:
        raise Refusal(
            "the audit trail was written with another key: set AUDIT_KEY to that one, "
            "which is the SECRET_KEY from before if AUDIT_KEY was not set",
            2,
        )


@contextmanager
def in_one_line() -> Iterator[None]:
    """Database trouble as a Refusal; what is our own mistake stays an error."""
    # An error's own words can hold the address with its password: its kind is enough.
    try:
        yield
    except TimeoutError as error:
        raise Refusal(f"the database did not answer within {ANSWER_WITHIN:.0f} seconds") from error
    except (ValueError, OverflowError, ArgumentError) as error:
        example = "postgresql://user:password@host:5432/name"
        raise Refusal(f"DATABASE_URL must name SQLite or PostgreSQL: {example}", 2) from error
    except TypeError as error:
        # The driver takes what stands behind the question mark as arguments of its own.
        raise Refusal("DATABASE_URL has a parameter behind its ? that is not known", 2) from error
    except Exception as error:
        if not _is_about_connecting(error):
            raise
        kind = type(error).__name__
        raise Refusal(f"the database cannot be reached ({kind}); see DATABASE_URL") from error


def _is_about_connecting(error: Exception) -> bool:
    # asyncpg raises errors of its own while connecting: a wrong password, no such database.
    is_asyncpg = type(error).__module__.startswith("asyncpg")
    return is_asyncpg or isinstance(error, OSError | SQLAlchemyError)
