"""Who else has a thread open: said to the team's own, remembered for seconds, written nowhere."""

from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import func, select

from portal.announcements import Announcement
from portal.audit.models import AuditEvent
from portal.conversations.models import Conversation
from portal.db import Database
from portal.ids import new_id
from portal.inbox.presence import Presence
from portal.people.models import Person
from portal.realtime.hub import Hub
from tests.clients import Client
from tests.conftest import Clock
from tests.conversations.people import opened

ClientFor = Callable[[Person | None], Awaitable[Client]]


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


async def test_two_of_the_team_hear_of_each_other_and_nobody_of_themselves(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    night, day = await client_for(nurse_on_team), await client_for(second_nurse)
    url = f"/inbox/{care.id}/here"
    assert (await night.post(url, kind="here")).text == ""
    assert (await day.post(url, kind="here")).text == "Night nurse is also here"
    assert (await night.post(url, kind="here")).text == "Day nurse is also here"
    assert "Day nurse is also here" in (await night.get(f"/inbox/{care.id}")).text
    await day.post(url, kind="gone")
    assert (await night.post(url, kind="here")).text == ""


async def test_a_page_that_falls_silent_is_gone(
    client_for: ClientFor,
    care: Conversation,
    nurse_on_team: Person,
    second_nurse: Person,
    clock: Clock,
) -> None:
    url = f"/inbox/{care.id}/here"
    await (await client_for(second_nurse)).post(url, kind="here")
    night = await client_for(nurse_on_team)
    clock.forward(seconds=30)
    assert (await night.post(url, kind="here")).text == "Day nurse is also here"
    clock.forward(seconds=15)
    assert (await night.post(url, kind="here")).text == ""


async def test_outsiders_are_not_here_and_do_not_hear_who_is(
    client_for: ClientFor, care: Conversation, nurse_elsewhere: Person, nurse_on_team: Person
) -> None:
    night, stranger = await client_for(nurse_on_team), await client_for(nurse_elsewhere)
    url = f"/inbox/{care.id}/here"
    await night.post(url, kind="here")
    answer = await stranger.post(url, kind="here")
    assert answer.status_code == 404
    assert "Night nurse" not in answer.text
    assert (await night.post(url, kind="here")).text == ""


async def test_being_here_writes_nothing(
    client_for: ClientFor, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    async def entries() -> int:
        async with database.read() as session:
            return (await session.exec(select(func.count()).select_from(AuditEvent))).one()

    night = await client_for(nurse_on_team)
    before = await entries()
    await night.post(f"/inbox/{care.id}/here", kind="here")
    assert await entries() == before


def test_each_process_hears_of_the_others_pages(clock: Clock) -> None:
    hub = Hub()
    here, there = Presence(hub), Presence(hub)
    who, patient, me = new_id(), new_id(), new_id()
    hub.publish([Announcement("presence", "here", who, patient)])
    assert here.others(patient, me) == there.others(patient, me) == [who]
    assert here.others(patient, who) == here.others(new_id(), me) == []
    hub.look_for_missed()
    assert here.others(patient, me) == [who]
