"""`./run chaos [--minutes N] [--seed S] [--on sqlite|postgresql] [--sockets N]`: the long storm.

People write over real sockets to real servers while these, Valkey and the database are killed,
frozen, terminated and replaced. Then comes a deploy with many open sockets, and a network that
vanishes. Ends with 1 if anything that was promised was not kept.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import vanish
from tests.chaos.deploy import deployed
from tests.chaos.ground import on_postgresql, on_sqlite
from tests.chaos.storm import Outcome, Storm, weathered

GROUNDS = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="on each ground")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--on", choices=sorted(GROUNDS), help="one ground only")
    parser.add_argument("--writers", type=int, default=12)
    parser.add_argument("--sockets", type=int, default=1000, help="open at the deploy; 0: none")
    arguments = parser.parse_args()
    bad = 0
    for name in [arguments.on] if arguments.on else sorted(GROUNDS):
        say(f"{name}, seed {arguments.seed}, {arguments.minutes:g} minutes …")
        outcome = asyncio.run(storm(name, arguments.seed, arguments.minutes, arguments.writers))
        say(f"{name}: {outcome}")
        bad += bool(outcome.wrong)
    if arguments.sockets:
        with tempfile.TemporaryDirectory() as folder:
            deploy = asyncio.run(deployed(Path(folder), arguments.sockets))
        say(f"deploy: {deploy}")
        bad += bool(deploy.wrong)
    if vanish.is_possible():
        with tempfile.TemporaryDirectory() as folder:
            gone = asyncio.run(vanish.vanished(Path(folder)))
        say(f"a network vanishes: {gone}")
        bad += bool(gone.wrong)
    else:
        say("a network vanishes: left out, it needs root, Linux and the program ip")
    return 1 if bad else 0


async def storm(name: str, seed: int, minutes: float, writers: int) -> Outcome:
    async def course(storm: Storm) -> None:
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            await storm.anything()
            say(f"  {storm.happened[-1]}")
            await asyncio.sleep(2 * storm.chance.random())

    with tempfile.TemporaryDirectory() as folder:
        async with GROUNDS[name](Path(folder)) as ground:
            return await weathered(ground, seed, course, writers)


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
