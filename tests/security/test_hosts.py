"""Only the address from the settings is served, and no link is built from what a browser claims."""

import pytest

from portal.people.models import Person
from tests.accounts.conftest import fake as fake  # the provider of these tests
from tests.conftest import ClientFor
from tests.fakes.provider import FakeProvider
from tests.security.conftest import one_database

pytestmark = one_database


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "portal.test.evil.test",
        "portal.test:8443",
        "portal.test@evil.test",
        "portal.test/evil",
        "portal.test#",
        "127.0.0.1",
        "[::1]",
        "",
        "portal.test.",
    ],
)
@pytest.mark.parametrize("path", ["/account", "/static/x/css/tokens.css", "/not-there"])
async def test_another_host_is_refused_before_anything_else(
    client_for: ClientFor, patient: Person, host: str, path: str
) -> None:
    client = await client_for(patient)
    answer = await client.http.get(path, headers={"host": host})
    assert answer.status_code == 400
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_two_hosts_are_one_too_many(client_for: ClientFor) -> None:
    client = await client_for()
    headers = [("host", "portal.test"), ("host", "portal.test")]
    assert (await client.http.get("/account", headers=headers)).status_code == 400


async def test_a_host_may_be_written_in_capitals(client_for: ClientFor, patient: Person) -> None:
    client = await client_for(patient)
    answer = await client.http.get("/account", headers={"host": "PORTAL.TEST"})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["x-forwarded-host", "forwarded", "x-original-url", "x-host"])
async def test_what_a_proxy_is_said_to_have_said_changes_no_link(
    client_for: ClientFor, fake: FakeProvider, name: str
) -> None:
    client = await client_for()
    headers = {name: "host=evil.test;proto=http"}
    answer = await client.http.get("/sign-in", headers=headers)
    assert "redirect_uri=https%3A%2F%2Fportal.test%2Fauth%2Fcallback" in answer.headers["location"]
