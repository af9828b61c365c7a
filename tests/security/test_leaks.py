"""Secrets and people's words stay out of logs, addresses and error pages."""

import io
import logging
from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from portal.accounts.sessions import COOKIE
from portal.cli import logs
from portal.db import Database
from portal.people.models import Person
from portal.settings import Settings
from portal.web.security import Shield
from tests.accounts.conftest import fake as fake  # the provider of these tests
from tests.accounts.conftest import go_sign_in, link
from tests.accounts.test_invitations import link_for
from tests.conftest import ClientFor
from tests.fakes.provider import FakeProvider

Log = Callable[[], str]


@pytest.fixture
def log() -> Log:
    """All that the portal logs when it is told to log the most."""
    written = io.StringIO()
    logs.set_up("json", "DEBUG")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    return written.getvalue


async def test_a_whole_sign_in_leaves_no_secret_in_the_log(
    client_for: ClientFor,
    fake: FakeProvider,
    database: Database,
    patient: Person,
    log: Log,
) -> None:
    await link(database, patient)
    path = await link_for(database, patient)
    fake.claims = {"email": "patient-a@example.org"}
    client = await client_for()
    await client.get(path)
    answer = await go_sign_in(client, fake)
    await client.get("/account")
    await client.post("/sign-out")
    await go_sign_in(await client_for(), fake, iss="https://evil.test")
    assert answer.status_code == 303
    logged = log()
    assert "sign_in.failed" in logged
    secrets = [
        path.rsplit("/", 1)[-1],
        fake.last_id_token,
        str(fake.last_form["code"]),
        str(fake.last_form["code_verifier"]),
        "patient-a@example.org",
        "subject-1",
        patient.name,
    ]
    for secret in secrets:
        assert secret not in logged


async def test_a_late_forms_words_are_in_no_log(client_for: ClientFor, log: Log) -> None:
    client = await client_for()
    answer = await client.http.post("/account/theme", data={"body": "I feel very sick"})
    assert "I feel very sick" in answer.text
    assert "very sick" not in log()


async def test_user_text_cannot_start_a_line_of_the_log(
    client_for: ClientFor, fake: FakeProvider, log: Log
) -> None:
    client = await client_for()
    await client.get("/auth/callback?code=a&state=%0Aforged.line%0A&error=%0Aforged.line")
    await client.http.get("/account", headers={"user-agent": "x\tforged.line"})
    assert "forged.line" not in log()


def test_settings_do_not_show_their_secrets(settings: Settings) -> None:
    assert settings.secret_key not in repr(settings)
    assert settings.encryption_keys[0] not in repr(settings)


async def test_no_page_holds_the_cookie_of_its_session(
    client_for: ClientFor, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    page = await client.get("/account")
    assert client.http.cookies[COOKIE] not in page.text


async def test_who_leaves_in_the_middle_of_a_form_is_no_failure(
    settings: Settings, log: Log
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError

    host = (b"host", settings.host_header.encode())
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [host]}
    await Shield(app, settings)(scope, receive, send)
    assert "request.left" in log()
    assert "critical" not in log()
