"""Signing in with the demo's cards, and staying signed in, in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from portal import clock
from portal.accounts.models import Session
from portal.accounts.provider import use_provider
from portal.accounts.sessions import end_all_sessions
from portal.app import create_app
from portal.db import Database
from portal.demo.personas import link_everybody
from portal.demo.sign_in import own_provider
from portal.people.models import Person
from portal.settings import Oidc, Settings
from tests.conftest import Browse
from tests.people import Clinic
from tests.serving import Served, serving

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

    from portal.app import Portal


@pytest.fixture
async def server(settings: Settings, database: Database, clinic: Clinic) -> AsyncIterator[Served]:
    """The portal as the demo runs it: with its own provider inside."""
    async with serving(settings, database, _with_own_provider) as served:
        async with database.work() as work:
            await link_everybody(work, f"{served.url}/demo-provider")
        yield served


def _with_own_provider(database: Database, app: "Portal") -> "Portal":
    issuer = f"{app.settings.public_url}/demo-provider"
    oidc = Oidc(issuer=issuer, client_id="portal", algs=("ES256",))
    settings = replace(app.settings, demo=True, oidc=oidc)
    mount, provider = own_provider(settings)
    demo = create_app(settings, mount)
    demo.state.portal.database = database
    database.publish = demo.state.portal.hub.publish
    use_provider(demo.state.portal, provider)
    return demo


async def pick(page: "Page", name: str, start: str = "/sign-in") -> None:
    await page.goto(start)
    await page.get_by_role("button", name=name).click()


async def test_one_click_on_a_card_signs_in_and_sign_out_comes_back(
    browse: Browse, nurse_on_team: Person
) -> None:
    page = await browse(None, "desktop")
    await pick(page, "Night nurse", "/sign-in?next=/account")
    await page.get_by_role("heading", name="Where you are signed in").wait_for()
    assert page.url.endswith("/account")
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies()}
    assert cookies["__Host-session"]["httpOnly"]
    assert cookies["__Host-session"]["secure"]

    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.url.endswith("/signed-out") or "/signed-out?" in page.url
    await page.go_back()
    assert await page.get_by_text("Where you are signed in").count() == 0


async def test_somebody_not_invited_learns_what_to_do(browse: Browse, patient: Person) -> None:
    page = await browse(None, "phone")
    await pick(page, "Somebody not invited")
    await page.get_by_role("heading", name="We do not know this sign-in yet").wait_for()
    await page.get_by_role("link", name="Sign in with another account").click()
    await page.get_by_role("heading", name="You are signed out").wait_for()


async def _leave_unused(database: Database, seconds: float) -> None:
    """Every session was last used so many seconds ago."""
    async with database.work() as work:
        for held in (await work.session.exec(select(Session))).all():
            held.used_at = clock.now() - timedelta(seconds=seconds)


async def test_one_is_warned_two_minutes_before_and_stays_with_one_press(
    browse: Browse, server: Served, database: Database, nurse_on_team: Person
) -> None:
    page = await browse(nurse_on_team, "desktop")
    await page.goto("/account")
    await _leave_unused(database, 15 * 60 - 90)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.get_by_role("heading", name="Are you still there?").wait_for()
    await page.get_by_role("button", name="Stay signed in").click()
    await page.get_by_role("heading", name="Are you still there?").wait_for(state="hidden")
    async with database.read() as session:
        held = (await session.exec(select(Session))).one()
    assert (held.used_at - held.started_at).total_seconds() > -60


WRITING = """() => {
  const box = document.createElement('textarea');
  box.id = 'draft';
  document.getElementById('main').append(box);
  box.value = 'I feel a bit';
}"""


async def test_half_written_words_outlive_the_sign_in_unseen(
    browse: Browse, server: Served, database: Database, nurse_on_team: Person
) -> None:
    page = await browse(nurse_on_team, "desktop")
    await page.goto("/account")
    await page.evaluate(WRITING)
    old = await page.locator("input[name=csrf]").first.input_value()
    async with database.work() as work:
        await end_all_sessions(work, nurse_on_team.id)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    again = page.get_by_role("link", name="Sign in again")
    await again.wait_for()
    assert not await page.locator("#draft").is_visible()

    async with page.context.expect_page() as opened:
        await again.click()
    second = await opened.value
    await second.get_by_role("button", name="Night nurse").click()
    await second.get_by_role("heading", name="You are signed in again").wait_for()

    await page.bring_to_front()
    await page.evaluate("window.dispatchEvent(new Event('focus'))")
    await page.locator("#draft").wait_for(state="visible")
    assert await page.locator("#draft").input_value() == "I feel a bit"
    assert await page.locator("input[name=csrf]").first.input_value() != old


async def test_without_words_the_page_is_left_once_however_many_notice(
    browse: Browse, server: Served, database: Database, patient: Person
) -> None:
    page = await browse(patient, "phone")
    await page.goto("/account")
    left: list[str] = []
    await page.expose_function("note", lambda url: left.append(url))
    await page.evaluate(
        """navigation.onnavigate = (event) => note(event.destination.url);
        setInterval(() => document.dispatchEvent(new Event('visibilitychange')), 5)"""
    )
    async with database.work() as work:
        await end_all_sessions(work, patient.id)
    await page.wait_for_url("**/welcome?next=%2Faccount")
    assert len(left) == 1


async def test_signing_out_leads_where_its_answer_says_though_the_page_hears_of_the_end_first(
    browse: Browse, server: Served, patient: Person
) -> None:
    page = await browse(patient, "phone", service_workers="block")
    await page.goto("/account")

    async def hold(route: "Route") -> None:
        answer = await route.fetch(max_redirects=0)
        await asyncio.sleep(1)
        await route.fulfill(response=answer)

    await page.route("**/sign-out", hold)
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url("**/demo-provider/end-session*")
