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
from tests.clients import Client, sign_in
from tests.conftest import Clock
from tests.conversations.people import opened, page_of
from tests.serving import Served

ClientFor = Callable[[Person | None], Awaitable[Client]]


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    return (await opened(database, patient))[0]


async def test_two_of_the_team_hear_of_each_other_and_nobody_of_themselves(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    night, day = await client_for(nurse_on_team), await client_for(second_nurse)
    url = f"/inbox/{care.id}/here"
    visit = str(new_id())
    assert (await night.post(url, kind="here")).text == ""
    assert (await day.post(url, kind="here", visit=visit)).text == "Night nurse is also here"
    assert (await night.post(url, kind="here")).text == "Day nurse is also here"
    assert "Day nurse is also here" in (await night.get(f"/inbox/{care.id}")).text
    await day.post(url, kind="gone", visit=visit)
    assert (await night.post(url, kind="here")).text == ""


async def test_what_a_page_said_before_it_left_does_not_bring_it_back(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    night, day = await client_for(nurse_on_team), await client_for(second_nurse)
    url, visit = f"/inbox/{care.id}/here", str(new_id())
    await day.post(url, kind="here", visit=visit)
    await day.post(url, kind="gone", visit=visit)
    # Held up on its way, it comes after what was said later.
    await day.post(url, kind="here", visit=visit)
    assert (await night.post(url, kind="here")).text == ""
    await day.post(url, kind="here", visit=str(new_id()))
    assert (await night.post(url, kind="here")).text == "Day nurse is also here"


async def test_who_closes_one_of_two_pages_is_still_here(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    night, day = await client_for(nurse_on_team), await client_for(second_nurse)
    url, visits = f"/inbox/{care.id}/here", [str(new_id()), str(new_id())]
    for visit in visits:
        await day.post(url, kind="here", visit=visit)
    await day.post(url, kind="gone", visit=visits[0])
    assert (await night.post(url, kind="here")).text == "Day nurse is also here"
    # Nobody ends a visit of somebody else's.
    await night.post(url, kind="gone", visit=visits[1])
    assert (await night.post(url, kind="here")).text == "Day nurse is also here"
    await day.post(url, kind="gone", visit=visits[1])
    assert (await night.post(url, kind="here")).text == ""


async def test_a_thread_that_was_asked_for_and_not_shown_has_nobody(
    client_for: ClientFor, care: Conversation, nurse_on_team: Person, second_nurse: Person
) -> None:
    """Who runs down the list asks for threads that never come onto the page."""
    night, day = await client_for(nurse_on_team), await client_for(second_nurse)
    await day.get(f"/inbox/{care.id}", hx_request="true")
    assert (await night.post(f"/inbox/{care.id}/here", kind="here")).text == ""


async def test_open_pages_hear_at_once_who_comes_and_goes_and_the_patient_does_not(
    server: Served,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    _, notes = await opened(database, patient)
    day = Client(server.app, *await sign_in(database, second_nurse))
    url, visit = f"/inbox/{care.id}/here", str(new_id())
    async with page_of(server, nurse_on_team) as night, page_of(server, patient) as phone:
        await night.follow(notes)
        await phone.follow(care)
        for kind in ("here", "gone"):
            await day.post(url, kind=kind, visit=visit)
            assert (await night.hear("here"))["conversation"] == str(notes.id)
            # That it lasts, or is over for the second time, is no news.
            await day.post(url, kind=kind, visit=visit)
            assert await night.hears_nothing("here", within=0.1)
        assert await phone.hears_nothing("here", within=0.1)
    await day.aclose()


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
    who, patient = new_id(), new_id()
    hub.publish([Announcement("presence", f"here:{new_id()}", who, patient)])
    assert here.here(patient) == there.here(patient) == {who}
    assert here.here(new_id()) == set()
    hub.look_for_missed()
    assert here.here(patient) == {who}
