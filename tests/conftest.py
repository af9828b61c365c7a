"""What every test may ask for: a database (of both kinds), the app, the clock, a browser."""

import gc
import logging
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from portal import clock as portal_clock
from portal.cli.migrate import upgrade
from portal.db import Database
from portal.people.models import Person
from portal.sealing import Vault
from portal.settings import Files, Oidc, Settings
from tests import browser as browsers
from tests import in_loop, statements
from tests.clients import Client, sign_in
from tests.databases import Databases, Servers, give_up
from tests.keys import ENCRYPTION_KEY, SECRET_KEY
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from portal.app import Portal
    from tests.serving import Served

ClientFor = Callable[..., Awaitable[Client]]
Browse = Callable[..., Awaitable["Page"]]

MEMORY = Path("/dev", "shm")
ROOM = 2 << 30
# Each has a test of ten seconds or more.
LONGEST = (
    "tests/access/",
    "tests/bench/",
    "tests/bookings/test_browser.py",
    "tests/chaos/",
    "tests/check_ins/test_journey.py",
    "tests/cli/test_demo.py",
    "tests/cli/test_serve.py",
    "tests/conversations/test_readers.py",
    "tests/demo/test_pages.py",
    "tests/flags/test_clocks.py",
    "tests/journeys/",
    "tests/records/test_looks.py",
)

pytest_plugins = ["tests.people"]


def pytest_configure() -> None:
    statements.share()
    _keep_in_memory()


def _keep_in_memory() -> None:
    """Tests' own folders are in memory where there is room: nothing waits for a disk's flush."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays to the end: no search for garbage goes through it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browsers see pages on SQLite, and walk whole journeys on both databases. What takes longest
    comes first, so that no process is left with it at the end."""
    out = {item for item in items if _is_browser_on_postgresql(item)}
    if out:
        config.hook.pytest_deselected(items=list(out))
        items[:] = [item for item in items if item not in out]
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def _is_browser_on_postgresql(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or "journeys" in item.path.parts:
        return False
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return "browser" in item.fixturenames and parameters.get("database_url") == "postgresql"


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.fixture(scope="session")
async def databases(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Databases]:
    made = Databases(servers, tmp_path_factory.mktemp("databases"))
    yield made
    await made.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[str]:
    """A migrated database of its own for each test, on both kinds of server: empty, or with the
    clinic's people where the test asks for any of them."""
    from tests.people import clinic_of

    furnish = clinic_of if "clinic" in request.fixturenames else upgrade
    async with databases.copy(request.param, furnish) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[str]:
    """A database without a schema, for what comes before the migrations."""
    async with databases.empty(request.param) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        public_url="https://portal.test",
        secret_key=SECRET_KEY,
        encryption_keys=(ENCRYPTION_KEY,),
        data_folder=tmp_path,
        files=Files(folder=tmp_path / "files"),
        oidc=Oidc(issuer="https://provider.test", client_id="portal"),
    )


@pytest.fixture
async def database(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """What actions and queries work on; the same one that `app` uses.

    SQLite's own thread is where people come over a real port.
    """
    is_quick = settings.database_url.startswith("sqlite") and "server" not in request.fixturenames
    options: dict[str, Any] = (
        {"async_creator": in_loop.creator(settings.database_url)} if is_quick else {}
    )
    vault = Vault(settings.encryption_keys, settings.audit_secret)
    made = Database(
        settings.database_url,
        vault,
        clinic=settings.clinic,
        execution_options={"compiled_cache": statements.COMPILED},
        **options,
    )
    yield made
    await made.dispose()


@pytest.fixture
def app(settings: Settings, database: Database) -> "Portal":
    """The whole application, on the test's own database."""
    from portal.app import create_app

    return _on(database, create_app(settings))


def _on(database: Database, app: "Portal") -> "Portal":
    # One Database for test and app: what a test's own unit of work commits, sockets hear too.
    app.state.portal.database = database
    database.publish = app.state.portal.hub.publish
    return app


@pytest.fixture
async def client_for(app: "Portal", database: Database) -> AsyncIterator[ClientFor]:
    """`await client_for(nurse)`: a browser signed in as that person; None is nobody."""
    clients: list[Client] = []

    async def make(person: Person | None = None) -> Client:
        signed_in = await sign_in(database, person) if person else (None, None)
        clients.append(Client(app, *signed_in))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
async def server(settings: Settings, database: Database) -> AsyncIterator["Served"]:
    """The application on a real port, for sockets and browsers; knows `cookie_for(person)`."""
    async with serving(settings, database, _on) as served:
        yield served


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator["Browser"]:
    if browsers.find() is None:
        give_up(browsers.MISSING)
    async with browsers.launched() as launched:
        yield launched


@pytest.fixture
async def browse(browser: "Browser", server: "Served") -> AsyncIterator[Browse]:
    """`await browse(nurse, "desktop")`: a page of a real browser, signed in as that person.

    Whatever a test does there, the page policy is not broken by it.
    """
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    async def open_page(
        person: Person | None = None, size: str = "phone", **options: Any
    ) -> "Page":
        context = await browsers.context_for(browser, size, server.url, **options)
        contexts.append(context)
        browsers.on_broken_policy(context, broken.append)
        if person is not None:
            await server.sign_in(context, person)
        return await context.new_page()

    yield open_page
    for context in contexts:
        await context.close()
    assert not broken, broken


@pytest.fixture
async def phone(browse: Browse) -> "Page":
    """A phone on which nobody has signed in."""
    return await browse(None, "phone")


@pytest.fixture
async def desktop(browse: Browse) -> "Page":
    return await browse(None, "desktop")


class Clock:
    """Stands still at the present moment, and moves when told."""

    def __init__(self) -> None:
        self.time = portal_clock.now()

    def now(self) -> datetime:
        return self.time

    def forward(self, **amount: float) -> datetime:
        """`clock.forward(minutes=10)`, or any other argument of timedelta."""
        self.time += timedelta(**amount)
        return self.time

    def set(self, time: datetime) -> None:
        self.time = time


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command sets up logging for its process; when it ran in the tests' own, that ends here."""
    root = logging.getLogger()
    handlers, level, tells = root.handlers[:], root.level, logging.raiseExceptions
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = tells
    structlog.reset_defaults()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(portal_clock, "now", moved.now)
    return moved
