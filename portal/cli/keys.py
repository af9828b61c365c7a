"""`portal keys reseal`: seals everything with the first of ENCRYPTION_KEYS, so that others may go.

The portal may go on meanwhile. Interrupted, it is run again: what has the first key is left alone.
"""

import asyncio
from argparse import Namespace
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.cli.opening import reached, require_current
from portal.cli.refusal import Refusal
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.attachments.storage import Storage
    from portal.db import Database


@dataclass(slots=True)
class Done:
    """How much was sealed anew, and how much no key of ours opens."""

    values: int = 0
    files: int = 0
    unreadable: int = 0


def run(arguments: Namespace) -> int:
    done = asyncio.run(reseal_all(Settings.from_env()))
    print(f"Sealed with the first key: {done.values} values and {done.files} files.")
    if done.unreadable:
        raise Refusal(f"{done.unreadable} values or files cannot be opened: a key is missing")
    print("Nothing needs the other keys any more, apart from backups made before.")
    return 0


async def reseal_all(settings: Settings) -> Done:
    from portal.attachments.storage import storage_for
    from portal.cli.sealed import SEALED, count_others, reseal

    done = Done()
    async with reached(settings) as database:
        await require_current(database)
        for place in SEALED:
            async for lot in reseal(database, place):
                done.values += lot
            done.unreadable += await count_others(database, place)
        await _reseal_files(database, storage_for(settings.files), done)
    return done


async def _reseal_files(database: "Database", storage: "Storage", done: Done) -> None:
    from portal.attachments.refusals import CannotShow
    from portal.cli.sealed import kept_files
    from portal.sealing import KEY_ID_LENGTH, CannotOpen

    vault = database.vault
    for name, bound in await kept_files(database):
        try:
            sealed = await storage.fetch(name)
            if sealed[:KEY_ID_LENGTH] == vault.first_id:
                continue
            await storage.keep(name, vault.seal_bytes(vault.open_bytes(sealed, *bound), *bound))
        except (CannotOpen, CannotShow):
            done.unreadable += 1
        else:
            done.files += 1
