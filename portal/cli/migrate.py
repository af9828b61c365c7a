"""`portal migrate`: brings the database to the current schema."""

import asyncio
from argparse import Namespace
from typing import TYPE_CHECKING

from portal.settings import HOME, Settings

if TYPE_CHECKING:
    from alembic.config import Config


def run(arguments: Namespace) -> int:
    asyncio.run(migrate(Settings.from_env()))
    print("The database is up to date.")
    return 0


async def migrate(settings: Settings) -> None:
    """Upgrade, with one line for what an operator can put right."""
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    from portal.cli.opening import reached
    from portal.cli.refusal import Refusal

    async with reached(settings):
        pass
    try:
        await upgrade(settings.database_url)
    except CommandError as error:
        raise Refusal("the database was made by a newer version of the portal") from error
    except DBAPIError as error:
        kind = type(error.orig).__name__
        raise Refusal(f"the migration was refused and undone ({kind}); run it again") from error


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
