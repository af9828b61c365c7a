"""A small OpenID Provider of our own for the demo clinic: one card per person, one click.

Only the demo mounts it, so nothing outside the demo can sign in without a password. It is a real
provider all the same (authorization code, S256 required, codes used once), and the portal speaks to
it exactly as it speaks to any other.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, Router

from portal import clock
from portal.demo.protocol import (
    REQUEST_FIELDS,
    Asked,
    Client,
    Persona,
    Refused,
    WrongClient,
    half_hash,
    read_request,
    s256,
)
from portal.demo.shelf import Shelf

ALGORITHM = "ES256"
CODE_SECONDS = 60
TOKEN_SECONDS = 300
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Grant:
    """What a code stands for."""

    asked: Asked
    persona: Persona


class Show(Protocol):
    def __call__(
        self, request: Request, name: str, /, status: int = 200, **context: Any
    ) -> Awaitable[Response]: ...


class DemoProvider:
    """The provider's endpoints; `personas` is asked anew for every page."""

    def __init__(
        self,
        issuer: str,
        client: Client,
        personas: Callable[[Request], Awaitable[Sequence[Persona]]],
        show: Show,
    ) -> None:
        self.issuer = issuer
        self.client = client
        self.personas = personas
        self.show = show
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.codes: Shelf[Grant] = Shelf(CODE_SECONDS)

    def router(self) -> Router:
        """To be mounted at the issuer's path. A router, so that requests keep the outer app."""
        return Router(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/jwks", self.keys),
                Route("/authorize", self.choose),
                Route("/authorize", self.chosen, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
                Route("/end-session", self.end_session),
            ]
        )

    async def discovery(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/end-session",
                "authorization_response_iss_parameter_supported": True,
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "scopes_supported": ["openid"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
            }
        )

    async def keys(self, request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False, use="sig", alg=ALGORITHM))

    async def choose(self, request: Request) -> Response:
        """The page with the cards; the request travels on as hidden fields and is checked again."""
        try:
            read_request(request.query_params, self.client)
        except WrongClient:
            return await self.show(request, "demo/refused.html", 400)
        except Refused as refusal:
            return self._back(request.query_params, error=str(refusal))
        return await self.show(
            request,
            "demo/people.html",
            people=await self.personas(request),
            asked=[(name, request.query_params.get(name, "")) for name in REQUEST_FIELDS],
        )

    async def chosen(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=20, max_part_size=4096) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            asked = read_request(fields, self.client)
        except (WrongClient, Refused):
            return await self.show(request, "demo/refused.html", 400)
        people = {persona.subject: persona for persona in await self.personas(request)}
        persona = people.get(fields.get("subject", ""))
        if persona is None:
            return self._back(fields, error="access_denied")
        return self._back(fields, code=self.codes.put(Grant(asked, persona)))

    def _back(self, asked: Mapping[str, str], **answer: str) -> Response:
        answer |= {"state": asked.get("state", ""), "iss": self.issuer}
        return RedirectResponse(f"{self.client.redirect_uri}?{urlencode(answer)}", 303, NO_STORE)

    async def token(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=20, max_part_size=4096) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            grant = self._redeem(fields)
        except Refused as refusal:
            return JSONResponse({"error": str(refusal)}, 400, NO_STORE)
        access_token = secrets.token_urlsafe(32)
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": grant.asked.scope,
            "id_token": self._id_token(grant, access_token),
        }
        return JSONResponse(answer, headers=NO_STORE)

    def _redeem(self, fields: Mapping[str, str]) -> Grant:
        if fields.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type")
        if fields.get("client_id") != self.client.client_id:
            raise Refused("invalid_client")
        # Taken before anything else is checked: a code is spent by the first try, right or wrong.
        grant = self.codes.take(fields.get("code", ""))
        if grant is None or fields.get("redirect_uri") != grant.asked.redirect_uri:
            raise Refused("invalid_grant")
        if not hmac.compare_digest(s256(fields.get("code_verifier", "")), grant.asked.challenge):
            raise Refused("invalid_grant")
        return grant

    def _id_token(self, grant: Grant, access_token: str) -> str:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": grant.persona.subject,
            "aud": self.client.client_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "at_hash": half_hash(access_token),
            "name": grant.persona.name,
        }
        if grant.asked.nonce:
            claims["nonce"] = grant.asked.nonce
        header = {"alg": ALGORITHM, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, [ALGORITHM])

    async def end_session(self, request: Request) -> Response:
        """There is no session here to end: send the person back, if the client may be sent to."""
        asked = request.query_params
        known = self._is_ours(asked.get("id_token_hint", ""))
        if not known or asked.get("post_logout_redirect_uri") != self.client.signed_out_uri:
            return await self.show(request, "demo/signed_out.html")
        state = f"?{urlencode({'state': asked['state']})}" if "state" in asked else ""
        return RedirectResponse(f"{self.client.signed_out_uri}{state}", 303, NO_STORE)

    def _is_ours(self, id_token: str) -> bool:
        try:
            claims = jwt.decode(id_token, self.key, [ALGORITHM]).claims
        except (JoseError, ValueError):
            return False
        return claims.get("iss") == self.issuer and claims.get("aud") == self.client.client_id
