"""A provider in trouble, with new keys, or with ways of its own."""

import asyncio
import logging
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.responses import JSONResponse

from portal.accounts import oidc as oidc_module
from portal.accounts.oidc import Answer, Provider
from portal.accounts.refusals import ProviderDown, SignInFailed
from portal.permissions import Role
from tests.accounts.there_and_back import BACK, OIDC, sign_in
from tests.conftest import Clock
from tests.fakes.provider import GONE, FakeProvider, broken, html_page, huge


@pytest.fixture
def fake() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def provider(fake: FakeProvider) -> Provider:
    return Provider(OIDC, fake.transport)


PATHS = ["/.well-known/openid-configuration", "/token", "/jwks"]
TROUBLES = {
    "error": broken,
    "page": html_page,
    "huge": huge,
    "list": lambda: JSONResponse([]),
    "null": lambda: JSONResponse(None),
    "elsewhere": lambda: JSONResponse({}, 302, {"location": "https://evil.test"}),
    "packed": lambda: JSONResponse({}, 200, {"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_provider_in_trouble_is_a_plain_refusal(
    provider: Provider, fake: FakeProvider, path: str, trouble: str
) -> None:
    fake.instead = {path: TROUBLES[trouble]}
    with pytest.raises(SignInFailed):
        await sign_in(provider, fake)


async def test_a_provider_that_cannot_be_reached_is_a_plain_refusal() -> None:
    nowhere = Provider(replace(OIDC, issuer="http://127.0.0.1:9"))
    with pytest.raises(ProviderDown):
        await nowhere.begin(BACK)


async def test_a_slow_provider_is_given_up(
    provider: Provider, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert oidc_module.ANSWER_WITHIN <= 10
    monkeypatch.setattr(oidc_module, "ANSWER_WITHIN", 0.05)
    fake.delay = 5
    async with asyncio.timeout(2):
        with pytest.raises(ProviderDown):
            await provider.begin(BACK)


async def test_a_new_key_at_the_provider_needs_no_restart(
    provider: Provider, fake: FakeProvider, clock: Clock
) -> None:
    await sign_in(provider, fake)
    fake.key = ECKey.generate_key("P-256", auto_kid=True)
    clock.forward(minutes=2)
    assert await sign_in(provider, fake)


async def test_unknown_keys_make_us_ask_at_most_once_a_minute(
    provider: Provider, fake: FakeProvider, clock: Clock
) -> None:
    await sign_in(provider, fake)
    clock.forward(minutes=2)
    fake.header = {"kid": "unknown"}
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await sign_in(provider, fake)
    assert fake.asked.count("/jwks") == 2


async def test_discovery_is_read_once_an_hour(
    provider: Provider, fake: FakeProvider, clock: Clock
) -> None:
    for _ in range(3):
        await provider.begin(BACK)
    clock.forward(minutes=61)
    await provider.begin(BACK)
    assert fake.asked.count("/.well-known/openid-configuration") == 2


async def test_a_provider_with_rs512_and_groups_works() -> None:
    fake = FakeProvider()
    key = RSAKey.generate_key(2048, auto_kid=True)
    fake.instead = {"/jwks": lambda: JSONResponse({"keys": [key.as_dict(private=False)]})}
    fake.claims = {"groups": ["everyone", "ward-3"], "at_hash": GONE}
    fake.sign = lambda header, claims: jwt.encode(
        {"alg": "RS512", "kid": key.kid}, claims, key, ["RS512"]
    )
    settings = replace(OIDC, algs=("RS512",), role_claim="groups", roles={"ward-3": "nurse"})
    assert (await sign_in(Provider(settings, fake.transport), fake)).role is Role.NURSE


@pytest.mark.parametrize(
    ("offered", "in_header"),
    [(GONE, True), (["client_secret_basic"], True), (["client_secret_post"], False)],
)
async def test_a_client_with_a_secret_sends_it_where_the_provider_wants_it(
    fake: FakeProvider, offered: object, in_header: bool
) -> None:
    fake.discovery = {"token_endpoint_auth_methods_supported": offered}
    await sign_in(Provider(replace(OIDC, client_secret="s3cret"), fake.transport), fake)
    assert fake.last_authorization.startswith("Basic ") is in_header
    assert ("client_secret" in fake.last_form) is not in_header


async def test_signing_out_there_carries_the_id_token_and_our_address(
    provider: Provider, fake: FakeProvider
) -> None:
    url = await provider.leaving_url("the-id-token", "https://portal.test/signed-out")
    assert url is not None
    asked = parse_qs(urlsplit(url).query)
    assert url.startswith("https://provider.test/end-session?")
    assert asked["id_token_hint"] == ["the-id-token"]
    assert asked["post_logout_redirect_uri"] == ["https://portal.test/signed-out"]
    assert asked["client_id"] == ["portal"]


async def test_a_provider_without_signing_out_or_in_trouble_is_left_alone(
    fake: FakeProvider,
) -> None:
    fake.discovery = {"end_session_endpoint": GONE}
    assert await Provider(OIDC, fake.transport).leaving_url("t", BACK) is None
    fake.instead = {PATHS[0]: broken}
    assert await Provider(OIDC, fake.transport).leaving_url("t", BACK) is None


async def test_the_log_holds_no_secret_of_a_sign_in(
    provider: Provider, fake: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        begun = await provider.begin(BACK)
        back = urlsplit(fake.approve(begun.url))
        said = {name: values[0] for name, values in parse_qs(back.query).items()}
        await provider.finish(
            Answer(said["code"], said["iss"], None), begun.nonce, begun.verifier, BACK
        )
    for secret in (begun.verifier, begun.nonce, begun.state, said["code"], fake.last_id_token):
        assert secret not in caplog.text
