"""Nothing is changed by a request that our own page did not send."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from portal.models import metadata
from portal.people.models import Person
from portal.permissions import Role
from portal.web.security import csrf_token
from tests.clients import Client
from tests.conftest import ClientFor
from tests.people import Clinic
from tests.security.conftest import one_database, routes_of

if TYPE_CHECKING:
    from portal.app import Portal

# Each visits a hundred addresses and more.
pytestmark = one_database

# Reports of the browser itself carry no token and change nothing; what a provider's server tells is
# believed for its signature alone (tests/accounts/test_back_channel.py).
OPEN = {"/csp-report", "/auth/back-channel-logout"}
# The trail says that somebody looked. A patient's two conversations are made, empty, when somebody
# first looks for them; an empty one is shown exactly like none.
MADE_BY_LOOKING = {"audit_event", "audit_head"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
FOREIGN: dict[str, dict[str, str]] = {
    "another site": {"sec-fetch-site": "cross-site"},
    "another port of this host": {"sec-fetch-site": "same-site"},
    "foreign origin": {"origin": "https://evil.test"},
    "our name on another scheme": {"origin": "http://portal.test"},
    "our name on another port": {"origin": "https://portal.test:8443"},
    "our name as a prefix": {"origin": "https://portal.test.evil.test"},
    "no origin at all, said aloud": {"origin": "null"},
    "foreign origin that says it is ours": {
        "origin": "https://evil.test",
        "sec-fetch-site": "same-origin",
    },
}

# Each in a test of its own: a person may post only so often.
WITHOUT_TOKEN: dict[str, Callable[[str], dict[str, Any]]] = {
    "none": lambda csrf: {"data": {"body": "x"}},
    "another": lambda csrf: {"data": {"csrf": "0" * 64}},
    "in a header": lambda csrf: {"headers": {"x-csrf-token": csrf}},
    "in the address": lambda csrf: {"params": {"csrf": csrf}},
    "none, as a script posts": lambda csrf: {"headers": {"hx-request": "true"}},
}


def posts_of(app: "Portal") -> list[str]:
    return [path for method, path in routes_of(app) if method == "POST" and path not in OPEN]


@pytest.fixture
async def somebody(client_for: ClientFor, nurse_on_team: Person) -> Client:
    return await client_for(nurse_on_team)


async def codes(client: Client, paths: list[str], **sent: Any) -> set[int]:
    # A refusal is the same for whoever reads it; said as JSON it costs no page.
    client.http.headers["accept"] = "application/json"
    return {(await client.http.post(path, **sent)).status_code for path in paths}


async def test_there_are_posts_to_try(app: "Portal") -> None:
    assert len(posts_of(app)) >= 6


@pytest.mark.parametrize("where", FOREIGN)
async def test_every_post_from_elsewhere_is_refused_even_with_a_good_token(
    app: "Portal", somebody: Client, where: str
) -> None:
    sent = {"data": {"csrf": somebody.csrf}, "headers": FOREIGN[where]}
    assert await codes(somebody, posts_of(app), **sent) == {403}


@pytest.mark.parametrize("how", WITHOUT_TOKEN)
async def test_every_post_without_the_token_is_refused(
    app: "Portal", somebody: Client, how: str
) -> None:
    sent = WITHOUT_TOKEN[how](somebody.csrf)
    assert await codes(somebody, posts_of(app), **sent) == {403}


async def test_anothers_token_is_no_token(
    app: "Portal", somebody: Client, client_for: ClientFor, nurse_elsewhere: Person
) -> None:
    other = await client_for(nurse_elsewhere)
    assert await codes(somebody, posts_of(app), data={"csrf": other.csrf}) == {403}


async def test_the_token_of_an_earlier_session_is_no_token(
    app: "Portal", somebody: Client, client_for: ClientFor, nurse_on_team: Person
) -> None:
    earlier = await client_for(nurse_on_team)
    assert await codes(somebody, posts_of(app), data={"csrf": earlier.csrf}) == {403}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", "csrf={token}"),
        ("application/json", '{{"csrf": "{token}"}}'),
        ("text/plain", '{{"csrf": "{token}", "x": "="}}'),
        ("application/octet-stream", "csrf={token}"),
    ],
)
async def test_a_token_in_another_wrapping_is_no_token(
    app: "Portal", somebody: Client, kind: str, body: str
) -> None:
    content = body.format(token=somebody.csrf).encode()
    sent = {"content": content, "headers": {"content-type": kind}}
    assert await codes(somebody, posts_of(app), **sent) == {403}


async def test_a_good_token_from_our_own_page_is_let_through(somebody: Client) -> None:
    assert (await somebody.post("/account/theme", theme="dark")).status_code == 303


async def test_nobody_signed_in_is_never_let_through(app: "Portal", client_for: ClientFor) -> None:
    nobody = await client_for()
    assert await codes(nobody, posts_of(app), data={"csrf": "0" * 64}) == {401}


async def test_a_token_says_nothing_about_the_session_it_belongs_to(somebody: Client) -> None:
    assert somebody.actor is not None
    assert somebody.csrf != csrf_token("another secret key", somebody.actor.session_id)
    assert somebody.actor.session_id.hex not in somebody.csrf


async def test_no_method_is_smuggled_in(somebody: Client) -> None:
    sent = {"data": {"csrf": somebody.csrf, "_method": "DELETE"}}
    tries = [
        await somebody.http.get("/account/theme", params={"_method": "POST", "theme": "dark"}),
        await somebody.http.get("/account/theme", headers={"x-http-method-override": "POST"}),
        await somebody.http.request("DELETE", "/account/theme", headers=FORM),
        await somebody.http.request("PUT", "/account/theme", data=sent["data"]),
    ]
    assert {answer.status_code for answer in tries} == {405}


@pytest.mark.usefixtures("clock")  # else a walk of some seconds prolongs the session
@pytest.mark.parametrize("role", list(Role))
async def test_looking_changes_nothing_that_is_kept(
    app: "Portal", client_for: ClientFor, clinic: Clinic, role: Role
) -> None:
    """Every GET and HEAD, as every role: no row appears, changes or goes, but for the trail."""
    people = {
        Role.PATIENT: clinic.patient,
        Role.NURSE: clinic.nurse_on_team,
        Role.CLINICIAN: clinic.clinician_on_team,
        Role.COORDINATOR: clinic.coordinator_on_team,
        Role.ADMIN: clinic.admin,
    }
    client = await client_for(people[role])
    gets = [path for method, path in routes_of(app) if method == "GET"]
    before = await everything(app)
    for path in gets:
        answer = await client.http.head(path)
        assert answer.status_code < 500, path
    assert await everything(app) == before


async def everything(app: "Portal") -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    async with app.state.portal.database.read() as session:
        connection = await session.connection()
        for table in metadata.sorted_tables:
            if table.name not in MADE_BY_LOOKING:
                found = await connection.execute(table.select())
                rows[table.name] = sorted(str(row) for row in found.all())
    return rows
