"""A provider says that somebody signed out there: believed when all of it holds, once, for them."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from joserfc import jws
from sqlmodel import col, select

from portal.accounts.clocks import forget_sign_ins
from portal.accounts.models import LogoutHeard, Session
from portal.accounts.oidc import Provider
from portal.accounts.provider import use_provider
from portal.audit.models import AuditEvent
from portal.db import Database
from portal.people.models import Person
from tests.accounts.conftest import go_sign_in, link
from tests.accounts.test_oidc import SIGNING_FAULTS
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.conversations.people import page_of
from tests.fakes.provider import GONE, FakeProvider, broken
from tests.people import Clinic
from tests.serving import Served

if TYPE_CHECKING:
    from portal.app import Portal

ADDRESS = "/auth/back-channel-logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def told(app: "Portal", token: str, **more: str) -> httpx2.Response:
    """As a provider's server posts it: no cookie, and none of a browser's headers."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url=app.settings.public_url
    ) as server:
        return await server.post(ADDRESS, data={"logout_token": token} | more)


async def signed_in_as(
    client_for: ClientFor, fake: FakeProvider, subject: str, sid: object = GONE
) -> Client:
    fake.subject, fake.claims = subject, {"sid": sid}
    client = await client_for()
    assert (await go_sign_in(client, fake)).status_code == 303
    return client


async def is_in(client: Client) -> bool:
    answer: bool = (await client.get("/account/session")).json()["signed_in"]
    return answer


@pytest.fixture
async def patient_and_nurse(database: Database, clinic: Clinic) -> tuple[Person, Person]:
    await link(database, clinic.patient, "the-patient")
    await link(database, clinic.nurse_elsewhere, "the-nurse")
    return clinic.patient, clinic.nurse_elsewhere


class Three:
    """The patient on a phone and a tablet, and a nurse: sessions p, t and n at the provider."""

    def __init__(self, phone: Client, tablet: Client, nurse: Client) -> None:
        self.clients = (phone, tablet, nurse)

    async def are_in(self) -> tuple[bool, ...]:
        return tuple([await is_in(client) for client in self.clients])


@pytest.fixture
async def three(
    client_for: ClientFor, fake: FakeProvider, patient_and_nurse: tuple[Person, Person]
) -> Three:
    return Three(
        await signed_in_as(client_for, fake, "the-patient", "p"),
        await signed_in_as(client_for, fake, "the-patient", "t"),
        await signed_in_as(client_for, fake, "the-nurse", "n"),
    )


@pytest.mark.parametrize(
    ("who", "stay"),
    [
        ({"sid": "p"}, (False, True, True)),
        ({"sub": "the-patient"}, (False, False, True)),
        ({"sub": "the-patient", "sid": "t"}, (True, False, True)),
        ({"sub": "the-nurse", "sid": "t"}, (True, True, True)),
        ({"sub": "somebody else"}, (True, True, True)),
        ({"sid": "P"}, (True, True, True)),
    ],
    ids=str,
)
async def test_exactly_the_sessions_that_are_named_end(
    app: "Portal", fake: FakeProvider, three: Three, who: dict[str, Any], stay: tuple[bool, ...]
) -> None:
    answer = await told(app, fake.logout_token(**who))
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["cache-control"] == "no-store"
    assert await three.are_in() == stay


async def test_a_session_that_the_provider_never_named_ends_with_its_person(
    app: "Portal",
    client_for: ClientFor,
    fake: FakeProvider,
    patient_and_nurse: tuple[Person, Person],
) -> None:
    nameless = await signed_in_as(client_for, fake, "the-patient")
    nurse = await signed_in_as(client_for, fake, "the-nurse")
    await told(app, fake.logout_token(sub="the-patient", sid="x"))
    assert (await is_in(nameless), await is_in(nurse)) == (False, True)


CLAIM_FAULTS: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://provider.test/"},
    "audience": {"aud": "another"},
    "no audience": {"aud": GONE},
    "several audiences": {"aud": ["portal", "another"]},
    "expired": {"exp": 1},
    "no exp": {"exp": GONE},
    "old": {"iat": 1},
    "issued in the future": {"iat": 4102444800},
    "no iat": {"iat": GONE},
    "no jti": {"jti": GONE},
    "jti of a number": {"jti": 7},
    "no event": {"events": GONE},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "the event's name alone": {"events": [EVENT]},
    "an event of text": {"events": {EVENT: "yes"}},
    "a nonce": {"nonce": "n"},
    "an empty nonce": {"nonce": None},
    "nobody": {"sub": GONE, "sid": GONE},
    "empty subject": {"sub": ""},
    "session of a number": {"sid": 7},
}
HEADER_FAULTS: dict[str, dict[str, Any]] = {
    "an ID token's typ": {"typ": "JWT"},
    "an access token's typ": {"typ": "at+jwt"},
    "a key's address along": {"jku": "https://evil.test/jwks"},
    "an unknown key": {"kid": "another"},
}


async def test_a_token_with_any_single_fault_ends_nothing(
    app: "Portal", fake: FakeProvider, three: Three
) -> None:
    sound: dict[str, Any] = {"sub": "the-patient", "sid": "p"}
    forged = {name: fake.logout_token(**sound | fault) for name, fault in CLAIM_FAULTS.items()}
    forged |= {name: fake.logout_token(fault, **sound) for name, fault in HEADER_FAULTS.items()}
    rightly = fake.sign
    for name, fault in SIGNING_FAULTS.items():
        fake.sign = fault(fake)
        forged[name] = fake.logout_token(**sound)
    fake.sign = rightly
    forged["an ID token"] = fake.last_id_token
    forged["too long"] = fake.logout_token(**sound, more="x" * 20_000)
    answers = {name: await told(app, token) for name, token in forged.items()}
    assert {name for name, answer in answers.items() if answer.status_code != 400} == set()
    assert {answer.text for answer in answers.values()} == {'{"error":"invalid_request"}'}
    assert {answer.headers["cache-control"] for answer in answers.values()} == {"no-store"}
    assert await three.are_in() == (True, True, True)
    assert (await told(app, fake.logout_token(**sound))).status_code == 200


@pytest.mark.parametrize("typ", [GONE, "logout+jwt", "application/logout+jwt", "Logout+JWT"])
async def test_a_token_says_what_it_is_or_nothing(
    app: "Portal", fake: FakeProvider, typ: object
) -> None:
    fake.sign = lambda header, claims: jws.serialize_compact(
        header, json.dumps(claims).encode(), fake.key, ["ES256"]
    )
    assert (await told(app, fake.logout_token({"typ": typ}, sub="s"))).status_code == 200


async def test_a_post_of_another_shape_is_refused(app: "Portal", fake: FakeProvider) -> None:
    token = fake.logout_token(sub="s")
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="https://portal.test"
    ) as server:
        answers = [
            await server.post(ADDRESS),
            await server.post(ADDRESS, params={"logout_token": token}),
            await server.post(ADDRESS, json={"logout_token": token}),
            await server.post(ADDRESS, data={"logout_token": [token, token]}),
            await server.post(ADDRESS, files={"logout_token": token.encode()}),
        ]
        assert [answer.status_code for answer in answers] == [400] * 5
        assert (await server.get(ADDRESS, params={"logout_token": token})).status_code == 405


async def test_a_token_counts_once_however_often_it_is_sent(
    app: "Portal",
    client_for: ClientFor,
    fake: FakeProvider,
    patient_and_nurse: tuple[Person, Person],
) -> None:
    token = fake.logout_token(sub="the-patient")
    answers = await asyncio.gather(*(told(app, token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    since = await signed_in_as(client_for, fake, "the-patient", "p")
    assert (await told(app, token)).status_code == 400
    assert await is_in(since)


async def test_a_token_is_remembered_until_it_is_too_old_anyway(
    app: "Portal", database: Database, fake: FakeProvider, clock: Clock
) -> None:
    started = int(clock.now().timestamp())
    token = fake.logout_token(sub="s", iat=started, exp=started + 86_400)
    assert (await told(app, token)).status_code == 200
    clock.forward(seconds=330)
    other = fake.logout_token(sub="s", iat=started, exp=started + 86_400)
    assert (await told(app, other)).status_code == 200
    assert await forget_sign_ins(database, clock.now()) == 0
    clock.forward(seconds=1)
    late = fake.logout_token(sub="s", iat=started, exp=started + 86_400)
    assert (await told(app, late)).status_code == 400
    assert await forget_sign_ins(database, clock.forward(minutes=10)) == 2
    assert (await told(app, token)).status_code == 400


async def test_the_trail_says_who_was_signed_out_and_that_nobody_here_did_it(
    app: "Portal",
    database: Database,
    fake: FakeProvider,
    three: Three,
    patient_and_nurse: tuple[Person, Person],
) -> None:
    await told(app, fake.logout_token(sub="the-patient"))
    async with database.read() as session:
        tag = col(AuditEvent.tag) == "session:end_by_provider"
        events = (await session.exec(select(AuditEvent).where(tag))).all()
    assert [event.subject_id for event in events] == [patient_and_nurse[0].id] * 2
    assert {event.actor_id for event in events} == {None}


async def test_neither_the_providers_session_nor_the_tokens_name_is_kept_readable(
    app: "Portal", database: Database, fake: FakeProvider, three: Three
) -> None:
    await told(app, fake.logout_token(sub="the-patient", jti="the-token"))
    async with database.read() as session:
        held = (await session.exec(select(Session.provider_session))).all()
        heard = (await session.exec(select(LogoutHeard.token_hash))).all()
    assert {len(value or "") for value in held} == {64}
    assert [len(value) for value in heard] == [64]


async def test_without_the_providers_keys_nothing_is_believed_and_it_may_come_again(
    app: "Portal", fake: FakeProvider, three: Three
) -> None:
    use_provider(app.state.portal, Provider(app.settings.oidc, fake.transport))
    fake.instead = {"/jwks": broken}
    token = fake.logout_token(sub="the-patient")
    assert (await told(app, token)).status_code == 503
    assert await three.are_in() == (True, True, True)
    fake.instead = {}
    assert (await told(app, token)).status_code == 200


async def test_unknown_keys_are_asked_for_once_a_minute(
    app: "Portal", fake: FakeProvider, clock: Clock
) -> None:
    for _ in range(5):
        await told(app, fake.logout_token({"kid": "another"}, sub="s"))
    assert fake.asked.count("/jwks") == 1
    clock.forward(seconds=60)
    await told(app, fake.logout_token({"kid": "another"}, sub="s"))
    assert fake.asked.count("/jwks") == 2


async def test_open_pages_of_the_one_who_left_close(
    server: Served, database: Database, clinic: Clinic
) -> None:
    fake = FakeProvider()
    use_provider(server.app.state.portal, Provider(server.app.settings.oidc, fake.transport))
    await link(database, clinic.patient, "the-patient")
    async with page_of(server, clinic.patient) as phone, page_of(server, clinic.nurse_elsewhere):
        assert (await told(server.app, fake.logout_token(sub="the-patient"))).status_code == 200
        assert await phone.closed() == 4401
