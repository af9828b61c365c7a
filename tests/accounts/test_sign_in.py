"""Signing in through the whole app: who gets in, where to, and with which cookie."""

import asyncio
from uuid import UUID

import pytest
from sqlmodel import col, select

from portal.accounts import round_trips
from portal.accounts.actions import disable
from portal.accounts.models import Identity, RoundTrip, Session
from portal.accounts.sessions import COOKIE, hash_of
from portal.audit.models import AuditEvent
from portal.db import Database
from portal.people.models import Person
from tests.accounts.conftest import go_sign_in, link
from tests.conftest import ClientFor, Clock
from tests.fakes.provider import FakeProvider, broken


async def test_a_known_sign_in_opens_a_session(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    client = await client_for()
    back = await go_sign_in(client, fake)
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert (await client.get("/account")).status_code == 200


async def test_the_cookie_is_opaque_for_this_host_and_only_its_hash_is_kept(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    back = await go_sign_in(await client_for(), fake)
    cookie = next(c for c in back.headers.get_list("set-cookie") if c.startswith(COOKIE))
    value, _, attributes = cookie.partition("; ")
    assert set(attributes.split("; ")) == {"Secure", "HttpOnly", "SameSite=lax", "Path=/"}
    token = value.partition("=")[2]
    async with database.read() as session:
        held = (await session.exec(select(Session))).one()
    assert held.token_hash == hash_of(token)
    assert token not in str(held)
    assert held.id_token is not None
    assert fake.last_id_token.encode() not in held.id_token


async def test_the_page_asked_for_comes_after_signing_in(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    back = await go_sign_in(await client_for(), fake, "/sign-in?next=%2Fmessages%3Fa%3Db")
    assert back.headers["location"] == "/messages?a=b"


@pytest.mark.parametrize("next", ["//evil.test/", "https://evil.test/", "/a&next=//evil.test"])
async def test_signing_in_never_leads_to_another_site(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person, next: str
) -> None:
    await link(database, patient)
    back = await go_sign_in(await client_for(), fake, f"/sign-in?next={next}")
    assert back.headers["location"] == "/"


async def test_each_sign_in_has_a_new_value_and_the_old_one_is_dead(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    client = await client_for()
    await go_sign_in(client, fake)
    first = client.http.cookies[COOKIE]
    await go_sign_in(client, fake)
    assert client.http.cookies[COOKIE] != first
    client.http.cookies.set(COOKIE, first, domain="portal.test")
    assert (await client.get("/account")).status_code == 303
    assert [tag for tag, _ in await recorded_by(database)][-2:] == [
        "session:start",
        "session:end_replaced",
    ]


async def test_whose_sign_in_another_takes_the_place_of_is_in_the_trail(
    client_for: ClientFor,
    fake: FakeProvider,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    await link(database, patient)
    client = await client_for(nurse_on_team)
    await go_sign_in(client, fake)
    assert (await recorded_by(database))[-2:] == [
        ("session:start", patient.id),
        ("session:end_replaced", nurse_on_team.id),
    ]


async def test_a_planted_session_value_is_not_adopted(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    client = await client_for()
    client.http.cookies.set(COOKIE, "planted" * 6 + "p", domain="portal.test")
    back = await go_sign_in(client, fake)
    assert "planted" not in str(back.headers.get_list("set-cookie"))


async def test_an_unknown_sign_in_is_told_what_to_do_and_gets_no_session(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    fake.claims = {"email": "patient-a@example.org", "email_verified": True}
    async with database.work() as work:
        (await work.session.get_one(Person, patient.id)).email = "patient-a@example.org"
    client = await client_for()
    back = await go_sign_in(client, fake)
    assert back.status_code == 403
    assert "invitation link" in back.text
    assert "subject-1" not in back.text
    assert COOKIE not in client.http.cookies
    async with database.read() as session:
        assert (await session.exec(select(Identity))).first() is None


@pytest.mark.parametrize("subject", ["Subject-1", "subject-1 ", "subject-\u0031\u0301"])
async def test_a_subject_is_compared_byte_for_byte(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person, subject: str
) -> None:
    await link(database, patient)
    fake.subject = subject
    assert (await go_sign_in(await client_for(), fake)).status_code == 403


async def test_a_callback_does_nothing_in_another_browser(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    attacker, victim = await client_for(), await client_for()
    callback = fake.approve((await attacker.get("/sign-in")).headers["location"])
    await victim.get("/sign-in")  # also while a sign-in of their own is under way
    assert (await victim.get(callback)).status_code == 400
    assert COOKIE not in victim.http.cookies


async def test_a_callback_works_once(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    client = await client_for()
    callback = fake.approve((await client.get("/sign-in")).headers["location"])
    answers = await asyncio.gather(*(client.get(callback) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400]
    assert fake.asked.count("/token") == 1


async def test_a_callback_is_dead_after_ten_minutes(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person, clock: Clock
) -> None:
    await link(database, patient)
    client = await client_for()
    callback = fake.approve((await client.get("/sign-in")).headers["location"])
    clock.forward(minutes=10)
    assert (await client.get(callback)).status_code == 400


async def test_two_tabs_can_sign_in_side_by_side(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    client = await client_for()
    first = fake.approve((await client.get("/sign-in?next=/messages")).headers["location"])
    second = fake.approve((await client.get("/sign-in?next=/visits")).headers["location"])
    assert (await client.get(first)).headers["location"] == "/messages"
    assert (await client.get(second)).headers["location"] == "/visits"


async def test_a_browser_keeps_only_its_latest_round_trips(
    client_for: ClientFor, fake: FakeProvider, database: Database, clock: Clock
) -> None:
    client = await client_for()
    for _ in range(9):
        clock.forward(seconds=1)
        await client.get("/sign-in")
    async with database.read() as session:
        kept = (await session.exec(select(RoundTrip))).all()
    assert len(kept) == round_trips.MOST_PER_BROWSER


async def test_nothing_of_the_exchange_is_readable_in_the_browser(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    client = await client_for()
    back = await go_sign_in(client, fake)
    page = await client.get("/account")
    seen = f"{back.headers} {page.headers} {page.text} {dict(client.http.cookies)}"
    for secret in (fake.last_id_token, str(fake.last_form["code_verifier"]), "subject-1"):
        assert secret not in seen
    async with database.read() as session:
        assert (await session.exec(select(RoundTrip))).first() is None


@pytest.mark.parametrize(
    "query",
    ["", "?code=a", "?state=a", "?code=a&state=b", "?state=a&state=a", "?error=x&state=%00"],
)
async def test_a_callback_out_of_nowhere_is_a_plain_page(
    client_for: ClientFor, fake: FakeProvider, query: str
) -> None:
    client = await client_for()
    await client.get("/sign-in")
    answer = await client.get(f"/auth/callback{query}")
    assert answer.status_code == 400
    assert "Please start again" in answer.text


async def test_a_doubled_answer_is_refused(client_for: ClientFor, fake: FakeProvider) -> None:
    client = await client_for()
    callback = fake.approve((await client.get("/sign-in")).headers["location"])
    assert (await client.get(f"{callback}&iss=https://evil.test")).status_code == 403


async def test_the_providers_own_words_are_not_shown(
    client_for: ClientFor, fake: FakeProvider
) -> None:
    client = await client_for()
    answer = await go_sign_in(
        client, fake, code=None, error="access_denied", error_description="Send money to"
    )
    assert answer.status_code == 400
    assert "Send money" not in answer.text


async def test_a_provider_that_is_down_is_said_in_a_sentence_and_sessions_go_on(
    client_for: ClientFor, fake: FakeProvider, patient: Person
) -> None:
    fake.instead = {"/.well-known/openid-configuration": broken}
    signed_in, stranger = await client_for(patient), await client_for()
    answer = await stranger.get("/sign-in")
    assert answer.status_code == 503
    assert "cannot reach the sign-in service" in answer.text
    assert (await signed_in.get("/account")).status_code == 200


async def test_a_refused_token_signs_nobody_in(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await link(database, patient)
    fake.claims = {"aud": ["another"], "azp": "portal"}
    client = await client_for()
    assert (await go_sign_in(client, fake)).status_code == 403
    assert COOKIE not in client.http.cookies


async def test_the_door_leads_on_to_the_page_that_was_wanted(
    client_for: ClientFor, patient: Person
) -> None:
    nobody, somebody = await client_for(), await client_for(patient)
    door = await nobody.get("/welcome?next=%2Fvisits")
    assert "/sign-in?next=/visits" in door.text.replace("%2F", "/")
    assert (await somebody.get("/welcome?next=%2Fvisits")).headers["location"] == "/visits"
    assert "evil" not in (await nobody.get("/welcome?next=//evil.test")).text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_cannot_begin_a_sign_in(
    client_for: ClientFor, fake: FakeProvider, site: str
) -> None:
    client = await client_for()
    answer = await client.get("/sign-in?next=/visits", sec_fetch_site=site)
    assert answer.headers["location"] == "/welcome?next=%2Fvisits"
    assert fake.asked == []


async def test_looking_with_head_begins_nothing(client_for: ClientFor, fake: FakeProvider) -> None:
    client = await client_for()
    assert (await client.http.head("/sign-in")).headers["location"] == "/welcome?next=%2F"
    assert (await client.http.head("/auth/callback?code=a&state=b")).status_code == 405
    assert fake.asked == []


async def test_a_disabled_person_is_told_so(
    client_for: ClientFor, fake: FakeProvider, database: Database, nurse_on_team: Person
) -> None:
    await link(database, nurse_on_team)
    async with database.work() as work:
        await disable(work, await work.session.get_one(Person, nurse_on_team.id))
    answer = await go_sign_in(await client_for(), fake)
    assert answer.status_code == 403
    assert "This account is closed" in answer.text


async def test_sign_ins_and_refusals_are_recorded(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> None:
    await go_sign_in(await client_for(), fake)
    await link(database, patient)
    await go_sign_in(await client_for(), fake)
    assert await recorded_by(database) == [
        ("session:refuse", None),
        ("identity:link", patient.id),
        ("session:start", patient.id),
    ]


async def recorded_by(database: Database) -> list[tuple[str, UUID | None]]:
    """What the trail says about signing in, and of whom."""
    async with database.read() as session:
        events = await session.exec(select(AuditEvent).order_by(col(AuditEvent.seq)))
        return [
            (event.tag, event.subject_id)
            for event in events.all()
            if not event.tag.startswith("conversation:")
        ]
