"""Signing in with a provider that we did not write, over real connections."""

import threading
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import httpx2
import oidc_provider_mock
import pytest
from werkzeug.serving import BaseWSGIServer, make_server

from portal.accounts.actions import link_identity
from portal.accounts.oidc import Provider
from portal.accounts.provider import use_provider
from portal.db import Database
from portal.people.models import Person
from portal.settings import Oidc
from tests.accounts.test_invitations import link_for
from tests.conftest import Browse, ClientFor

if TYPE_CHECKING:
    from portal.app import Portal
    from tests.serving import Served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a running `oidc-provider-mock`."""
    server: BaseWSGIServer = make_server("127.0.0.1", 0, oidc_provider_mock.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def settings_for(issuer: str) -> Oidc:
    return Oidc(issuer=issuer, client_id="portal", client_secret="a secret", algs=("RS256",))


@pytest.fixture
async def there() -> AsyncIterator[httpx2.AsyncClient]:
    """The person's browser at the provider's pages."""
    async with httpx2.AsyncClient() as client:
        yield client


async def test_an_invited_person_signs_in_with_a_real_provider(
    app: "Portal",
    client_for: ClientFor,
    database: Database,
    patient: Person,
    issuer: str,
    there: httpx2.AsyncClient,
) -> None:
    use_provider(app.state.portal, Provider(settings_for(issuer)))
    client, path = await client_for(), await link_for(database, patient)

    begun = await client.get(f"{path}/sign-in")
    assert begun.headers["location"].startswith(f"{issuer}/oauth2/authorize?")
    agreed = await there.post(begun.headers["location"], data={"sub": "somebody@example.org"})
    back = await client.get(agreed.headers["location"])
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert (await client.get("/account")).status_code == 200


async def test_refusing_there_is_told_here(
    app: "Portal", client_for: ClientFor, issuer: str, there: httpx2.AsyncClient
) -> None:
    use_provider(app.state.portal, Provider(settings_for(issuer)))
    client = await client_for()
    begun = await client.get("/sign-in")
    refused = await there.post(begun.headers["location"], data={"action": "deny"})
    back = await client.get(refused.headers["location"])
    assert back.status_code == 400


async def test_a_real_browser_signs_in_and_out_across_two_sites(
    browse: Browse, server: "Served", database: Database, nurse_on_team: Person, issuer: str
) -> None:
    async with database.work() as work:
        await link_identity(work, nurse_on_team.id, issuer, "night-nurse")
    use_provider(server.app.state.portal, Provider(settings_for(issuer)))
    page = await browse(None, "desktop")
    await page.goto("/sign-in?next=/account")
    await page.locator("input[name=sub]").fill("night-nurse")
    await page.get_by_role("button", name="Authorize").click()
    await page.get_by_role("heading", name="Where you are signed in").wait_for()

    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url(f"{issuer}/oauth2/end_session*")
    await page.goto(f"{server.url}/account")
    assert "/welcome" in page.url
