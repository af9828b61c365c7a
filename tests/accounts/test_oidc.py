"""The provider as the portal's client sees it: what is believed, and each single fault refused."""

import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey
from starlette.responses import JSONResponse

from portal.accounts.oidc import Provider
from portal.accounts.refusals import AnswerRefused, Cancelled, ProviderDown, SignInFailed
from tests.accounts.there_and_back import BACK, OIDC, sign_in
from tests.conftest import Clock
from tests.fakes.provider import GONE, FakeProvider, unpadded


@pytest.fixture
def fake() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def provider(fake: FakeProvider) -> Provider:
    return Provider(OIDC, fake.transport)


async def test_a_sound_answer_identifies_the_person(provider: Provider, fake: FakeProvider) -> None:
    who = await sign_in(provider, fake)
    assert (who.issuer, who.subject, who.role) == ("https://provider.test", "subject-1", None)
    assert who.id_token == fake.last_id_token


async def test_each_start_is_fresh_and_uses_s256(provider: Provider) -> None:
    first, second = await provider.begin(BACK), await provider.begin(BACK)
    asked = parse_qs(urlsplit(first.url).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [BACK]
    for name in ("state", "nonce", "verifier"):
        one, other = getattr(first, name), getattr(second, name)
        assert one != other
        assert len(one) >= 43
    assert first.verifier not in first.url


def _with_secret(header: dict[str, Any], claims: dict[str, Any]) -> str:
    key = OctKey.import_key("the client secret, as long as it must be, is no signing key")
    return jwt.encode(header | {"alg": "HS256"}, claims, key, ["HS256"])


def _unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = [json.dumps(part).encode() for part in (header | {"alg": "none"}, claims)]
    return ".".join([*(unpadded(part) for part in parts), ""])


def _with_public_key(fake: FakeProvider) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        # By hand, because our library already refuses to sign with such a key.
        parts = [json.dumps(part).encode() for part in (header | {"alg": "HS256"}, claims)]
        text = ".".join(unpadded(part) for part in parts)
        key = fake.key.as_pem(private=False)
        return f"{text}.{unpadded(hmac.digest(key, text.encode(), 'sha256'))}"

    return sign


def _with_foreign_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, ECKey.generate_key("P-256"), ["ES256"])


def _with_own_key_along(header: dict[str, Any], claims: dict[str, Any]) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode(header | {"jwk": key.as_dict(private=False)}, claims, key, ["ES256"])


def _with_a_flipped_signature(
    fake: FakeProvider,
) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        head, body, signature = jwt.encode(header, claims, fake.key, ["ES256"]).split(".")
        return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"

    return sign


def _of_no_json(fake: FakeProvider) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    return lambda header, claims: jws.serialize_compact(header, b"[1]", fake.key, ["ES256"])


def _as(value: str) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    return lambda header, claims: value


SIGNING_FAULTS: dict[str, Callable[[FakeProvider], Callable[..., str]]] = {
    "signature": _with_a_flipped_signature,
    "alg none": lambda fake: _unsigned,
    "HS256 with the client secret": lambda fake: _with_secret,
    "HS256 with the public key": _with_public_key,
    "a foreign key with the same kid": lambda fake: _with_foreign_key,
    "its own key in the header": lambda fake: _with_own_key_along,
    "no object inside": _of_no_json,
    "no token at all": lambda fake: _as("not.a.token"),
    "empty": lambda fake: _as(""),
    "two parts": lambda fake: _as("a.b"),
}


@pytest.mark.parametrize("fault", SIGNING_FAULTS)
async def test_a_token_that_is_signed_wrongly_is_refused(
    provider: Provider, fake: FakeProvider, fault: str
) -> None:
    fake.sign = SIGNING_FAULTS[fault](fake)
    with pytest.raises(SignInFailed):
        await sign_in(provider, fake)


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.test/jwks"},
        {"x5u": "https://evil.test/certificate"},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["unheard-of"], "unheard-of": True},
        {"kid": "another"},
        {"b64": False, "crit": ["b64"]},
    ],
    ids=lambda header: next(iter(header)),
)
async def test_a_header_that_asks_for_more_trust_is_refused(
    provider: Provider, fake: FakeProvider, header: dict[str, Any]
) -> None:
    fake.header = header
    with pytest.raises(SignInFailed):
        await sign_in(provider, fake)


CLAIM_FAULTS: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://provider.test/"},
    "no issuer": {"iss": GONE},
    "audience": {"aud": "another"},
    "audience with azp ours": {"aud": ["another"], "azp": "portal"},
    "no audience": {"aud": GONE},
    "several audiences without azp": {"aud": ["portal", "another"]},
    "azp": {"azp": "another"},
    "nonce": {"nonce": "replayed"},
    "no nonce": {"nonce": GONE},
    "expired": {"exp": 1},
    "no exp": {"exp": GONE},
    "exp in words": {"exp": "tomorrow"},
    "issued in the future": {"iat": 4102444800},
    "no iat": {"iat": GONE},
    "not yet": {"nbf": 4102444800},
    "at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "no subject": {"sub": GONE},
    "empty subject": {"sub": ""},
    "long subject": {"sub": "s" * 256},
    "huge subject": {"sub": "s" * 5000},
    "subject with NUL": {"sub": "a\x00b"},
    "subject of a number": {"sub": 7},
}


@pytest.mark.parametrize("fault", CLAIM_FAULTS)
async def test_a_token_with_one_wrong_claim_is_refused(
    provider: Provider, fake: FakeProvider, fault: str
) -> None:
    fake.claims = CLAIM_FAULTS[fault]
    with pytest.raises(AnswerRefused):
        await sign_in(provider, fake)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"aud": "another"}, "invalid_claim aud"), ({"nonce": GONE}, "missing_claim nonce")],
)
async def test_the_log_can_say_which_claim_was_wrong(
    provider: Provider, fake: FakeProvider, fault: dict[str, Any], reason: str
) -> None:
    fake.claims = fault
    with pytest.raises(AnswerRefused) as refusal:
        await sign_in(provider, fake)
    assert refusal.value.reason == reason


async def test_the_log_does_not_repeat_what_a_provider_says(
    provider: Provider, fake: FakeProvider
) -> None:
    fake.instead = {"/token": lambda: JSONResponse({"error": "Patient A\nforged line"}, 400)}
    with pytest.raises(AnswerRefused) as refusal:
        await sign_in(provider, fake)
    assert refusal.value.reason == "OAuthError"


async def test_the_longest_allowed_subject_is_let_in(
    provider: Provider, fake: FakeProvider
) -> None:
    fake.subject = "s" * 255
    assert (await sign_in(provider, fake)).subject == fake.subject


@pytest.mark.parametrize("late", [30, 31])
async def test_a_clock_may_differ_by_the_leeway_and_no_more(
    provider: Provider, fake: FakeProvider, clock: Clock, late: int
) -> None:
    now = int(clock.now().timestamp())
    fake.claims = {"iat": now + late}
    if late == 30:
        assert await sign_in(provider, fake)
    else:
        with pytest.raises(AnswerRefused):
            await sign_in(provider, fake)


@pytest.mark.parametrize("gone", ["id_token", "access_token"])
async def test_an_answer_without_a_token_is_refused(
    provider: Provider, fake: FakeProvider, gone: str
) -> None:
    fake.token = {gone: GONE}
    with pytest.raises(AnswerRefused):
        await sign_in(provider, fake)


async def test_a_token_of_an_earlier_sign_in_is_refused(
    provider: Provider, fake: FakeProvider
) -> None:
    earlier = (await sign_in(provider, fake)).id_token
    fake.token = {"id_token": earlier}
    with pytest.raises(AnswerRefused):
        await sign_in(provider, fake)


@pytest.mark.parametrize("iss", [None, "https://provider.test/", "https://evil.test", ""])
async def test_the_callback_must_name_our_issuer(
    provider: Provider, fake: FakeProvider, iss: str | None
) -> None:
    with pytest.raises(AnswerRefused):
        await sign_in(provider, fake, iss=iss)


async def test_a_provider_that_does_not_name_itself_may_stay_silent_but_not_lie(
    fake: FakeProvider,
) -> None:
    fake.discovery = {"authorization_response_iss_parameter_supported": GONE}
    provider = Provider(OIDC, fake.transport)
    assert await sign_in(provider, fake, iss=None)
    with pytest.raises(AnswerRefused):
        await sign_in(provider, fake, iss="https://evil.test")


@pytest.mark.parametrize(
    "issuer", ["https://provider.test/", "https://PROVIDER.test", "https://evil.test", GONE]
)
async def test_discovery_must_name_our_issuer_exactly(
    provider: Provider, fake: FakeProvider, issuer: object
) -> None:
    fake.discovery = {"issuer": issuer}
    with pytest.raises(AnswerRefused):
        await provider.begin(BACK)


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://provider.test/x", "javascript:alert(1)", 7, GONE])
async def test_discovery_may_not_lead_away_from_https(
    provider: Provider, fake: FakeProvider, endpoint: str, address: object
) -> None:
    fake.discovery = {endpoint: address}
    with pytest.raises(ProviderDown):
        await provider.begin(BACK)


async def test_a_person_who_stops_there_is_told_so(provider: Provider, fake: FakeProvider) -> None:
    with pytest.raises(Cancelled):
        await sign_in(provider, fake, code=None, error="access_denied")
