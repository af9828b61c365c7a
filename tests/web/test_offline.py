"""Without a connection the phone still shows whom to call, and keeps nothing about anybody."""

import asyncio
from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from portal.people.models import Person
from tests.clients import Client

ClientFor = Callable[[Person | None], Awaitable[Client]]


async def test_the_offline_page_is_the_same_for_everybody(
    client_for: ClientFor, patient: Person
) -> None:
    signed_in, nobody = await client_for(patient), await client_for(None)
    theirs, anyones = await signed_in.get("/offline"), await nobody.get("/offline")
    assert theirs.text == anyones.text
    assert 'href="tel:911"' in anyones.text
    assert "csrf" not in anyones.text


async def test_the_worker_rules_from_the_top_and_keeps_only_static_files(
    client_for: ClientFor,
) -> None:
    script = await (await client_for(None)).get("/service-worker.js")
    assert script.headers["content-type"].startswith("text/javascript")
    kept = script.text.split("const KEPT = ")[1].split(";")[0]
    assert all(
        part.startswith("/static/") for part in kept.strip("[]").replace('"', "").split(", ")
    )


async def test_a_broken_page_policy_is_noted_without_its_address(
    client_for: ClientFor,
) -> None:
    client = await client_for(None)
    answer = await client.http.post(
        "/csp-report", content=b'{"csp-report":{"violated-directive":"script-src"}}'
    )
    assert answer.status_code == 204
    assert (await client.http.post("/csp-report", content=b"[" * 9000)).status_code == 204


async def test_a_phone_that_lost_its_connection_shows_the_numbers(
    phone: Page,
) -> None:
    await phone.goto("/welcome")
    async with asyncio.timeout(10):
        while not await phone.evaluate("navigator.serviceWorker.controller !== null"):
            await asyncio.sleep(0.05)
    await phone.context.set_offline(True)
    await phone.goto("/welcome")
    await phone.get_by_role("link", name="Call 911").wait_for()
