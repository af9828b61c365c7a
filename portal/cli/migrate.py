"""`portal migrate`: brings the database to the current schema."""

import asyncio
from argparse import Namespace
from typing import TYPE_CHECKING

from portal.settings import HOME, Settings

if TYPE_CHECKING:
    from alembic.config import Config


def run(arguments: Namespace) -> int:
    asyncio.run(upgrade(Settings.from_env().database_url))
    print("The database is up to date.")
    return 0


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`; several at once take turns."""
    from alembic import command

    # Alembic's own environment runs a loop, so it needs a thread beside ours.
    await asyncio.to_thread(command.upgrade, configuration(url), revision)


def configuration(url: str) -> "Config":
    """What Alembic's commands want to be called with."""
    from alembic.config import Config

    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(HOME / "migrations").replace("%", "%%"))
    return config
