"""Is this token the provider's, for us, for this sign-in or this sign-out, and good now?"""

from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidClaimError, MissingClaimError, UnsupportedHeaderError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from portal import clock
from portal.accounts.rules import is_subject

# Headers that would let a token bring its own key along.
OWN_KEY_HEADERS = ("jwk", "jku", "x5u")
ID_CLAIMS = ("iss", "sub", "aud", "exp", "iat")
LOGOUT_CLAIMS = ("iss", "aud", "exp", "iat", "jti", "events")
LOGOUT_TYPE = "logout+jwt"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Seconds. A token is remembered for longer than this, so that it counts once.
LOGOUT_GOOD_FOR = 300
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


@dataclass(frozen=True)
class Expected:
    issuer: str
    client_id: str
    algs: tuple[str, ...]
    leeway: int


def verified(
    id_token: str, access_token: str, nonce: str, keys: KeySet, expected: Expected
) -> dict[str, Any]:
    """The token's claims. Raises JoseError for any single fault (OpenID Connect Core 3.1.3.7)."""
    params = {"nonce": nonce, "access_token": access_token}
    claims = _validated(_signed(id_token, keys, expected), ID_CLAIMS, expected, params)
    if not is_subject(claims["sub"]):
        raise InvalidClaimError("sub")
    return claims


def verified_logout(logout_token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims. Raises JoseError for any single fault (Back-Channel Logout 1.0, 2.4 and 2.6).

    An ID token must never pass for one: it has a nonce and no event.
    """
    token = _signed(logout_token, keys, expected)
    if str(token.header.get("typ", LOGOUT_TYPE)).lower() not in {
        LOGOUT_TYPE,
        f"application/{LOGOUT_TYPE}",
    }:
        raise UnsupportedHeaderError("typ is not that of a logout token")
    claims = _validated(token, LOGOUT_CLAIMS, expected, {})
    for name in ("jti", "sub", "sid"):
        if name in claims and not is_subject(claims[name]):
            raise InvalidClaimError(name)
    if "sub" not in claims and "sid" not in claims:
        raise MissingClaimError("sub")
    if "nonce" in claims:
        raise InvalidClaimError("nonce")
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise InvalidClaimError("events")
    # Written so that what is no number at all is not fresh either.
    if not _now() - claims["iat"] <= LOGOUT_GOOD_FOR + expected.leeway:
        raise InvalidClaimError("iat")
    return claims


def _signed(text: str, keys: KeySet, expected: Expected) -> jwt.Token:
    registry = JWSRegistry(algorithms=expected.algs, strict_check_header=False)
    token = jwt.decode(text, keys, registry=registry)
    for name in OWN_KEY_HEADERS:
        if name in token.header:
            raise UnsupportedHeaderError(f"{name} is not accepted")
    return token


def _validated(
    token: jwt.Token, required: tuple[str, ...], expected: Expected, params: dict[str, str]
) -> dict[str, Any]:
    # Authlib checks neither of these unless it is told to.
    essential = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    params = params | {"client_id": expected.client_id}
    claims = CodeIDToken(token.claims, token.header, essential, params)
    claims.ESSENTIAL_CLAIMS = required
    claims.validate(now=_now(), leeway=expected.leeway)
    return dict(claims)


def _now() -> int:
    return int(clock.now().timestamp())


def usable_keys(key_set: Any, algs: tuple[str, ...]) -> KeySet:
    """The provider's signing keys of the kinds we accept. Raises JoseError when there is none."""
    kinds = {KEY_TYPES[alg[:2]] for alg in algs}
    keys = key_set.get("keys") if isinstance(key_set, dict) else None
    listed = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    usable = [key for key in listed if key.get("kty") in kinds and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": usable})
