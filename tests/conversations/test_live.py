"""The live protocol between people, over a real server and real sockets."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from portal.conversations.models import Conversation
from portal.conversations.streams import Stream
from portal.db import Database
from portal.notices.actions import notify
from portal.notices.reasons import Reason
from portal.people.models import Person
from tests.conversations.people import page_of, said
from tests.serving import Served


async def test_a_socket_is_greeted_by_name(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        assert phone.hello["person"] == {
            "id": str(patient.id),
            "name": "Patient A",
            "role": "patient",
        }
        assert phone.hello["server"]


async def test_a_message_reaches_the_other_persons_open_page(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await phone.follow(care)
        await desk.follow(care)
        sent = await phone.send(care, "  I feel sick.  ")
        message = await desk.hear("message")
        assert (message["id"], message["seq"]) == (sent["id"], 1)
        assert message["body"] == "I feel sick."
        assert message["author"] == phone.hello["person"]
        assert message["sent_at"] == sent["sent_at"]
        assert "I feel sick." in message["html"]
        assert (await phone.hear("message"))["id"] == sent["id"]


async def test_every_follower_gets_the_same_bytes(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await phone.follow(care)
        await desk.follow(care)
        await phone.send(care, "Hello")
        assert await phone.hear("message") == await desk.hear("message")


async def test_following_after_a_number_brings_what_was_missed_and_then_what_comes(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, "One", "Two", "Three")
    async with page_of(server, patient) as phone:
        missed = await phone.follow(care, after=1)
        assert [frame["body"] for frame in missed] == ["Two", "Three"]
        await said(database, care, nurse_on_team, "Four")
        assert (await phone.hear("message"))["seq"] == 4


async def test_what_is_said_between_loading_and_listening_is_heard_once(
    server: Served,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load, between = Stream._load, ["Between"]
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await desk.send(care, "Before")

        async def load_while_somebody_writes(stream: Stream, after: int) -> Any:
            page = await load(stream, after)
            if after == 0 and between:
                seq = (await desk.send(care, between.pop()))["seq"]
                while stream._head < seq:  # given to all who are caught up: too early for this one
                    await asyncio.sleep(0.01)
            return page

        monkeypatch.setattr(Stream, "_load", load_while_somebody_writes)
        heard = await phone.follow(care, after=0)
        assert [frame["body"] for frame in heard] == ["Before", "Between"]
        await desk.send(care, "After")
        assert (await phone.hear("message"))["body"] == "After"


async def test_following_from_nowhere_brings_only_what_comes(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, "One")
    async with page_of(server, patient) as phone:
        assert await phone.follow(care) == []
        await said(database, care, nurse_on_team, "Two")
        assert (await phone.hear("message"))["body"] == "Two"


async def test_a_number_beyond_the_end_is_taken_as_the_end(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, "One")
    async with page_of(server, patient) as phone:
        assert await phone.follow(care, after=99) == []
        await said(database, care, nurse_on_team, "Two")
        assert (await phone.hear("message"))["seq"] == 2


async def test_a_resend_is_answered_with_the_first_answer(
    server: Served, care: Conversation, patient: Person
) -> None:
    async with page_of(server, patient) as phone:
        client_id = uuid4()
        first = await phone.send(care, "Once", client_id)
        assert await phone.send(care, "Once", client_id) == first
        assert (await phone.send(care, "Twice"))["seq"] == 2


async def test_the_same_name_with_other_words_is_refused(
    server: Served, care: Conversation, patient: Person
) -> None:
    async with page_of(server, patient) as phone:
        client_id = uuid4()
        await phone.send(care, "Once", client_id)
        refused = await phone.send(care, "Something else", client_id)
        assert (refused["type"], refused["code"]) == ("refused", "not_allowed")
        assert refused["client_id"] == str(client_id)


async def test_two_people_may_use_the_same_name_for_a_message(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    client_id = uuid4()
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        assert (await phone.send(care, "Mine", client_id))["seq"] == 1
        assert (await desk.send(care, "Mine too", client_id))["seq"] == 2


async def test_parallel_resends_make_one_message(
    server: Served, database: Database, care: Conversation, patient: Person
) -> None:
    client_id = uuid4()

    async def send_once() -> dict[str, object]:
        async with page_of(server, patient) as phone:
            return await phone.send(care, "Only once", client_id)

    answers = await asyncio.gather(*(send_once() for _ in range(5)))
    assert len({answer["id"] for answer in answers}) == 1
    async with page_of(server, patient) as phone:
        assert len(await phone.follow(care, after=0)) == 1


async def test_nobody_misses_or_repeats_a_message_while_pages_come_and_go(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    """Two writers at once, and a reader who leaves and comes back in the middle of it."""
    rounds = 15
    seen: list[tuple[int, str]] = []

    async def write(person: Person) -> None:
        async with page_of(server, person) as page:
            for number in range(rounds):
                await page.send(care, f"{person.name} {number}")

    async def read() -> None:
        while len(seen) < 2 * rounds:
            async with page_of(server, nurse_on_team) as page:
                await page.say("follow", conversation=care.id, after=len(seen))
                for _ in range(7):
                    if len(seen) == 2 * rounds:
                        return
                    frame = await page.hear("message")
                    seen.append((frame["seq"], frame["body"]))

    await asyncio.gather(write(patient), write(nurse_on_team), read())
    assert [seq for seq, _ in seen] == list(range(1, 2 * rounds + 1))
    for person in (patient, nurse_on_team):
        own = [body for _, body in seen if body.startswith(person.name)]
        assert own == [f"{person.name} {number}" for number in range(rounds)]


async def test_a_long_history_is_caught_up_in_order(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, *(f"Line {number}" for number in range(230)))
    async with page_of(server, patient) as phone:
        missed = await phone.follow(care, after=0)
        assert [frame["seq"] for frame in missed] == list(range(1, 231))


async def test_reading_is_told_to_the_others_and_never_goes_back(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, patient, "One", "Two")
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await phone.follow(care)
        await desk.say("read", conversation=care.id, seq=2)
        told = await phone.hear("read")
        assert (told["person"], told["seq"]) == (str(nurse_on_team.id), 2)
        assert told["said"].startswith("Read ")
        await desk.say("read", conversation=care.id, seq=1)
        assert await phone.hears_nothing("read")


async def test_a_mark_beyond_the_end_is_the_end(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, patient, "One")
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await phone.follow(care)
        await desk.say("read", conversation=care.id, seq=50)
        assert (await phone.hear("read"))["seq"] == 1


async def test_typing_is_shown_to_the_others_at_most_once_a_second(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await phone.follow(care)
        await desk.follow(care)
        for _ in range(3):
            await desk.say("typing", conversation=care.id)
        assert (await phone.hear("typing"))["person"] == desk.hello["person"]
        assert await phone.hears_nothing("typing")
        assert await desk.hears_nothing("typing", within=0.1)


async def test_a_ping_comes_back_as_it_was(server: Served, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        for value in ({"a": [1, None, "x"]}, 0, "now", None):
            await phone.say("ping", t=value)
            assert (await phone.hear("pong"))["t"] == value


async def test_after_unfollowing_nothing_more_comes(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone:
        await phone.follow(care)
        await phone.say("unfollow", conversation=care.id)
        await phone.say("ping", t=1)
        await phone.hear("pong")
        await said(database, care, nurse_on_team, "Unheard")
        assert await phone.hears_nothing("message")


async def test_changes_of_a_page_are_told_gathered(
    server: Served, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, nurse_on_team) as desk:
        await desk.say("follow", topic="inbox")
        await desk.say("ping", t=1)
        await desk.hear("pong")
        await said(database, care, patient, "One", "Two", "Three", "Four", "Five")
        told = 0
        while not await desk.hears_nothing("changed", within=0.6):
            told += 1
        assert 1 <= told <= 3


async def test_whoever_follows_their_notices_hears_of_their_own_and_of_nobody_elses(
    server: Served, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        for page in (phone, desk):
            await page.say("follow", topic="notices")
            await page.say("ping", t=1)
            await page.hear("pong")
        async with database.work() as work:
            await notify(work, patient.id, Reason.MESSAGE, subject_id=patient.id)
        assert (await phone.hear("changed"))["topic"] == "notices"
        assert await desk.hears_nothing("changed", within=0.4)


async def test_ids_are_echoed_as_uuids(server: Served, care: Conversation, patient: Person) -> None:
    async with page_of(server, patient) as phone:
        sent = await phone.send(care, "Hello")
        assert UUID(sent["id"]).version == 7
        assert sent["conversation"] == str(care.id)
        assert sent["sent_at"].endswith("Z")
