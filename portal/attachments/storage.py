"""Where files are kept: a name and sealed bytes, nothing else. A folder, unless S3 is set."""

import asyncio
import os
import re
import secrets
from pathlib import Path
from typing import Protocol

import structlog

from portal.attachments.refusals import CannotKeep, CannotShow
from portal.settings import Files

log = structlog.get_logger()

_NAME = re.compile(r"[0-9a-f]{32}")


class Storage(Protocol):
    """`keep` returns once the bytes survive a power cut. Raises CannotKeep, CannotShow."""

    async def keep(self, name: str, data: bytes) -> None: ...

    async def fetch(self, name: str) -> bytes: ...

    async def forget(self, name: str) -> None:
        """What is not there is forgotten already."""


def storage_for(files: Files) -> Storage:
    if files.s3_url is None:
        return Folder(files.folder)
    from portal.attachments.s3 import Bucket  # the extra that it needs is only there when asked for

    return Bucket(files.s3_url, files.s3_key, files.s3_secret, files.s3_region)


def new_name() -> str:
    """Says nothing, and cannot be guessed."""
    return secrets.token_hex(16)


class Folder:
    """One file each, spread over 256 folders, for our own user alone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def keep(self, name: str, data: bytes) -> None:
        try:
            await asyncio.to_thread(_write, self._path(name), data)
        except OSError as error:
            log.exception("attachments.cannot_keep")
            raise CannotKeep from error

    async def fetch(self, name: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except OSError as error:
            log.exception("attachments.cannot_show")
            raise CannotShow from error

    async def forget(self, name: str) -> None:
        try:
            await asyncio.to_thread(self._path(name).unlink, missing_ok=True)
        except OSError as error:
            raise CannotKeep from error

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("this is no name of ours")
        return self._root / name[:2] / name


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_suffix(".half")
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        # On a full disk the half of it would take the room that the database needs.
        half.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    # The name is part of what must survive.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
