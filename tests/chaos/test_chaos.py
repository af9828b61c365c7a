"""A small storm on each kind of ground; `python -m tests.chaos` is the long one."""

import asyncio
from pathlib import Path

from tests.chaos.deploy import deployed
from tests.chaos.ground import on_postgresql, on_sqlite
from tests.chaos.storm import Storm, weathered
from tests.databases import Databases, give_up
from tests.people import clinic_of
from tests.services import ServiceMissing


async def test_on_sqlite_no_acknowledged_message_is_lost_or_doubled(
    databases: Databases, tmp_path: Path
) -> None:
    async def course(storm: Storm) -> None:
        (web,) = storm.ground.webs
        await storm.freeze(web, 0.5)
        await storm.kill(web)
        await asyncio.sleep(0.3)

    async with databases.copy("sqlite", clinic_of) as url, on_sqlite(tmp_path, url) as ground:
        outcome = await weathered(ground, 1, course, writers=6)
    assert outcome.wrong == []
    assert outcome.acknowledged > 20


async def test_on_two_processes_no_acknowledged_message_is_lost_or_doubled(tmp_path: Path) -> None:
    async def course(storm: Storm) -> None:
        one, other = storm.ground.webs
        database, valkey = storm.ground.services
        await asyncio.gather(storm.kill(one), storm.freeze(valkey, 0.7))
        await storm.kill(database)
        await asyncio.gather(storm.kill(valkey), storm.roll(other), storm.freeze(database, 0.5))

    try:
        async with on_postgresql(tmp_path) as ground:
            outcome = await weathered(ground, 1, course, writers=6)
    except ServiceMissing as missing:
        give_up(f"No PostgreSQL or no Valkey: {missing}.")
    assert outcome.wrong == []
    assert outcome.acknowledged > 20


async def test_a_deploy_tells_every_page_to_come_back_and_loses_nothing(tmp_path: Path) -> None:
    deploy = await deployed(tmp_path, 50, longest=0.5)
    assert deploy.wrong == []
    assert deploy.acknowledged > 0
