"""Signing out: here for certain, and then at the provider where it can be done."""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.accounts.oidc import Provider
from portal.accounts.provider import use_provider
from portal.accounts.sessions import COOKIE
from portal.db import Database
from portal.people.models import Person
from tests.accounts.conftest import go_sign_in, link
from tests.clients import Client
from tests.conftest import ClientFor
from tests.fakes.provider import GONE, FakeProvider, broken

if TYPE_CHECKING:
    from portal.app import Portal

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
async def signed_in(
    client_for: ClientFor, fake: FakeProvider, database: Database, patient: Person
) -> Client:
    await link(database, patient)
    client = await client_for(patient)
    await go_sign_in(client, fake)
    page = await client.get("/account/session")
    client.http.headers["x-csrf"] = page.json()["csrf"]
    return client


async def leave(client: Client) -> str:
    """Sign out with the token of the page, and say where that leads."""
    answer = await client.http.post("/sign-out", data={"csrf": client.http.headers["x-csrf"]})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_a_cookie_from_before_is_worth_nothing_after(signed_in: Client) -> None:
    kept = signed_in.http.cookies[COOKIE]
    await leave(signed_in)
    assert COOKIE not in signed_in.http.cookies
    signed_in.http.cookies.set(COOKIE, kept, domain="portal.test")
    for address in ("/account", "/account/session"):
        answer = await signed_in.get(address)
        assert answer.status_code == 303 or answer.json() == {"signed_in": False}
    post = await signed_in.http.post("/account/theme", data={"theme": "dark"})
    assert post.status_code == 401


async def test_the_provider_is_told_with_the_token_it_gave(
    signed_in: Client, fake: FakeProvider
) -> None:
    first = await leave(signed_in)
    page = await signed_in.get(first)
    assert page.headers["refresh"] == f"0; url={first}/provider"
    assert fake.last_id_token not in page.text

    there = (await signed_in.get(f"{first}/provider")).headers["location"]
    asked = parse_qs(urlsplit(there).query)
    assert there.startswith("https://provider.test/end-session?")
    assert asked["id_token_hint"] == [fake.last_id_token]
    assert asked["post_logout_redirect_uri"] == ["https://portal.test/signed-out"]


async def test_the_way_there_works_once_and_in_this_browser_only(
    signed_in: Client, client_for: ClientFor
) -> None:
    path = f"{await leave(signed_in)}/provider"
    stranger = await client_for()
    assert (await stranger.get(path)).status_code == 404
    assert "provider.test" in (await signed_in.get(path)).headers["location"]
    assert (await signed_in.get(path)).headers["location"] == "/signed-out"


async def test_a_provider_on_our_own_address_is_reached_at_once(
    app: "Portal", signed_in: Client, fake: FakeProvider
) -> None:
    fake.discovery = {"end_session_endpoint": "https://portal.test/demo-provider/end-session"}
    use_provider(app.state.portal, Provider(app.settings.oidc, fake.transport))
    assert (await leave(signed_in)).startswith("https://portal.test/demo-provider/end-session?")


@pytest.mark.parametrize("trouble", ["down", "not offered"])
async def test_without_the_provider_one_is_signed_out_here(
    app: "Portal", signed_in: Client, fake: FakeProvider, trouble: str
) -> None:
    fake.discovery = {"end_session_endpoint": GONE}
    fake.instead = {DISCOVERY: broken} if trouble == "down" else {}
    use_provider(app.state.portal, Provider(replace(app.settings.oidc), fake.transport))
    assert await leave(signed_in) == "/signed-out"
    assert (await signed_in.get("/account")).status_code == 303


async def test_signing_out_cannot_be_forced(signed_in: Client) -> None:
    token = signed_in.http.headers["x-csrf"]
    tries = [
        await signed_in.http.post("/sign-out"),
        await signed_in.http.post("/sign-out", data={"csrf": "0" * 64}),
        await signed_in.http.post(f"/sign-out?csrf={token}"),
        await signed_in.http.post(
            "/sign-out", data={"csrf": token}, headers={"sec-fetch-site": "cross-site"}
        ),
    ]
    assert [answer.status_code for answer in tries] == [403] * 4
    assert (await signed_in.get("/sign-out")).status_code == 405
    assert (await signed_in.get("/account")).status_code == 200


async def test_signing_out_wipes_what_the_tab_kept(signed_in: Client) -> None:
    token = signed_in.http.headers["x-csrf"]
    answer = await signed_in.http.post("/sign-out", data={"csrf": token})
    assert answer.headers["clear-site-data"] == '"storage"'


async def test_signing_out_twice_is_no_trouble(signed_in: Client) -> None:
    await leave(signed_in)
    answer = await signed_in.http.post("/sign-out", data={"csrf": "old"})
    assert answer.status_code == 401
    assert "You were signed out" in answer.text


@pytest.mark.parametrize("ticket", ["%ff", "%00", "%F0%9F%98%80", "x" * 5000, "..%2Fhelp"])
async def test_what_was_never_a_ticket_is_not_there(client_for: ClientFor, ticket: str) -> None:
    nobody = await client_for()
    for address in (f"/signed-out/{ticket}", f"/signed-out/{ticket}/provider"):
        assert (await nobody.get(address)).status_code == 404
