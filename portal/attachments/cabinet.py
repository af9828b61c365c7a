"""Takes files in and gives them out: checked, scanned, sealed, kept."""

import asyncio
from dataclasses import dataclass

import structlog
from starlette.requests import HTTPConnection

from portal.attachments.checking import Checked, Checker
from portal.attachments.refusals import CannotShow
from portal.attachments.scanning import Scanner
from portal.attachments.storage import Storage, new_name, storage_for
from portal.sealing import CannotOpen, Vault
from portal.settings import Files
from portal.web.state import state_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kept:
    """Under which names a file and its thumbnail are kept."""

    stored_as: str
    thumbnail_as: str | None


class Cabinet:
    """One per process. What is sealed is bound to `bound`: table, row, patient."""

    def __init__(self, files: Files, vault: Vault) -> None:
        self.limits = files
        self.storage: Storage = storage_for(files)
        self._vault = vault
        self._checker = Checker(files.most_bytes)
        self.scanner = Scanner(files.scan)

    async def admit(self, data: bytes) -> Checked:
        """What may be kept of it. Raises what is wrong with it, Harmful or CannotCheck."""
        checked = await self._checker.check(data)
        await self.scanner.scan(data)
        return checked

    async def keep(self, checked: Checked, *bound: object) -> Kept:
        """Both or neither: what has no row is never found again. Raises CannotKeep."""
        kept = Kept(new_name(), new_name() if checked.thumbnail else None)
        try:
            await self._keep(kept.stored_as, checked.data, *bound, "whole")
            if kept.thumbnail_as and checked.thumbnail:
                await self._keep(kept.thumbnail_as, checked.thumbnail, *bound, "thumbnail")
        except BaseException:
            await self.forget(kept)
            raise
        return kept

    async def fetch(self, stored_as: str, *bound: object) -> bytes:
        """Raises CannotShow."""
        sealed = await self.storage.fetch(stored_as)
        try:
            return await asyncio.to_thread(self._vault.open_bytes, sealed, *bound)
        except CannotOpen as error:
            log.exception("attachments.cannot_open")
            raise CannotShow from error

    async def forget(self, kept: Kept) -> None:
        for name in (kept.thumbnail_as, kept.stored_as):
            if name:
                await self.storage.forget(name)

    async def _keep(self, name: str, data: bytes, *bound: object) -> None:
        sealed = await asyncio.to_thread(self._vault.seal_bytes, data, *bound)
        await self.storage.keep(name, sealed)


def cabinet_of(connection: HTTPConnection) -> Cabinet:
    """The process's own, made when it is first needed."""
    state = state_of(connection)
    held: Cabinet | None = state.extras.get("cabinet")
    if held is None:
        held = state.extras["cabinet"] = Cabinet(state.settings.files, state.database.vault)
    return held
