"""The demo's provider, wired to the clinic's people and to the portal that signs in with it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Router

from portal.accounts.oidc import Provider
from portal.demo.personas import personas
from portal.demo.protocol import Client, Persona
from portal.demo.provider import DemoProvider
from portal.settings import Settings
from portal.web.requests import reading
from portal.web.templates import page


def own_provider(settings: Settings) -> tuple[Mount, Provider]:
    """The provider's routes, and a client that reaches them inside this process."""
    if not settings.demo:
        raise RuntimeError("sign-in without a password is for the demo alone")
    issuer, public_url = settings.oidc.issuer, settings.public_url
    client = Client(
        settings.oidc.client_id, f"{public_url}/auth/callback", f"{public_url}/signed-out"
    )
    provider = DemoProvider(issuer, client, _people, _show)
    mount = Mount(urlsplit(issuer).path, app=provider.router())
    inside = Router([mount])
    return mount, Provider(settings.oidc, lambda: httpx2.ASGITransport(app=inside))


async def _people(request: Request) -> Sequence[Persona]:
    async with reading(request) as session:
        return await personas(session)


async def _show(request: Request, name: str, /, status: int = 200, **context: Any) -> Response:
    return await page(request, name, status, **context)
