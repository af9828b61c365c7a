"""A network that vanishes: pages in a namespace of their own are cut off without a word.

Nothing tells the server. It must go on serving everybody else, let go of the lost sockets by
itself, and give those who come back all that they missed. Needs root, Linux and `ip`.
"""

import asyncio
import ctypes
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench import clinic
from bench.load import Load, Page, Socket
from bench.sizes import QUICK
from portal.settings import Settings
from tests.chaos.deploy import ground_on_sqlite
from tests.chaos.ground import ORIGIN

WARD = "portal-chaos"
HERE, THERE = "10.77.0.1", "10.77.0.2"
# What is allowed: a lost reader is let go within a minute, and delays nobody by two seconds.
LONGEST_HELD, LONGEST_ANSWER = 60.0, 2.0
_NEW_NETWORK = 0x40000000


@dataclass(frozen=True)
class Vanished:
    """How it went; `wrong` is empty if every promise was kept."""

    sockets: int
    longest_answer: float
    freed_after: float
    missed: int
    wrong: list[str]

    def __str__(self) -> str:
        return (
            f"{self.sockets} sockets cut off: the others were answered within "
            f"{self.longest_answer * 1000:.0f} ms, the lost ones let go after "
            f"{self.freed_after:.0f} s, and whoever came back got {self.missed} missed messages: "
            + ("; ".join(self.wrong) or "every promise kept")
        )


def is_possible() -> bool:
    return os.geteuid() == 0 and shutil.which("ip") is not None


async def vanished(folder: Path, sockets: int = 20) -> Vanished:
    with _ward() as ward:
        async with ground_on_sqlite(folder) as ground:
            ground.settings["HOST"] = HERE
            sizes = replace(QUICK, conversations=2)
            made = await clinic.made(Settings.from_env(ground.settings), sizes)
            web = await ground.new_web()
            place, nurses = made["conversations"][0], made["nurses"]
            away = Load([web.port], ORIGIN, ward.dial)
            here = Load([web.port], ORIGIN, _dial)
            pages = [Page(nurses[n % len(nurses)], place, web.port) for n in range(sockets)]
            there = await away.follow_all(pages, at_once=5)
            writer = await here.follow(made["patients"][0], place, web.port)
            end = time.monotonic() + 1.0
            await _say(here, writer, place, lambda: time.monotonic() < end)
            head = there[0].last_seq
            ward.cut()
            begun = time.monotonic()
            await _say(here, writer, place, lambda: _open_to(THERE) > 0)
            freed = time.monotonic() - begun
            ward.mend()
            back = await away.return_all(pages, {place: head})
            missed = writer.last_seq - head
            longest = max(here.times(list(here.sent_at), here.answered))
            wrong = _wrong(len(here.sent_at) - len(here.answered), longest, freed)
            if any(page.messages != missed for page in back):
                wrong.append("whoever came back has not every message once")
            return Vanished(sockets, longest, freed, missed, wrong)


def _wrong(unanswered: int, longest: float, freed: float) -> list[str]:
    wrong = []
    if unanswered:
        wrong.append(f"{unanswered} messages were not answered")
    if longest > LONGEST_ANSWER:
        wrong.append(f"an answer took {longest:.1f} s")
    if freed >= LONGEST_HELD:
        wrong.append("lost sockets were still held after a minute")
    return wrong


async def _say(load: Load, writer: Socket, place: str, goes_on: Callable[[], bool]) -> None:
    """Ten messages a second, for as long as that, and at most until the lost must be gone."""
    numbers = []
    end = time.monotonic() + LONGEST_HELD
    while goes_on() and time.monotonic() < end:
        numbers.append(load.send(writer, place))
        await asyncio.sleep(0.1)
    await load.settle(numbers, receivers=1, within=LONGEST_ANSWER)


class Ward:
    """The other network, and the line to it."""

    def __init__(self) -> None:
        # A thread is moved there and stays: its sockets are that network's.
        self._inside = ThreadPoolExecutor(1, initializer=_move_into, initargs=(WARD,))

    async def dial(self, port: int) -> socket.socket:
        return await asyncio.get_running_loop().run_in_executor(self._inside, _connected, port)

    def cut(self) -> None:
        _ip("-n", WARD, "link", "set", "portal1", "down")

    def mend(self) -> None:
        _ip("-n", WARD, "link", "set", "portal1", "up")

    def close(self) -> None:
        self._inside.shutdown()


@contextmanager
def _ward() -> Iterator[Ward]:
    _ip("netns", "add", WARD)
    try:
        _ip("link", "add", "portal0", "type", "veth", "peer", "name", "portal1", "netns", WARD)
        _ip("addr", "add", f"{HERE}/30", "dev", "portal0")
        _ip("-n", WARD, "addr", "add", f"{THERE}/30", "dev", "portal1")
        _ip("link", "set", "portal0", "up")
        _ip("-n", WARD, "link", "set", "portal1", "up")
        ward = Ward()
        yield ward
        ward.close()
    finally:
        _ip("netns", "del", WARD)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _move_into(name: str) -> None:
    with Path(f"/run/netns/{name}").open() as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), _NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "cannot move into the namespace")


async def _dial(port: int) -> socket.socket:
    return await asyncio.to_thread(_connected, port)


def _connected(port: int) -> socket.socket:
    line = socket.create_connection((HERE, port), timeout=10)
    line.setblocking(False)
    return line


def _open_to(address: str) -> int:
    """How many lines to there the kernel still holds as open."""
    number = socket.inet_aton(address)[::-1].hex().upper()
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    found = [line.split() for line in lines]
    return sum(one[2].startswith(number) and one[3] == "01" for one in found)
