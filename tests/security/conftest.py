"""Every route of the app, so that a test can ask all of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from starlette.routing import BaseRoute, Mount, Route

if TYPE_CHECKING:
    from portal.app import Portal

ID = "018f0000-0000-7000-8000-000000000000"

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what does not depend on the database: one kind is enough."""


def routes_of(app: "Portal") -> list[tuple[str, str]]:
    """(method, address) of every route, with an id that nobody has in place of each parameter."""
    return [(method, _filled(route.path)) for route in _walk(app.routes) for method in _of(route)]


def _walk(routes: list[BaseRoute], prefix: str = "") -> Iterator[Route]:
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif isinstance(route, Mount) and route.name != "static":
            yield from _walk(list(route.routes), prefix + route.path)


def _of(route: Route) -> set[str]:
    return (route.methods or set()) - {"HEAD"}


def _filled(path: str) -> str:
    parts = [ID if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)
