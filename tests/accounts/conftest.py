"""The app with a provider that does what a test tells it, and browsers that go there and back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx2
import pytest

from portal.accounts.actions import link_identity
from portal.accounts.oidc import Provider
from portal.accounts.provider import use_provider
from portal.db import Database
from portal.people.models import Person
from tests.clients import Client
from tests.fakes.provider import FakeProvider

if TYPE_CHECKING:
    from portal.app import Portal

GoSignIn = Callable[..., "httpx2.Response"]


@pytest.fixture
def fake(app: "Portal") -> FakeProvider:
    """The provider that `app` signs in with."""
    provider = FakeProvider()
    use_provider(app.state.portal, Provider(app.settings.oidc, provider.transport))
    return provider


async def go_sign_in(
    client: Client, fake: FakeProvider, start: str = "/sign-in", **changes: str | None
) -> httpx2.Response:
    """To the provider, where the person agrees, and back: the answer to the callback."""
    begun = await client.get(start)
    assert begun.status_code == 303, begun.text
    assert begun.headers["location"].startswith(fake.issuer)
    return await client.get(fake.approve(begun.headers["location"], **changes))


async def link(database: Database, person: Person, subject: str = "subject-1") -> None:
    """The provider's account `subject` is this person's."""
    async with database.work() as work:
        await link_identity(work, person.id, "https://provider.test", subject)
