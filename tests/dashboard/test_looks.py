"""The patient's pages in a real browser: axe, small screens, no scripts, and staying fresh."""

from sqlmodel import col, select

from portal import clock
from portal.db import Database
from portal.demo.data import build
from portal.people.models import Person
from tests.axe import violations
from tests.conftest import Browse
from tests.dashboard.test_home import dosed, written
from tests.people import Clinic

SIDEWAYS = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
PAGES = ("/", "/plan", "/numbers", "/help")


async def person(database: Database, name: str) -> Person:
    async with database.read() as session:
        return (await session.exec(select(Person).where(col(Person.name) == name))).one()


async def test_axe_finds_nothing_and_nothing_runs_sideways(
    browse: Browse, database: Database
) -> None:
    await build(database, clock.now())
    page = await browse(await person(database, "Patient B"), "phone")
    for path in PAGES:
        await page.goto(path)
        assert await violations(page) == [], path
        await page.set_viewport_size({"width": 320, "height": 568})
        assert await page.evaluate(SIDEWAYS) <= 0, path
        help_link = page.locator("a[href='/help'], a[href='tel:911']").first
        assert await help_link.is_visible(), path
        await page.set_viewport_size({"width": 390, "height": 844})


async def test_a_new_message_appears_by_itself_and_focus_stays_on_the_card(
    browse: Browse, database: Database, clinic: Clinic
) -> None:
    await dosed(database, clinic, hours=24.2)
    await written(database, clinic, "Good morning")
    page = await browse(clinic.patient, "phone")
    async with page.expect_websocket() as opening:
        await page.goto("/")
    await (await opening.value).wait_for_event("framereceived")
    await page.get_by_role("link", name="1 new message", exact=True).focus()
    await written(database, clinic, "How are you?")
    await page.get_by_role("link", name="2 new messages", exact=True).wait_for(timeout=10_000)
    assert await page.evaluate("document.activeElement.getAttribute('href')") == "/messages"


async def test_without_scripts_all_is_there_and_a_call_can_be_asked_for(
    browse: Browse, database: Database
) -> None:
    await build(database, clock.now())
    page = await browse(await person(database, "Patient B"), "phone", java_script_enabled=False)
    await page.goto("/")
    for words in ("Start check-in", "1 new message", "Your pain is going down", "Your plan"):
        assert await page.get_by_text(words).first.is_visible()
    assert await page.locator("svg.chart-patient").is_visible()
    await page.goto("/help")
    await page.get_by_role("button", name="Ask a nurse to call me").click()
    assert await page.get_by_text("We asked a nurse to call you.").is_visible()
