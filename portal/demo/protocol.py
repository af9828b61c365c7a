"""The demo provider's side of OAuth 2.0 and OpenID Connect: checked requests and small hashes."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
REQUEST_FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as; `hint` says what to try as them, `group` is the heading above."""

    subject: str
    name: str
    role: str
    hint: str
    group: str


@dataclass(frozen=True)
class Client:
    """The one registered client. It is public, so PKCE alone protects its codes."""

    client_id: str
    redirect_uri: str
    signed_out_uri: str


@dataclass(frozen=True)
class Asked:
    """A checked authorization request."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    scope: str


class Refused(Exception):
    """An OAuth error code, told to the client."""


class WrongClient(Exception):
    """The request names another client or address; it must not be redirected anywhere."""


def read_request(fields: Mapping[str, str], client: Client) -> Asked:
    """Check an authorization request. WrongClient goes on a page, Refused back to the client."""
    asked = {name: fields.get(name, "") for name in REQUEST_FIELDS}
    if (asked["client_id"], asked["redirect_uri"]) != (client.client_id, client.redirect_uri):
        raise WrongClient
    if asked["response_type"] != "code":
        raise Refused("unsupported_response_type")
    if "openid" not in asked["scope"].split():
        raise Refused("invalid_scope")
    if asked["code_challenge_method"] != "S256" or not CHALLENGE.fullmatch(asked["code_challenge"]):
        raise Refused("invalid_request")
    if fields.get("prompt") == "none":
        raise Refused("login_required")
    return Asked(
        redirect_uri=asked["redirect_uri"],
        state=asked["state"],
        nonce=asked["nonce"],
        challenge=asked["code_challenge"],
        scope="openid",
    )


def s256(verifier: str) -> str:
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def half_hash(access_token: str) -> str:
    """The left half of the token's SHA-256, as OpenID Connect Core 3.1.3.6 wants `at_hash`."""
    return _base64url(hashlib.sha256(access_token.encode()).digest()[:16])


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
