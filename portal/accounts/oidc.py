"""The portal as the client of one OpenID Provider: Authlib, with what its defaults leave open.

Authlib builds the request (S256) and speaks to the token endpoint. Discovery, keys and the checks
of the ID token are ours: the issuer must be the configured one exactly, the algorithms are the
configured ones whatever discovery says, and every exchange is bounded in time and size.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from portal import clock
from portal.accounts.discovery import read_discovery
from portal.accounts.refusals import AnswerRefused, Cancelled, ProviderDown, SignInFailed
from portal.accounts.rules import provider_session, role_from
from portal.accounts.tokens import Expected, usable_keys, verified, verified_logout
from portal.accounts.transport import Bounded, OpenTransport
from portal.permissions import Role
from portal.settings import Oidc

ANSWER_WITHIN = 8.0
KNOWN_FOR = timedelta(hours=1)
# A token with an unknown key may be a rotated key or a forgery; forgers must not make us ask more.
ASK_KEYS_AGAIN_AFTER = timedelta(seconds=60)

# At DEBUG Authlib writes verifiers and tokens into the log.
logging.getLogger("authlib").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: `url` is where the browser goes, the rest we must still know later."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came with the browser to the callback."""

    code: str | None
    issuer: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Identified:
    """Who signed in there. `role` is what the role claim gives, if anything.

    `session` stands for the provider's session, where the token names one.
    """

    issuer: str
    subject: str
    role: Role | None
    id_token: str
    session: str | None


@dataclass(frozen=True, slots=True)
class Logout:
    """What the provider itself tells us to end: a session of its own, all of somebody's, or both
    named together. `jti` is the name of this telling.
    """

    issuer: str
    subject: str | None
    session: str | None
    jti: str


class Provider:
    """One provider, known by discovery, which is read again every hour."""

    def __init__(self, oidc: Oidc, open_transport: OpenTransport | None = None) -> None:
        self.oidc = oidc
        self._transport = Bounded(open_transport or _network())
        self._expected = Expected(oidc.issuer, oidc.client_id, oidc.algs, oidc.leeway)
        self._metadata: dict[str, Any] = {}
        self._metadata_at = self._keys_at = datetime.min.replace(tzinfo=UTC)
        self._keys: KeySet | None = None

    async def begin(self, redirect_uri: str) -> Begun:
        async with _plainly():
            client = self._client(await self._discovered())
            begun = await client.create_authorization_url(
                redirect_uri,
                state=secrets.token_urlsafe(32),
                nonce=secrets.token_urlsafe(32),
                code_verifier=secrets.token_urlsafe(48),
            )
        return Begun(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])

    async def finish(self, answer: Answer, nonce: str, verifier: str, back: str) -> Identified:
        """Trade the code for an ID token and believe it only when all of it holds."""
        async with _plainly():
            metadata = await self._discovered()
            _require_issuer(answer, metadata)
            if answer.error or not answer.code:
                raise Cancelled("denied" if answer.error == "access_denied" else "error")
            token = await self._client(metadata).fetch_access_token(
                redirect_uri=back, code=answer.code, code_verifier=verifier
            )
            return self._identified(await self._claims(token, nonce), token["id_token"])

    def _identified(self, claims: dict[str, Any], id_token: str) -> Identified:
        role = role_from(claims, self.oidc.role_claim, self.oidc.roles)
        session = provider_session(self.oidc.issuer, claims.get("sid"))
        return Identified(self.oidc.issuer, claims["sub"], role, id_token, session)

    async def logout_from(self, logout_token: str) -> Logout:
        """Believe a logout token only when all of it holds. Whether it came before, ask others."""
        async with _plainly():
            await self._discovered()
            claims = await self._believed(
                lambda keys: verified_logout(logout_token, keys, self._expected)
            )
        session = provider_session(self.oidc.issuer, claims.get("sid"))
        return Logout(self.oidc.issuer, claims.get("sub"), session, claims["jti"])

    async def leaving_url(self, id_token: str | None, back: str) -> str | None:
        """Where the browser can sign out at the provider too; None where that is not offered."""
        try:
            async with _plainly():
                metadata = await self._discovered()
                if "end_session_endpoint" not in metadata:
                    return None
                leaving = await self._client(metadata).create_logout_url(
                    post_logout_redirect_uri=back,
                    id_token_hint=id_token,
                    client_id=self.oidc.client_id,
                )
        except SignInFailed:
            return None
        url: str = leaving["url"]
        return url

    def _client(self, metadata: dict[str, Any]) -> Any:
        """An Authlib client that asks nobody for metadata, because it is given here."""
        return StarletteOAuth2App(
            None,
            "provider",
            client_id=self.oidc.client_id,
            client_secret=self.oidc.client_secret,
            client_kwargs={
                "scope": self.oidc.scopes,
                "code_challenge_method": "S256",
                "transport": self._transport,
            },
            **metadata,
        )

    async def _discovered(self) -> dict[str, Any]:
        if clock.now() - self._metadata_at >= KNOWN_FOR:
            url = f"{self.oidc.issuer.rstrip('/')}/.well-known/openid-configuration"
            self._metadata = read_discovery(await self._get_json(url), self.oidc)
            self._metadata_at = clock.now()
        return self._metadata

    async def _claims(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        id_token, access_token = token.get("id_token"), token.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise AnswerRefused("no_id_token")
        return await self._believed(
            lambda keys: verified(id_token, access_token, nonce, keys, self._expected)
        )

    async def _believed(self, verify: Callable[[KeySet], dict[str, Any]]) -> dict[str, Any]:
        try:
            return verify(await self._signing_keys(KNOWN_FOR))
        except InvalidKeyIdError:
            return verify(await self._signing_keys(ASK_KEYS_AGAIN_AFTER))

    async def _signing_keys(self, good_for: timedelta) -> KeySet:
        if self._keys is None or clock.now() - self._keys_at >= good_for:
            key_set = await self._get_json(self._metadata["jwks_uri"])
            self._keys = usable_keys(key_set, self.oidc.algs)
            self._keys_at = clock.now()
        return self._keys

    async def _get_json(self, url: str) -> Any:
        async with httpx2.AsyncClient(transport=self._transport) as client:
            response = await client.get(url, headers={"accept": "application/json"})
            response.raise_for_status()
            return response.json()


def _network() -> OpenTransport:
    # Reading the trusted certificates takes a tenth of a second; once is enough.
    return partial(httpx2.AsyncHTTPTransport, verify=httpx2.create_ssl_context())


def _require_issuer(answer: Answer, metadata: dict[str, Any]) -> None:
    """RFC 9207: the answer must not come from another provider than the one we asked."""
    expected = metadata["issuer"]
    if answer.issuer is None and not metadata["names_issuer"]:
        return
    if answer.issuer != expected:
        raise AnswerRefused("callback_issuer")


@asynccontextmanager
async def _plainly() -> AsyncIterator[None]:
    """Whatever goes wrong with a provider becomes one of our own refusals, within the time."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            yield
    except (AuthlibBaseError, JoseError) as error:
        raise AnswerRefused(_code_of(error)) from error
    except (TimeoutError, OSError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ProviderDown(type(error).__name__) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # An answer of a shape that no library expected.
        raise ProviderDown(f"unreadable_{type(error).__name__}") from error


def _code_of(error: AuthlibBaseError | JoseError) -> str:
    """`invalid_claim aud`: enough for an operator. The provider's own words stay out of the log."""
    claim = getattr(error, "claim", "")
    code = f"{error.error} {claim}".strip()
    return code if re.fullmatch(r"[a-z_]{1,40}( [a-z_]{1,20})?", code) else type(error).__name__
