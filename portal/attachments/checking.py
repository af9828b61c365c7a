"""What a file is, by what is in it; photos are built anew before anything is kept."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog

from portal.attachments import rebuild
from portal.attachments.refusals import (
    BrokenPhoto,
    CannotCheck,
    TooLarge,
    TooManyPixels,
    WrongKind,
)
from portal.errors import PortalError
from portal.languages import N_

log = structlog.get_logger()

# Each takes a core and up to some hundred megabytes for about a second.
AT_ONCE = 2
LONGEST_WAIT = 60.0
_PROGRAM = (sys.executable, "-I", str(Path(rebuild.__file__).resolve()))
_PDF_HEAD = re.compile(rb"%PDF-[12]\.\d")
_PDF_TAIL = b"%%EOF"
# As far from the end as readers of PDF look for it.
_TAIL_LENGTH = 1024


class FileKind(StrEnum):
    PHOTO = "photo"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        return {"photo": "image/jpeg", "pdf": "application/pdf"}[self.value]

    @property
    def ending(self) -> str:
        return {"photo": ".jpg", "pdf": ".pdf"}[self.value]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is kept of a file. A PDF is kept as it came and has no thumbnail and no measures."""

    kind: FileKind
    data: bytes
    thumbnail: bytes | None = None
    width: int | None = None
    height: int | None = None


class Checker:
    """One per process: only so many photos are opened at a time, each in a process of its own."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def check(self, data: bytes) -> Checked:
        """Raises WrongKind, BrokenPhoto, TooManyPixels, TooLarge or CannotCheck."""
        if len(data) > self._most:
            raise TooLarge(self._most >> 20)
        if _PDF_HEAD.match(data):
            return _pdf(data)
        async with self._turns:
            answer = await _ask(data)
        return _photo(answer)


def _pdf(data: bytes) -> Checked:
    if _PDF_TAIL not in data[-_TAIL_LENGTH:]:
        raise WrongKind(N_("This PDF is not whole. Choose it again."))
    return Checked(FileKind.PDF, data)


async def _ask(data: bytes) -> bytes:
    """The program's answer, or b"" where it ended without one."""
    pipe = asyncio.subprocess.PIPE
    try:
        # Without the environment: it holds the portal's secrets.
        program = await asyncio.create_subprocess_exec(
            *_PROGRAM, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env={}
        )
    except OSError as error:
        log.exception("attachments.cannot_start")
        raise CannotCheck from error
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            answer, _ = await program.communicate(data)
    except TimeoutError:
        return b""
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    return answer if program.returncode == 0 else b""


def _photo(answer: bytes) -> Checked:
    line, _, rest = answer.partition(b"\n")
    if not line:  # it crashed, or needed too much memory or time: no photo does
        raise BrokenPhoto
    head = json.loads(line)
    if reason := head.get("refused"):
        raise _refusal(reason)
    photo, thumbnail = rest[: head["photo"]], rest[head["photo"] :]
    return Checked(FileKind.PHOTO, photo, thumbnail, head["width"], head["height"])


def _refusal(reason: str) -> PortalError:
    if reason == rebuild.NOT_A_PHOTO:
        return WrongKind()
    return TooManyPixels() if reason == rebuild.TOO_MANY_PIXELS else BrokenPhoto()
