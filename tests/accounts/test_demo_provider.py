"""The demo's own OpenID Provider, alone: what a client of it may rely on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from portal import clock
from portal.demo.protocol import Client, Persona, half_hash, s256
from portal.demo.provider import DemoProvider
from portal.demo.sign_in import own_provider
from portal.settings import Settings
from tests.conftest import ClientFor

ISSUER = "http://clinic.test/demo-provider"
CALLBACK = "http://clinic.test/auth/callback"
SIGNED_OUT = "http://clinic.test/signed-out"
VERIFIER = "v" * 43
NURSE = Persona("nurse-1", "Night nurse", "Nurse", "Acknowledge a flag", "Care team")
ASKED = {
    "response_type": "code",
    "client_id": "portal",
    "redirect_uri": CALLBACK,
    "scope": "openid profile",
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": s256(VERIFIER),
    "code_challenge_method": "S256",
}


async def personas(request: Request) -> list[Persona]:
    return [NURSE]


async def show(request: Request, name: str, /, status: int = 200, **context: Any) -> Response:
    names = [persona.name for persona in context.get("people", [])]
    return JSONResponse({"page": name, "people": names}, status)


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    provider = DemoProvider(ISSUER, Client("portal", CALLBACK, SIGNED_OUT), personas, show)
    app = Starlette(routes=[Mount("/demo-provider", provider.router())])
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://clinic.test") as client:
        yield client


def answer(response: httpx2.Response) -> dict[str, str]:
    return {
        name: values[0] for name, values in parse_qs(urlsplit(location(response)).query).items()
    }


def location(response: httpx2.Response) -> str:
    assert response.status_code == 303
    return response.headers["location"]


async def pick(browser: httpx2.AsyncClient, subject: str = "nurse-1", **changes: str) -> str:
    fields = ASKED | changes | {"subject": subject}
    response = await browser.post("/demo-provider/authorize", data=fields)
    return answer(response)["code"]


async def redeem(browser: httpx2.AsyncClient, code: str, /, **changes: str) -> httpx2.Response:
    fields = {
        "grant_type": "authorization_code",
        "client_id": "portal",
        "redirect_uri": CALLBACK,
        "code": code,
        "code_verifier": VERIFIER,
    }
    return await browser.post("/demo-provider/token", data=fields | changes)


async def test_discovery_names_the_issuer_and_keeps_the_rules(browser: httpx2.AsyncClient) -> None:
    known = (await browser.get("/demo-provider/.well-known/openid-configuration")).json()
    assert known["issuer"] == ISSUER
    assert known["code_challenge_methods_supported"] == ["S256"]
    assert known["id_token_signing_alg_values_supported"] == ["ES256"]


async def test_one_click_gives_a_signed_token_for_that_person(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/demo-provider/authorize", params=ASKED)
    assert page.json() == {"page": "demo/people.html", "people": ["Night nurse"]}

    response = await redeem(browser, await pick(browser))
    assert response.headers["cache-control"] == "no-store"
    keys = KeySet.import_key_set((await browser.get("/demo-provider/jwks")).json())
    token = jwt.decode(response.json()["id_token"], keys, ["ES256"])
    assert token.claims["sub"] == "nurse-1"
    assert token.claims["iss"] == ISSUER
    assert token.claims["aud"] == "portal"
    assert token.claims["nonce"] == "nonce-1"
    assert token.claims["at_hash"] == half_hash(response.json()["access_token"])


async def test_the_private_key_is_not_published(browser: httpx2.AsyncClient) -> None:
    keys = (await browser.get("/demo-provider/jwks")).json()["keys"]
    assert [sorted(key) for key in keys] == [["alg", "crv", "kid", "kty", "use", "x", "y"]]


async def test_the_answer_carries_state_and_issuer(browser: httpx2.AsyncClient) -> None:
    response = await browser.post("/demo-provider/authorize", data=ASKED | {"subject": "nurse-1"})
    assert location(response).startswith(CALLBACK + "?")
    assert (answer(response)["state"], answer(response)["iss"]) == ("state-1", ISSUER)


async def test_a_code_works_once(browser: httpx2.AsyncClient) -> None:
    code = await pick(browser)
    assert (await redeem(browser, code)).status_code == 200
    assert (await redeem(browser, code)).json() == {"error": "invalid_grant"}


async def test_a_code_is_spent_by_a_wrong_verifier(browser: httpx2.AsyncClient) -> None:
    code = await pick(browser)
    wrong = await redeem(browser, code, code_verifier="w" * 43)
    assert wrong.json() == {"error": "invalid_grant"}
    assert (await redeem(browser, code)).json() == {"error": "invalid_grant"}


async def test_a_code_is_dead_after_a_minute(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await pick(browser)
    later = datetime.now(UTC) + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await redeem(browser, code)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": "another"}, "invalid_client"),
        ({"redirect_uri": "http://clinic.test/elsewhere"}, "invalid_grant"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
    ],
)
async def test_the_token_endpoint_refuses_a_single_fault(
    browser: httpx2.AsyncClient, change: dict[str, str], error: str
) -> None:
    response = await redeem(browser, await pick(browser), **change)
    assert (response.status_code, response.json()) == (400, {"error": error})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_faulty_request_goes_back_to_the_client_with_its_error(
    browser: httpx2.AsyncClient, change: dict[str, str], error: str
) -> None:
    response = await browser.get("/demo-provider/authorize", params=ASKED | change)
    assert answer(response)["error"] == error


@pytest.mark.parametrize("change", [{"client_id": "x"}, {"redirect_uri": "https://evil.test/"}])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_strange_client_or_address_is_never_redirected_to(
    browser: httpx2.AsyncClient, method: str, change: dict[str, str]
) -> None:
    fields = ASKED | change | {"subject": "nurse-1"}
    if method == "GET":
        response = await browser.get("/demo-provider/authorize", params=fields)
    else:
        response = await browser.post("/demo-provider/authorize", data=fields)
    assert (response.status_code, response.json()["page"]) == (400, "demo/refused.html")


async def test_somebody_who_is_not_on_a_card_is_refused(browser: httpx2.AsyncClient) -> None:
    response = await browser.post("/demo-provider/authorize", data=ASKED | {"subject": "nobody"})
    assert answer(response)["error"] == "access_denied"


async def test_signing_out_leads_back_to_the_registered_page(browser: httpx2.AsyncClient) -> None:
    token = (await redeem(browser, await pick(browser))).json()["id_token"]
    asked = {"id_token_hint": token, "post_logout_redirect_uri": SIGNED_OUT, "state": "s"}
    response = await browser.get("/demo-provider/end-session", params=asked)
    assert location(response) == f"{SIGNED_OUT}?state=s"


@pytest.mark.parametrize(
    "change", [{"id_token_hint": "forged"}, {"post_logout_redirect_uri": "https://evil.test/"}]
)
async def test_signing_out_leads_nowhere_else(
    browser: httpx2.AsyncClient, change: dict[str, str]
) -> None:
    token = (await redeem(browser, await pick(browser))).json()["id_token"]
    asked = {"id_token_hint": token, "post_logout_redirect_uri": SIGNED_OUT} | change
    response = await browser.get("/demo-provider/end-session", params=asked)
    assert (response.status_code, response.json()["page"]) == (200, "demo/signed_out.html")


async def test_the_real_portal_has_no_such_provider_and_cannot_make_one(
    client_for: ClientFor, settings: Settings
) -> None:
    answer = await (await client_for()).get("/demo-provider/.well-known/openid-configuration")
    assert answer.status_code == 404
    with pytest.raises(RuntimeError):
        own_provider(settings)
