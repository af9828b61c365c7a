"""What is measured, against any server that speaks the live protocol. Runs on the load's core."""

import asyncio
import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop

from bench.load import Load, Socket, quantile

RECEIVERS = 3
MISSED = 20
CROWD = 500
TOO_SLOW_MS = 200.0
TICKS = os.sysconf("SC_CLK_TCK")
Pages = list[tuple[str, str]]


class Server:
    """The processes that are measured, seen from outside."""

    def __init__(self, processes: list[int]) -> None:
        self._roots = processes

    def cpu(self) -> float:
        return sum(self._fields(pid)[0] for pid in self._all())

    def memory(self) -> int:
        """Of the web processes alone, in KiB; a database's is shared and told by nobody."""
        lines = Path(f"/proc/{self._roots[0]}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    def _all(self) -> list[int]:
        found, parents = [], {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    parents[int(folder.name)] = self._fields(int(folder.name))[1]
                except OSError:
                    continue
        for pid in parents:
            above: int | None = pid
            while above is not None and above not in self._roots:
                above = parents.get(above)
            if above is not None:
                found.append(pid)
        return found

    def _fields(self, pid: int) -> tuple[float, int]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[1])


class Cases:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.clinic = plan["clinic"]
        self.server = Server(plan["processes"])
        self.load = Load(plan["port"])
        self.seconds = plan["seconds"]

    async def run(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        writers = await self._sit_down()
        await self._at(writers, 200, 1.0)
        found["at 200/s"] = await self._at(writers, 200, max(2.0, self.seconds))
        found["rates"], found["highest"] = await self._climb(writers)
        found["cpu s per 1,000"] = await self._cpu(writers)
        await self._leave([socket for socket, _ in writers])
        found["KiB a socket"], crowd = await self._crowd()
        found["one change to 500, ms"] = await self._one_change(crowd)
        await self._leave(crowd)
        found["500 back, s"] = await self._come_back()
        return found

    def _pages(self, count: int) -> Pages:
        """`count` open pages over all conversations: their patient first, then the team."""
        places, nurses = self.clinic["conversations"], self.clinic["nurses"]
        pages = list(zip(self.clinic["patients"], places, strict=True))
        more = range(count - len(pages))
        pages += [(nurses[number % len(nurses)], places[number % len(places)]) for number in more]
        return pages[:count]

    async def _sit_down(self) -> list[tuple[Socket, str]]:
        pages = self._pages(100 * RECEIVERS)
        sockets = await self.load.follow_all(pages, at_once=20)
        return [(socket, place) for socket, (_, place) in zip(sockets, pages, strict=True)]

    async def _leave(self, sockets: list[Socket]) -> None:
        for socket in sockets:
            socket.transport.abort()
        await asyncio.sleep(1.5)

    async def _at(
        self, writers: list[tuple[Socket, str]], rate: float, seconds: float
    ) -> dict[str, Any]:
        cpu = self.server.cpu()
        numbers, late = await self.load.poisson(writers, rate, seconds)
        whole = await self.load.settle(numbers, RECEIVERS, within=4.0)
        used = self.server.cpu() - cpu
        answered = self.load.times(numbers, self.load.answered)
        arrived = self.load.times(numbers, self.load.arrived)
        row: dict[str, Any] = {"rate": round(rate), "whole": whole}
        row["late ms"] = round(late * 1000, 1)
        row["cpu s per 1,000"] = round(used / len(numbers) * 1000, 3)
        for name, times in (("answer", answered), ("last", arrived)):
            row[name] = [quantile(times, part) for part in (0.5, 0.95, 0.99)]
        return row

    async def _climb(self, writers: list[tuple[Socket, str]]) -> tuple[list[dict[str, Any]], int]:
        """The highest rate at which all arrives and p99 of the last receiver stays low."""
        rows, good, rate = [], 0.0, 500.0
        step, finest = (2.0, 1.3) if self.plan["quick"] else (1.5, 1.1)
        while step > finest and rate < 60_000:
            row = await self._at(writers, rate, self.seconds)
            rows.append(row)
            print(f"    {row}", file=sys.stderr, flush=True)
            if row["whole"] and row["last"][2] < TOO_SLOW_MS and row["late ms"] < TOO_SLOW_MS:
                good, rate = rate, rate * step
            else:
                step = step**0.5
                rate = (good or rate / 4) * step
                await asyncio.sleep(0.5)
        return rows, round(good)

    async def _cpu(self, writers: list[tuple[Socket, str]]) -> float:
        row = await self._at(writers, 1000, self.seconds)
        return float(row["cpu s per 1,000"])

    async def _crowd(self) -> tuple[float, list[Socket]]:
        """500 pages of one conversation; what each of them weighs."""
        place, nurses = self.clinic["conversations"][0], self.clinic["nurses"]
        warm = await self.load.follow_all([(nurses[n % 80], place) for n in range(40)], 20)
        before = self.server.memory()
        pages = [(nurses[number % len(nurses)], place) for number in range(CROWD)]
        sockets = await self.load.follow_all(pages, at_once=20)
        await asyncio.sleep(1.0)
        weight = (self.server.memory() - before) / CROWD
        await self._leave(warm)
        return round(weight, 1), sockets

    async def _one_change(self, crowd: list[Socket]) -> list[float]:
        """From the send to the last of 500: median and worst of ten."""
        numbers = []
        for _ in range(10):
            number = self.load.send(crowd[0], self.clinic["conversations"][0])
            assert await self.load.settle([number], CROWD, within=5.0)
            numbers.append(number)
            await asyncio.sleep(0.3)
        times = self.load.times(numbers, self.load.arrived)
        return [quantile(times, 0.5), quantile(times, 1.0)]

    async def _come_back(self) -> list[float]:
        """500 sockets lost at once; 20 messages in each conversation; everybody back."""
        took = []
        for _ in range(1 if self.plan["quick"] else 3):
            pages = self._pages(CROWD)
            writers = self.clinic["conversations"]
            sockets = await self.load.follow_all(pages[:100], at_once=20)
            heads = await self._say_missed(sockets, writers)
            await self._leave(sockets)
            begun = perf_counter()
            back = await self._all_back(pages, heads)
            took.append(round(perf_counter() - begun, 3))
            assert [socket.messages for socket in back] == [MISSED] * CROWD
            await self._leave(back)
        return sorted(took)

    async def _say_missed(self, sockets: list[Socket], places: list[str]) -> dict[str, int]:
        numbers = [
            self.load.send(socket, place)
            for _ in range(MISSED)
            for socket, place in zip(sockets, places, strict=True)
        ]
        assert await self.load.settle(numbers, 1, within=20.0)
        return {place: socket.last_seq for socket, place in zip(sockets, places, strict=True)}

    async def _all_back(self, pages: Pages, heads: dict[str, int]) -> list[Socket]:
        async def one(cookie: str, place: str) -> Socket:
            return await self.load.follow(cookie, place, heads[place] - MISSED)

        return await asyncio.gather(*(one(*page) for page in pages))


async def main() -> None:
    plan = json.load(sys.stdin)
    print(json.dumps(await Cases(plan).run()))


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    uvloop.run(main())
