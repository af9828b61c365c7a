"""The check as the portal asks for it: photos in a program of their own, scanners that answer."""

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from portal.attachments import checking
from portal.attachments.checking import Checker, FileKind
from portal.attachments.refusals import (
    BrokenPhoto,
    CannotCheck,
    Harmful,
    TooLarge,
    WrongKind,
)
from portal.attachments.scanning import Scanner
from tests.attachments.pictures import EXECUTABLE, PDF, PLACE, opened, photo, png_of

TEST_VIRUS = b"this stands for something harmful"


async def test_a_photo_goes_through_a_program_of_its_own() -> None:
    checked = await Checker(1 << 20).check(photo())
    assert (checked.kind, checked.width, checked.height) == (FileKind.PHOTO, 64, 40)
    assert checked.thumbnail is not None
    assert opened(checked.data).size == opened(checked.thumbnail).size == (64, 40)
    assert PLACE not in checked.data


async def test_its_refusal_comes_back_as_a_sentence() -> None:
    with pytest.raises(WrongKind, match="photos and PDF files"):
        await Checker(1 << 20).check(EXECUTABLE)


async def test_a_program_that_dies_refuses_that_photo_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dies = (sys.executable, "-c", "import os; os.abort()")
    monkeypatch.setattr(checking, "_PROGRAM", dies)
    with pytest.raises(BrokenPhoto):
        await Checker(1 << 20).check(png_of(10, 10))


async def test_a_program_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    hangs = (sys.executable, "-S", "-c", "import time; time.sleep(600)")
    monkeypatch.setattr(checking, "_PROGRAM", hangs)
    monkeypatch.setattr(checking, "LONGEST_WAIT", 0.1)
    with pytest.raises(BrokenPhoto):
        await Checker(1 << 20).check(photo())


async def test_without_the_program_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_PROGRAM", ("/nowhere/python",))
    with pytest.raises(CannotCheck):
        await Checker(1 << 20).check(photo())


async def test_a_pdf_is_known_by_its_head_and_its_end() -> None:
    checked = await Checker(1 << 20).check(PDF)
    assert (checked.kind, checked.data, checked.thumbnail) == (FileKind.PDF, PDF, None)
    for no_pdf in (b" " + PDF, PDF[:-7], PDF + bytes(2000), b"<html>" + PDF):
        with pytest.raises(WrongKind):
            await Checker(1 << 20).check(no_pdf)


async def test_a_file_over_the_limit_is_refused_by_its_size() -> None:
    with pytest.raises(TooLarge, match="under 1 MB"):
        await Checker(1 << 20).check(PDF + bytes(1 << 20))


def command(code: str) -> str:
    return f"command:{shlex.join([sys.executable, '-S', '-c', code])}"


LOOKS = "import sys; sys.exit(b'harmful' in sys.stdin.buffer.read())"


async def test_a_scanner_s_command_says_clean_or_harmful() -> None:
    scanner = Scanner(command(LOOKS))
    await scanner.scan(PDF)
    with pytest.raises(Harmful):
        await scanner.scan(TEST_VIRUS)


@pytest.mark.parametrize(
    "how",
    [
        command("raise SystemExit(2)"),
        "command:/nowhere/scanner",
        "command:'unfinished",
        "clamd://127.0.0.1:1",
        "clamd:/nowhere/socket",
    ],
)
async def test_what_cannot_be_scanned_is_refused(how: str) -> None:
    with pytest.raises(CannotCheck):
        await Scanner(how).scan(PDF)


@asynccontextmanager
async def clamd(path: Path, answer: bytes | None = None) -> AsyncIterator[str]:
    """Speaks INSTREAM as clamd does; finds one thing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        data = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            data += await reader.readexactly(length)
        found = b"stream: Test.Virus FOUND\0" if TEST_VIRUS in data else b"stream: OK\0"
        writer.write(found if answer is None else answer)
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    async with server:
        yield f"clamd:{path}"


async def test_clamd_is_asked_as_it_wants_to_be(tmp_path: Path) -> None:
    async with clamd(tmp_path / "s") as address:
        await Scanner(address).scan(PDF + bytes(200_000))
        with pytest.raises(Harmful):
            await Scanner(address).scan(bytes(100_000) + TEST_VIRUS)


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"nonsense\0"])
async def test_clamd_that_does_not_say_ok_is_not_believed(tmp_path: Path, answer: bytes) -> None:
    async with clamd(tmp_path / "s", answer) as address:
        with pytest.raises(CannotCheck):
            await Scanner(address).scan(PDF)
