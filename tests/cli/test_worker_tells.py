"""What a worker in a process of its own does reaches open pages, without Valkey."""

import asyncio
import json
from datetime import timedelta

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from portal import clock
from portal.accounts.sessions import COOKIE
from portal.db import Database
from portal.rota.actions import add_shift
from portal.rota.duties import Duty
from portal.symptoms.levels import Level
from tests.cli.commands import running, serving, settings_for
from tests.clients import sign_in
from tests.flags.raising import actor_for, raised
from tests.keys import ENCRYPTION_KEY
from tests.people import Clinic


async def changed_topics(page: ClientConnection) -> set[str]:
    """Until both the queue and the bell were told to look again."""
    topics: set[str] = set()
    while not {"triage", "notices"} <= topics:
        frame = json.loads(await page.recv())
        if frame["type"] == "changed":
            topics.add(frame["topic"])
    return topics


async def test_a_flag_that_climbs_rings_the_bell_and_moves_the_queue_of_an_open_page(
    database: Database, database_url: str, clinic: Clinic
) -> None:
    nurse, now = clinic.nurse_on_team, clock.now()
    async with database.work(actor_for(nurse)) as work:
        shift = (now, now + timedelta(hours=8))
        await add_shift(work, clinic.team.id, nurse.id, Duty.NURSE, shift)
    cookie, _ = await sign_in(database, nurse)
    settings = settings_for(database_url, ENCRYPTION_KEYS=ENCRYPTION_KEY)
    async with serving(settings) as (_, address):
        live = connect(
            address.replace("http", "ws", 1) + "/live",
            origin=Origin(address),
            additional_headers={"Cookie": f"{COOKIE}={cookie}"},
        )
        async with live as page:
            for topic in ("triage", "notices"):
                await page.send(json.dumps({"type": "follow", "topic": topic}))
            await raised(database, clinic.patient, Level.URGENT)
            async with running("worker", until="worker.started", settings=settings):
                told = await asyncio.wait_for(changed_topics(page), 15)
    assert told >= {"triage", "notices"}
