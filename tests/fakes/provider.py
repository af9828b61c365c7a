"""An OpenID Provider that does what a test tells it, right or wrong, without a socket."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from portal import clock
from portal.demo.protocol import half_hash

GONE = object()
"""In place of a value: the claim or entry is left out."""


class FakeProvider:
    """A sound provider, until one of its public attributes says otherwise."""

    def __init__(self, issuer: str = "https://provider.test", client_id: str = "portal") -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.subject = "subject-1"
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}
        self.token: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any], dict[str, Any]], str] = self._signed
        self.instead: dict[str, Callable[[], Response]] = {}
        self.delay = 0.0
        self.asked: list[str] = []
        self.last_form: dict[str, Any] = {}
        self.last_authorization = ""
        self.last_id_token = ""
        self._codes: dict[str, dict[str, str]] = {}

    def transport(self) -> httpx2.AsyncBaseTransport:
        app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/jwks", self._keys),
                Route("/token", self._token, methods=["POST"]),
            ]
        )
        return httpx2.ASGITransport(app=app)

    def approve(self, url: str, **changes: str | None) -> str:
        """What the provider's page does: the person agrees; the callback's address is returned."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked | {"subject": self.subject}
        answer = {"code": code, "state": asked["state"], "iss": self.issuer} | changes
        kept = {name: value for name, value in answer.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"

    def logout_token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """What it posts to us when somebody signed out there; say `sub`, `sid` or both."""
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        head = {"alg": "ES256", "kid": self.key.kid, "typ": "logout+jwt"} | (header or {})
        return self.sign(_without_gone(head), _without_gone(claims | changes))

    async def _discovery(self, request: Request) -> Response:
        return await self._answer(
            request,
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/end-session",
                "authorization_response_iss_parameter_supported": True,
                # A lie that nobody may believe: the algorithms are our own setting.
                "id_token_signing_alg_values_supported": ["none", "HS256", "RS512", "ES256"],
            }
            | self.discovery,
        )

    async def _keys(self, request: Request) -> Response:
        return await self._answer(request, KeySet([self.key]).as_dict(private=False))

    async def _token(self, request: Request) -> Response:
        self.last_form = dict(await request.form())
        self.last_authorization = request.headers.get("authorization", "")
        asked = self._codes.pop(str(self.last_form.get("code")), None)
        verifier = str(self.last_form.get("code_verifier", ""))
        if asked is None or _s256(verifier) != asked.get("code_challenge"):
            return await self._answer(request, {"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        claims = self._claims(asked, access_token)
        header = _without_gone({"alg": "ES256", "kid": self.key.kid} | self.header)
        answer = {"access_token": access_token, "token_type": "Bearer", "expires_in": 300}
        self.last_id_token = self.sign(header, claims)
        answer |= {"id_token": self.last_id_token} | self.token
        return await self._answer(request, answer)

    def _claims(self, asked: dict[str, str], access_token: str) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": asked["subject"],
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
            "at_hash": half_hash(access_token),
        }
        return _without_gone(claims | self.claims)

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jwt.encode(header, claims, self.key, [header["alg"]])

    async def _answer(self, request: Request, body: Any, status: int = 200) -> Response:
        path = request.url.path
        self.asked.append(path)
        if self.delay:
            await asyncio.sleep(self.delay)
        if path in self.instead:
            return self.instead[path]()
        return JSONResponse(_without_gone(body), status)


def _without_gone(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not GONE}


def _s256(verifier: str) -> str:
    return unpadded(hashlib.sha256(verifier.encode()).digest())


def unpadded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def broken(status: int = 500) -> Response:
    return PlainTextResponse("Traceback (most recent call last)", status)


def html_page() -> Response:
    return PlainTextResponse("<!doctype html><title>Log in</title>", media_type="text/html")


def huge() -> Response:
    return PlainTextResponse(b"[" + b" " * (20 << 20), media_type="application/json")
