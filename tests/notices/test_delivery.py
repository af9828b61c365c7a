"""From a notice to what leaves the portal: gathered, once, by the next channel when one fails."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal.db import Database
from portal.notices.actions import (
    choose,
    mail_invitation,
    notify_all,
    see_all,
    seen,
    tell_companion,
)
from portal.notices.channels import CannotSend
from portal.notices.claiming import LEASE, claim
from portal.notices.models import Attempt, Channel, Envelope, Notice, State
from portal.notices.reasons import SHOWN, Reason
from portal.people.models import Patient, Person
from tests.clients import actor_of
from tests.conftest import Clock
from tests.notices.posts import NOON, Posts, give_address, give_device, send, tell

MINUTE = timedelta(minutes=1)
WAITING = "You have a message waiting"


@pytest.fixture
def posts() -> Posts:
    return Posts()


@pytest.fixture(autouse=True)
def noon(clock: Clock) -> Clock:
    clock.set(NOON)
    return clock


async def envelopes(database: Database, person: Person) -> list[Envelope]:
    async with database.read() as session:
        query = select(Envelope).where(col(Envelope.person_id) == person.id)
        return list((await session.exec(query.order_by(col(Envelope.made_at)))).all())


async def attempts(database: Database) -> list[Attempt]:
    async with database.read() as session:
        return list((await session.exec(select(Attempt).order_by(col(Attempt.number)))).all())


async def test_a_notice_leaves_after_a_minute_and_says_only_that_something_waits(
    database: Database, patient: Person, posts: Posts
) -> None:
    await give_address(database, patient)
    await tell(database, patient)
    assert await send(database, posts, NOON) == 0
    assert await send(database, posts, NOON + MINUTE) == 1
    assert await send(database, posts, NOON + MINUTE) == 0
    assert posts.titles == [WAITING]
    assert posts.mail.sent[0].address == "patient@example.org"


async def test_what_was_seen_in_the_page_does_not_leave_it(
    database: Database, patient: Person, posts: Posts
) -> None:
    await give_address(database, patient)
    await tell(database, patient)
    async with database.work() as work:
        assert await seen(work, patient.id, [Reason.MESSAGE], patient.id) == 1
    await send(database, posts, NOON + MINUTE)
    assert posts.titles == []
    assert [each.state for each in await envelopes(database, patient)] == [State.NOT_NEEDED]


async def test_thirty_notices_are_one_mail(
    database: Database, patient: Person, nurse_on_team: Person, posts: Posts
) -> None:
    await give_address(database, nurse_on_team)
    for reason in list(SHOWN) * 3:
        async with database.work() as work:
            await notify_all(work, [nurse_on_team.id], reason, patient.id)
    for minutes in range(1, 60):
        await send(database, posts, NOON + minutes * MINUTE)
    calm = [each for each in await envelopes(database, nurse_on_team) if each.pace == "calm"]
    assert len(calm) == 1
    number = 3 * sum(reason.pace == "calm" for reason in SHOWN)
    assert f"You have {number} messages waiting" in posts.titles
    assert len(posts.titles) == 2  # the other one is for check-ins: its time is now


async def test_what_comes_after_a_mail_waits_until_somebody_looked(
    database: Database, patient: Person, posts: Posts
) -> None:
    await give_address(database, patient)
    await tell(database, patient)
    await send(database, posts, NOON + MINUTE)
    await tell(database, patient)
    await send(database, posts, NOON + 20 * MINUTE)
    assert len(posts.titles) == 1
    async with database.work() as work:
        await see_all(work, patient.id)
    await tell(database, patient)
    await send(database, posts, NOON + 300 * MINUTE)
    assert len(posts.titles) == 2


async def test_an_urgent_notice_goes_past_quiet_hours_and_past_the_wish_for_the_page_only(
    database: Database, nurse_on_team: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, nurse_on_team)
    clock.set(NOON + timedelta(hours=12))
    async with database.work() as work:
        await choose(work, nurse_on_team.id, Channel.PAGE, 21 * 60, 8 * 60)
    await tell(database, nurse_on_team, Reason.FLAG_RAISED)
    await tell(database, nurse_on_team, Reason.FLAG_WAITING, urgent=True)
    await send(database, posts, clock.now() + MINUTE)
    assert posts.titles == ["You are needed now"]
    await send(database, posts, NOON + timedelta(hours=24))
    calm, urgent = sorted(await envelopes(database, nurse_on_team), key=lambda row: row.pace)
    assert (calm.state, urgent.state) == (State.IN_PAGE, State.SENT)


async def test_a_calm_notice_at_night_comes_in_the_morning(
    database: Database, patient: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, patient)
    night = clock.forward(hours=14)  # two in the morning
    await tell(database, patient)
    await send(database, posts, night + MINUTE)
    assert posts.titles == []
    morning = NOON + timedelta(hours=20)
    await send(database, posts, morning - MINUTE)
    assert posts.titles == []
    await send(database, posts, morning)
    assert posts.titles == [WAITING]


async def test_turning_quiet_hours_off_lets_go_what_they_held_back(
    database: Database, patient: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, patient)
    night = clock.forward(hours=14)
    await tell(database, patient)
    await send(database, posts, night + MINUTE)
    async with database.work() as work:
        await choose(work, patient.id, Channel.MAIL, 0, 0)
    await send(database, posts, night + 2 * MINUTE)
    assert posts.titles == [WAITING]
    await tell(database, patient)
    async with database.work() as work:
        await choose(work, patient.id, Channel.MAIL, 0, 0)
    await send(database, posts, night + 5 * MINUTE)
    assert posts.titles == [WAITING]  # the space between two mails is kept


async def test_a_channel_that_fails_is_tried_again_and_then_the_next_one(
    database: Database, patient: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, patient)
    await give_device(database, patient)
    await tell(database, patient)
    posts.push.fails = CannotSend("push_503")
    for minutes in (1, 2, 3, 8, 9):
        clock.set(NOON + minutes * MINUTE)
        await send(database, posts, clock.now())
    assert (posts.push.tried, len(posts.mail.sent)) == (3, 1)
    assert [(each.channel, each.outcome, each.problem) for each in await attempts(database)] == [
        ("push", "failed", "push_503"),
        ("push", "failed", "push_503"),
        ("push", "failed", "push_503"),
        ("mail", "sent", None),
    ]


async def test_when_every_way_failed_the_coordinator_and_the_person_see_it(
    database: Database, patient: Person, coordinator_on_team: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, patient)
    await tell(database, patient)
    posts.mail.fails = CannotSend("smtp_550", for_good=True)
    await send(database, posts, clock.forward(minutes=1))
    assert posts.mail.tried == 1
    assert [each.state for each in await envelopes(database, patient)] == [State.FAILED]
    async with database.read() as session:
        query = select(Notice).where(col(Notice.reason) == Reason.UNREACHED)
        told = (await session.exec(query)).one()
    assert (told.person_id, told.subject_id) == (coordinator_on_team.id, patient.id)


async def test_a_link_that_cannot_be_opened_fails_once_and_is_told(
    database: Database, patient: Person, coordinator_on_team: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, patient)
    async with database.work() as work:
        await mail_invitation(work, patient.id, "https://clinic.example/invitations/one")
    async with database.work() as work:
        [row] = await envelopes(database, patient)
        row.link = b"gone" + (row.link or b"")[4:]
        await work.session.merge(row)
    assert await send(database, posts, clock.forward(minutes=1)) == 1
    assert await send(database, posts, clock.forward(minutes=1)) == 0
    [row] = await envelopes(database, patient)
    assert (posts.mail.tried, row.state, row.link) == (0, State.FAILED, None)
    assert [each.problem for each in await attempts(database)] == ["link_cannot_be_opened"]
    async with database.read() as session:
        told = (await session.exec(select(Notice))).one()
    assert (told.person_id, told.reason) == (coordinator_on_team.id, Reason.UNREACHED)


async def test_a_notice_that_somebody_was_not_reached_does_not_go_round(
    database: Database, admin: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, admin)
    await tell(database, admin, Reason.UNREACHED)
    posts.mail.fails = CannotSend("smtp_550", for_good=True)
    await send(database, posts, clock.forward(minutes=1))
    assert len(await envelopes(database, admin)) == 1


async def test_the_other_way_begins_with_the_second_channel(
    database: Database, patient: Person, posts: Posts
) -> None:
    await give_address(database, patient)
    await give_device(database, patient)
    await tell(database, patient, Reason.CHECK_IN_WAITING, urgent=True)
    await tell(database, patient, Reason.CHECK_IN_WAITING, other_way=True)
    await send(database, posts, NOON)
    assert [len(posts.push.sent), len(posts.mail.sent)] == [0, 1]
    await tell(database, patient, Reason.CHECK_IN_DUE, urgent=True)
    await send(database, posts, NOON)
    assert [len(posts.push.sent), len(posts.mail.sent)] == [1, 1]


async def test_many_workers_at_once_send_each_envelope_once(
    database: Database, patient: Person, nurse_on_team: Person, posts: Posts
) -> None:
    for person in (patient, nurse_on_team):
        await give_address(database, person)
        await tell(database, person)
    done = await asyncio.gather(*(send(database, posts, NOON + MINUTE) for _ in range(4)))
    assert sum(done) == 2
    assert len(posts.mail.sent) == 2


async def test_what_a_dead_worker_held_is_sent_by_another_when_its_lease_ends(
    database: Database, patient: Person, posts: Posts, clock: Clock
) -> None:
    await give_address(database, patient)
    await tell(database, patient)
    claimed_at = clock.forward(minutes=1)
    (envelope,) = await envelopes(database, patient)
    letter = await claim(database, envelope.id, claimed_at, posts.keys())
    assert letter is not None  # and here the worker dies
    assert await send(database, posts, claimed_at + LEASE - timedelta(seconds=1)) == 0
    assert await send(database, posts, claimed_at + LEASE) == 1
    assert [each.outcome for each in await attempts(database)] == ["unknown", "sent"]
    assert posts.mail.sent[0].id == letter.id  # and with it the Message-ID


async def test_notices_of_a_transaction_that_fails_are_not_sent(
    database: Database, patient: Person, posts: Posts
) -> None:
    await give_address(database, patient)
    with pytest.raises(ValueError, match="no"):
        async with database.work() as work:
            await notify_all(work, [patient.id], Reason.MESSAGE)
            raise ValueError("no")
    assert await send(database, posts, NOON + MINUTE) == 0
    assert await envelopes(database, patient) == []


async def test_many_transactions_at_once_fill_one_envelope(
    database: Database, patient: Person
) -> None:
    await asyncio.gather(*(tell(database, patient) for _ in range(8)))
    assert len(await envelopes(database, patient)) == 1
    async with database.read() as session:
        assert (await session.exec(select(Notice))).one().number == 8


async def test_somebody_without_an_address_is_told_in_the_page(
    database: Database, patient: Person, posts: Posts
) -> None:
    await tell(database, patient)
    await send(database, posts, NOON + MINUTE)
    assert [each.state for each in await envelopes(database, patient)] == [State.IN_PAGE]


async def test_nothing_is_sent_to_a_disabled_person(
    database: Database, patient: Person, posts: Posts
) -> None:
    await give_address(database, patient)
    await tell(database, patient)
    async with database.work() as work:
        (await work.session.get_one(Person, patient.id)).disabled_at = NOON
    await send(database, posts, NOON + MINUTE)
    assert posts.titles == []


async def test_nobody_is_told_of_what_they_did_themselves(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    async with database.work(await actor_of(database, nurse_on_team)) as work:
        await notify_all(work, [nurse_on_team.id, patient.id], Reason.MESSAGE)
    assert await envelopes(database, nurse_on_team) == []
    assert len(await envelopes(database, patient)) == 1


async def test_the_companion_is_told_at_their_own_address(
    database: Database, patient: Person, posts: Posts
) -> None:
    await give_address(database, patient)
    await give_device(database, patient)
    async with database.work() as work:
        row = await work.session.get_one(Patient, patient.id)
        row.companion_email = "companion@example.org"
        await tell_companion(work, patient.id)
    await send(database, posts, NOON)
    assert [letter.address for letter in posts.mail.sent] == ["companion@example.org"]
    assert posts.push.tried == 0
