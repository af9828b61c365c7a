"""Is this ID token the provider's, for us, for this sign-in, and good now?"""

from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidClaimError, UnsupportedHeaderError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from portal import clock
from portal.accounts.rules import is_subject

# Headers that would let a token bring its own key along.
OWN_KEY_HEADERS = ("jwk", "jku", "x5u")
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
    registry = JWSRegistry(algorithms=expected.algs, strict_check_header=False)
    token = jwt.decode(id_token, keys, registry=registry)
    for name in OWN_KEY_HEADERS:
        if name in token.header:
            raise UnsupportedHeaderError(f"{name} is not accepted")
    claims = CodeIDToken(
        token.claims,
        token.header,
        # Authlib checks neither of these unless it is told to.
        {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        {"nonce": nonce, "client_id": expected.client_id, "access_token": access_token},
    )
    claims.validate(now=int(clock.now().timestamp()), leeway=expected.leeway)
    if not is_subject(claims["sub"]):
        raise InvalidClaimError("sub")
    return dict(claims)


def usable_keys(key_set: Any, algs: tuple[str, ...]) -> KeySet:
    """The provider's signing keys of the kinds we accept. Raises JoseError when there is none."""
    kinds = {KEY_TYPES[alg[:2]] for alg in algs}
    keys = key_set.get("keys") if isinstance(key_set, dict) else None
    listed = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    usable = [key for key in listed if key.get("kty") in kinds and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": usable})
