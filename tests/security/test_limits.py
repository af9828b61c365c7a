"""How often one may come: just under is served, just over waits, and nobody else notices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import httpx2
import pytest
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from portal.app import site_routes
from portal.people.models import Person
from portal.realtime.rates import Buckets, Rate
from portal.web import limits
from portal.web.limits import Pace, Paces, network_of, use_paces
from portal.web.routing import guard_of
from tests.clients import Client
from tests.conftest import ClientFor
from tests.people import Clinic

if TYPE_CHECKING:
    from portal.app import Portal

HERE = network_of("127.0.0.1")
THEME = {"theme": "dark", "body": "I feel dizzy\ntoday"}


class Moved:
    """Paces on a clock that stands still until it is told."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.paces = Paces(now=lambda: self.time)

    def use_up(self, pace: Pace, who: object, but: int = 0) -> None:
        for _ in range(int(pace.rate.burst) - but):
            assert self.paces.wait(pace, who) == 0


@pytest.fixture
def moved(app: "Portal") -> Moved:
    made = Moved()
    use_paces(app.state.portal, made.paces)
    return made


def person_of(client: Client) -> UUID:
    assert client.actor is not None
    return client.actor.person_id


@asynccontextmanager
async def browser_at(app: ASGIApp, address: str) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app, client=(address, 40_000), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://portal.test") as client:
        yield client


def test_a_bucket_says_how_long_to_wait_and_only_the_last_keys_are_kept() -> None:
    time = 0.0
    buckets = Buckets(Rate(per_second=0.5, burst=2), most=2, now=lambda: time)
    assert [buckets.wait("a") for _ in range(3)] == [0, 0, 2]
    time = 1.5
    assert buckets.wait("a") == pytest.approx(0.5)
    assert [buckets.wait(key) for key in ("b", "c")] == [0, 0]
    assert len(buckets._buckets) == 2


def test_every_post_has_a_pace_and_so_has_every_step_of_signing_in() -> None:
    guards = {route.path: guard_of(route) for route in site_routes() if isinstance(route, Route)}
    assert [path for path, one in guards.items() if one.method == "POST" and not one.pace] == []
    assert guards["/sign-in"].pace is limits.SIGN_INS
    assert guards["/auth/callback"].pace is limits.CALLBACKS
    assert guards["/invitations/{token}/sign-in"].pace is limits.INVITATIONS


@pytest.mark.parametrize(
    ("path", "pace"),
    [
        ("/sign-in", limits.SIGN_INS),
        ("/auth/callback", limits.CALLBACKS),
        ("/invitations/x", limits.INVITATIONS),
        ("/invitations/x/sign-in", limits.INVITATIONS),
    ],
)
async def test_an_address_that_begins_too_often_waits_and_others_do_not(
    app: "Portal", moved: Moved, path: str, pace: Pace
) -> None:
    moved.use_up(pace, HERE, but=1)
    async with browser_at(app, "127.0.0.1") as here, browser_at(app, "198.51.100.7") as there:
        assert (await here.get(path)).status_code in {400, 404, 503}
        refused = await here.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert "Please wait a moment" in refused.text
        assert (await there.get(path)).status_code in {400, 404, 503}
        moved.time += 1
        assert (await here.get(path)).status_code in {400, 404, 503}


async def test_the_header_of_a_stranger_makes_no_new_address(app: "Portal", moved: Moved) -> None:
    moved.use_up(limits.SIGN_INS, HERE)
    async with browser_at(app, "127.0.0.1") as here:
        for number in range(5):
            claimed = {
                "x-forwarded-for": f"198.51.100.{number}",
                "forwarded": f"for=10.0.0.{number}",
            }
            claimed |= {"x-real-ip": f"198.51.100.{number}"}
            assert (await here.get("/sign-in", headers=claimed)).status_code == 429


async def test_behind_a_named_proxy_each_address_counts_for_itself(
    app: "Portal", moved: Moved
) -> None:
    moved.use_up(limits.SIGN_INS, network_of("198.51.100.1"))
    # The servers' libraries describe the same interface in types that do not fit each other.
    served: Any = ProxyHeadersMiddleware(cast(Any, app), trusted_hosts="10.0.0.9")
    one, other = ({"x-forwarded-for": f"198.51.100.{number}"} for number in (1, 2))
    lying = {"x-forwarded-for": "203.0.113.5, 198.51.100.1"}
    async with browser_at(served, "10.0.0.9") as proxy, browser_at(served, "10.0.0.8") as stranger:
        assert (await proxy.get("/sign-in", headers=one)).status_code == 429
        assert (await proxy.get("/sign-in", headers=lying)).status_code == 429
        assert (await proxy.get("/sign-in", headers=other)).status_code == 503
        assert (await stranger.get("/sign-in", headers=one)).status_code == 503


def test_one_customers_ipv6_addresses_are_one() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:198.51.100.7") == network_of("198.51.100.7")
    assert network_of("fe80::1%eth0") == network_of("fe80::2")
    assert {network_of(odd) for odd in (None, "testclient")} == {None, "testclient"}


@pytest.mark.parametrize(
    ("path", "pace", "who"),
    [
        ("/account/theme", limits.POSTS, "nurse_on_team"),
        ("/patients", limits.SEARCHES, "nurse_on_team"),
        ("/visits/ask", limits.BOOKINGS, "patient"),
        ("/visits/ask/times", limits.BOOKINGS, "patient"),
        ("/help/call-me", limits.CALLS, "patient"),
    ],
)
async def test_a_person_who_posts_too_often_waits_in_all_tabs_and_others_do_not(
    client_for: ClientFor, clinic: Clinic, moved: Moved, path: str, pace: Pace, who: str
) -> None:
    person: Person = getattr(clinic, who)
    tab, other_tab = await client_for(person), await client_for(person)
    elsewhere = await client_for(
        clinic.nurse_elsewhere if who == "nurse_on_team" else clinic.other_patient
    )
    moved.use_up(pace, person.id, but=1)
    assert (await tab.post(path)).status_code in {200, 303, 422}
    refused = await other_tab.post(path)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == ceil(1 / pace.rate.per_second)
    assert (await elsewhere.post(path)).status_code in {200, 303, 422}
    moved.time += 1 / pace.rate.per_second
    assert (await tab.post(path)).status_code in {200, 303, 422}
    assert (await tab.get("/account")).status_code == 200


@pytest.mark.parametrize("path", ["/figures", "/figures/weeks-effects.csv"])
async def test_who_counts_figures_too_often_waits_and_others_do_not(
    client_for: ClientFor, clinic: Clinic, moved: Moved, path: str
) -> None:
    doctor, other = await client_for(clinic.clinician_on_team), await client_for(clinic.admin)
    moved.use_up(limits.FIGURES, clinic.clinician_on_team.id, but=1)
    assert (await doctor.get(path)).status_code == 200
    refused = await doctor.get("/figures")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert "Please wait a moment" in refused.text
    assert (await other.get(path)).status_code == 200
    assert (await doctor.get("/triage")).status_code == 200
    moved.time += 5
    assert (await doctor.get(path)).status_code == 200


async def test_trying_rules_on_all_that_was_said_is_paced_for_itself(
    client_for: ClientFor, admin: Person, moved: Moved
) -> None:
    client = await client_for(admin)
    moved.use_up(limits.REPLAYS, admin.id, but=1)
    assert (await client.post("/rules/replay")).status_code == 200
    refused = await client.post("/rules/replay", rules="# my own file")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "# my own file</textarea>" in refused.text
    assert (await client.get("/rules/replay")).status_code == 200


@pytest.fixture
async def hasty(client_for: ClientFor, patient: Person, moved: Moved) -> Client:
    client = await client_for(patient)
    moved.use_up(limits.POSTS, patient.id)
    return client


async def test_what_was_written_is_shown_back_and_nothing_is_done(hasty: Client) -> None:
    hasty.http.headers["referer"] = "https://portal.test/visits"
    answer = await hasty.post("/account/theme", **THEME)
    assert answer.status_code == 429
    assert "I feel dizzy\ntoday</textarea>" in answer.text
    assert 'href="/visits"' in answer.text
    assert answer.text.count("</textarea>") == 1  # the token of the form is nobody's words
    assert 'data-theme="dark"' not in (await hasty.get("/account")).text


async def test_scripts_are_answered_in_their_own_form(hasty: Client) -> None:
    asked: dict[str, Any] = {"data": {"csrf": hasty.csrf} | THEME}
    json = await hasty.http.post("/account/theme", **asked, headers={"accept": "application/json"})
    assert (json.status_code, json.json()["code"]) == (429, "too_fast")
    part = await hasty.http.post("/account/theme", **asked, headers={"hx-request": "true"})
    assert part.status_code == 429
    assert "<html" not in part.text
    assert {json.headers["retry-after"], part.headers["retry-after"]} == {"1"}


async def test_a_form_that_cannot_be_read_is_refused_all_the_same(hasty: Client) -> None:
    fields = {f"field{number}": "two words" for number in range(200)}
    assert (await hasty.post("/account/theme", **fields)).status_code == 429


async def test_another_site_uses_up_nothing(
    client_for: ClientFor, patient: Person, moved: Moved
) -> None:
    client = await client_for(patient)
    moved.use_up(limits.POSTS, patient.id, but=1)
    for _ in range(5):
        forged = await client.http.post("/account/theme", headers={"sec-fetch-site": "same-site"})
        assert forged.status_code == 403
    assert (await client.post("/account/theme", theme="dark")).status_code == 303


async def test_posts_without_a_sign_in_count_for_their_address(app: "Portal", moved: Moved) -> None:
    moved.use_up(limits.POSTS, HERE, but=1)
    moved.use_up(limits.REPORTS, HERE, but=1)
    async with browser_at(app, "127.0.0.1") as here:
        posts = [await here.post("/account/theme", data=THEME) for _ in range(2)]
        assert [answer.status_code for answer in posts] == [401, 429]
        reports = [await here.post("/csp-report", content=b"{}") for _ in range(2)]
        assert [answer.status_code for answer in reports] == [204, 429]
