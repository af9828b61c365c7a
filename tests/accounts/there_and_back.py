"""A sign-in with the provider alone: no app, no database, no browser."""

from urllib.parse import parse_qs, urlsplit

from portal.accounts.oidc import Answer, Identified, Provider
from portal.settings import Oidc
from tests.fakes.provider import FakeProvider

BACK = "https://portal.test/auth/callback"
OIDC = Oidc(issuer="https://provider.test", client_id="portal")


async def sign_in(provider: Provider, fake: FakeProvider, **changes: str | None) -> Identified:
    begun = await provider.begin(BACK)
    back = urlsplit(fake.approve(begun.url, **changes))
    said = {name: values[0] for name, values in parse_qs(back.query).items()}
    answer = Answer(said.get("code"), said.get("iss"), said.get("error"))
    return await provider.finish(answer, begun.nonce, begun.verifier, BACK)
