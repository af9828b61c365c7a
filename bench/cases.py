"""What is measured, against any server that speaks the live protocol. Runs on the load's core."""

import asyncio
import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop

from bench.load import Load, Page, Socket, Stuck, quantile, within
from bench.machine import everybody, family
from bench.sizes import Sizes

RECEIVERS = 3
TOO_SLOW_MS = 200.0
Row = dict[str, Any]


class Server:
    """The processes that are measured, seen from outside."""

    def __init__(self, web: list[int], processes: list[int]) -> None:
        self._web, self._roots = web, processes

    def cpu(self) -> float:
        processes = everybody()
        return sum(processes[pid][0] for pid in family(self._roots) if pid in processes)

    def memory(self) -> int:
        """Of the web processes alone, in KiB; a database's is shared and told by nobody."""
        return sum(self._resident(pid) for pid in self._web)

    def _resident(self, pid: int) -> int:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


class Cases:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.clinic = plan["clinic"]
        self.ports = plan["ports"]
        self.server = Server(plan["web"], plan["processes"])
        self.load = Load(plan["ports"], plan["origin"])
        self.sizes = Sizes(**plan["sizes"])
        self.found: Row = {}

    async def run(self) -> Row:
        writers = await self._sit_down()
        seconds = self.sizes.seconds
        await self._at(writers, self.sizes.steady, seconds)
        self.found["at 200/s"] = await self._at(writers, self.sizes.steady, seconds * 2)
        self.found["rates"], self.found["highest"] = await self._climb(writers)
        row = await self._at(writers, self.sizes.steady * 5, seconds)
        self.found["cpu s per 1,000"] = row["cpu s per 1,000"]
        await self._leave([socket for socket, _ in writers])
        self.found["KiB a socket"], crowd = await self._crowd()
        self.found["one change to 500, ms"] = await self._one_change(crowd)
        await self._leave(crowd)
        self.found["500 back, s"] = await self._come_back()
        self.found["turned away on the way back"] = self.load.turned_away
        return self.found

    def _pages(self, count: int) -> list[Page]:
        """`count` open pages over all conversations: their patient first, then the team; those of
        one conversation are spread over the processes."""
        places, nurses = self.clinic["conversations"], self.clinic["nurses"]
        size = len(places)
        cookies = [*self.clinic["patients"]]
        cookies += [nurses[number % len(nurses)] for number in range(max(0, count - size))]
        return [
            Page(cookies[number], places[number % size], self._port(number + number // size))
            for number in range(count)
        ]

    def _port(self, number: int) -> int:
        return int(self.ports[number % len(self.ports)])

    def _nurses_pages(self, count: int) -> list[Page]:
        place, nurses = self.clinic["conversations"][0], self.clinic["nurses"]
        return [Page(nurses[n % len(nurses)], place, self._port(n)) for n in range(count)]

    async def _sit_down(self) -> list[tuple[Socket, str]]:
        pages = self._pages(len(self.clinic["conversations"]) * RECEIVERS)
        sockets = await self.load.follow_all(pages, at_once=20)
        return [(socket, page.place) for socket, page in zip(sockets, pages, strict=True)]

    async def _leave(self, sockets: list[Socket]) -> None:
        for socket in sockets:
            socket.transport.abort()
        await asyncio.sleep(min(1.5, self.sizes.seconds))

    async def _at(self, writers: list[tuple[Socket, str]], rate: float, seconds: float) -> Row:
        cpu = self.server.cpu()
        numbers, late = await self.load.poisson(writers, rate, seconds)
        whole = await self.load.settle(numbers, RECEIVERS, within=4.0)
        used = self.server.cpu() - cpu
        answered = self.load.times(numbers, self.load.answered)
        arrived = self.load.times(numbers, self.load.arrived)
        row: Row = {"rate": round(rate), "whole": whole, "refused": self.load.refused}
        row["late ms"] = round(late * 1000, 1)
        row["cpu s per 1,000"] = round(used / max(1, len(numbers)) * 1000, 3)
        for name, times in (("answer", answered), ("last", arrived)):
            row[name] = [quantile(times, part) for part in (0.5, 0.95, 0.99)]
        return row

    async def _climb(self, writers: list[tuple[Socket, str]]) -> tuple[list[Row], int]:
        """The highest rate at which all arrives and p99 of the last receiver stays low."""
        rows, good, rate = [], 0.0, min(500.0, self.sizes.top / 2)
        step = self.sizes.step
        while step > self.sizes.finest and rate < self.sizes.top:
            tried = await self._tried_twice(writers, rate)
            rows += tried
            if _keeps_up(tried[-1]):
                good, rate = rate, rate * step
            else:
                step = step**0.5
                rate = (good or rate / 4) * step
        return rows, round(good)

    async def _tried_twice(self, writers: list[tuple[Socket, str]], rate: float) -> list[Row]:
        """One unlucky second must not end the search."""
        rows: list[Row] = []
        while len(rows) < 2 and not (rows and _keeps_up(rows[-1])):
            rows.append(await self._at(writers, rate, self.sizes.seconds))
            say(f"    {rows[-1]}")
            await asyncio.sleep(0 if _keeps_up(rows[-1]) else 0.5)
        return rows

    async def _crowd(self) -> tuple[float, list[Socket]]:
        """Many pages of one conversation; what each of them weighs."""
        crowd = self.sizes.crowd
        warm = await self.load.follow_all(self._nurses_pages(min(40, crowd)), 20)
        before = self.server.memory()
        sockets = await self.load.follow_all(self._nurses_pages(crowd), at_once=20)
        await asyncio.sleep(min(1.0, self.sizes.seconds))
        weight = (self.server.memory() - before) / crowd
        await self._leave(warm)
        return round(weight, 1), sockets

    async def _one_change(self, crowd: list[Socket]) -> list[float]:
        """From the send to the last of the crowd: median and worst."""
        numbers = []
        for _ in range(self.sizes.changes):
            number = self.load.send(crowd[0], self.clinic["conversations"][0])
            await self._arrive([number], len(crowd), "one change reaches everybody")
            numbers.append(number)
            await asyncio.sleep(min(0.3, self.sizes.seconds))
        times = self.load.times(numbers, self.load.arrived)
        return [quantile(times, 0.5), quantile(times, 1.0)]

    async def _come_back(self) -> list[float]:
        """All sockets lost at once, messages in each conversation meanwhile, everybody back."""
        took = []
        pages = self._pages(self.sizes.crowd)
        for _ in range(self.sizes.returns):
            heads = await self._say_missed(pages[: len(self.clinic["conversations"])])
            begun = perf_counter()
            back = await self.load.return_all(pages, heads)
            took.append(round(perf_counter() - begun, 3))
            if any(socket.messages != self.sizes.missed for socket in back):
                raise Stuck("somebody who came back has not what was missed")
            await self._leave(back)
        return sorted(took)

    async def _say_missed(self, pages: list[Page]) -> dict[str, int]:
        """What everybody had before the messages that they missed, by conversation."""
        sockets = await self.load.follow_all(pages, at_once=20)
        numbers = [
            self.load.send(socket, page.place)
            for _ in range(self.sizes.missed)
            for socket, page in zip(sockets, pages, strict=True)
        ]
        await self._arrive(numbers, 1, "the messages to be missed are stored")
        pairs = zip(sockets, pages, strict=True)
        heads = {page.place: socket.last_seq - self.sizes.missed for socket, page in pairs}
        await self._leave(sockets)
        return heads

    async def _arrive(self, numbers: list[int], receivers: int, what: str) -> None:
        if not await self.load.settle(numbers, receivers, within=20.0):
            raise Stuck(f"{what}: not within 20 s, or not once")


def _keeps_up(row: Row) -> bool:
    return bool(row["whole"] and row["last"][2] < TOO_SLOW_MS and row["late ms"] < TOO_SLOW_MS)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def main() -> int:
    plan = json.load(sys.stdin)
    try:
        async with within(plan["sizes"]["longest"] - 5.0, "the whole measurement"):
            print(json.dumps(await Cases(plan).run()))
    except Stuck as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.exit(uvloop.run(main()))
