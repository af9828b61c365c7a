"""What goes wrong, one thing after another, and what is left when it is over."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.ground import ORIGIN, Ground, calm, people_write, verdict
from tests.chaos.programs import Process, Web

# What platforms grant between SIGTERM and SIGKILL.
LONGEST_EXIT = 15.0


@dataclass(frozen=True)
class Outcome:
    """`wrong`: what was promised and not kept. The rest says how rough it was."""

    wrong: list[str]
    happened: list[str]
    acknowledged: int
    closes: int

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} messages acknowledged, {self.closes} closes heard, "
            f"{len(self.happened)} faults: " + ("; ".join(self.wrong[:10]) or "every promise kept")
        )


Fault = Callable[["Storm"], Awaitable[None]]


class Storm:
    def __init__(self, ground: Ground, seed: int, pause: float = 0.5) -> None:
        self.ground = ground
        self.chance = random.Random(seed)
        self.pause = pause
        self.happened: list[str] = []
        self.slow_exits: list[str] = []

    async def kill(self, program: Process) -> None:
        """-9, a moment without it, and a new start."""
        self.happened.append(f"{program.name} killed")
        await program.kill()
        await asyncio.sleep(self.pause * self.chance.random())
        await program.start()

    async def freeze(self, program: Process, seconds: float) -> None:
        self.happened.append(f"{program.name} frozen")
        program.freeze()
        await asyncio.sleep(seconds)
        program.thaw()

    async def terminate(self, web: Web) -> None:
        self.happened.append(f"{web.name} terminated")
        self._judge(web, await web.terminate())
        await web.start()

    async def roll(self, web: Web) -> None:
        """A deploy: the new process serves beside the old one, then the old one ends."""
        self.happened.append(f"{web.name} replaced")
        await self.ground.new_web()
        self.ground.webs.remove(web)
        self._judge(web, await web.terminate())

    def _judge(self, web: Web, took: float) -> None:
        if took > LONGEST_EXIT:
            self.slow_exits.append(f"{web.name} took {took:.1f} s to end")

    async def anything(self) -> None:
        """One thing at random, of all that can go wrong here."""
        program = self.chance.choice(self.ground.programs)
        dice = self.chance.random()
        if dice < 0.35:
            await self.kill(program)
        elif dice < 0.65 or not isinstance(program, Web):
            await self.freeze(program, 0.5 + 4 * self.chance.random())
        elif dice < 0.85:
            await self.terminate(program)
        else:
            await self.roll(program)


async def weathered(
    ground: Ground, seed: int, course: Callable[[Storm], Awaitable[None]], writers: int = 8
) -> Outcome:
    """People write while `course` happens; then calm, and the verdict."""
    await people_write(ground, writers, seed)
    storm = Storm(ground, seed)
    pages = [asyncio.create_task(writer.live(ORIGIN)) for writer in ground.writers]
    try:
        await asyncio.sleep(0.3)
        await course(storm)
        wrong = await _stuck(ground)
    finally:
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
    return Outcome(
        wrong + storm.slow_exits + await verdict(ground),
        storm.happened,
        sum(len(writer.acknowledged) for writer in ground.writers),
        sum(len(writer.closes) for writer in ground.writers),
    )


async def _stuck(ground: Ground) -> list[str]:
    try:
        await calm(ground)
    except TimeoutError:
        waiting = sum(len(writer.waiting) for writer in ground.writers)
        return [f"after the storm {waiting} messages have no answer, or pages are not caught up"]
    return []
