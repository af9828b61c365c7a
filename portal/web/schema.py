"""Whether the database has the schema this version was written for."""

from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.settings import HOME


@lru_cache(maxsize=1)
def known_revisions() -> tuple[str, ...]:
    """Every revision this version knows, oldest first: a migration's file is named after its own.

    Read from the file names, because importing Alembic would double the time a start takes.
    """
    folder = HOME / "migrations" / "versions"
    return tuple(sorted(path.stem for path in folder.glob("[0-9]*.py")))


async def schema_problem(session: AsyncSession) -> str | None:
    """None when the schema is current, else one line for the operator."""
    try:
        rows = await session.connection()
        found = (await rows.execute(text("select version_num from alembic_version"))).scalar()
    except DBAPIError:
        found = None
    if found is None:
        return "the database has no schema yet; run: portal migrate"
    if found not in known_revisions():
        return "the database was made by a newer version of the portal; run that one"
    if found != known_revisions()[-1]:
        return "the database schema is behind; run: portal migrate"
    return None
