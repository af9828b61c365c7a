"""`portal read`: what the free-text reader finds in lines of JSON; it needs no settings."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from portal.cli.refusal import Refusal
from portal.symptoms import reader

WANTED = 'not a JSON object with an "id" and a "text"'


def run(arguments: Namespace) -> int:
    with _opened(arguments.jsonl) as lines:
        for identity, text in entries(lines):
            print(json.dumps({"id": identity, "flags": reader.flags(text)}))
    return 0


def entries(lines: Iterable[bytes]) -> Iterator[tuple[str | int, str]]:
    """The id and text of each line; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _entry(number, line)


def _entry(number: int, line: bytes) -> tuple[str | int, str]:
    try:
        entry = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # The error itself would repeat what was written.
        raise Refusal(f"line {number} is {WANTED}.", 2) from None
    match entry:
        case {"id": str() | int() as identity, "text": str() as text}:
            return identity, text
    raise Refusal(f"line {number} is {WANTED}.", 2)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    with _file(name) as file:
        yield file


def _file(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise Refusal(f"{name} cannot be read: {error.strerror}.", 2) from None
