"""Two people and one visit, in a real browser: with scripts and live pages, and without either."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from portal.bookings.visits import next_appointment
from portal.db import Database
from portal.people.models import Patient
from tests.axe import violations
from tests.bookings.asking import asked, booked, days_ahead, offered, proposed
from tests.conftest import Browse
from tests.people import Clinic
from tests.treatments.plans import given_dose, signed_plan

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

# The database makes no difference to a browser; one of the two keeps the suite short.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE_NUMBER = "555 010 0142"


async def in_treatment(database: Database, clinic: Clinic) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    await given_dose(database, clinic.patient, clinic.nurse_on_team)
    async with database.work() as work:
        patient = await work.session.get_one(Patient, clinic.patient.id)
        patient.address = "12 Sample Street, Apt 3"


async def ask(page: "Page") -> None:
    """From the visits page to a sent request."""
    await page.goto("/visits")
    await page.get_by_role("link", name="Ask for a visit or a call").click()
    await page.get_by_role("button", name="Infusion visit").click()
    for cell in (0, 4):
        await page.locator("label.pick").nth(cell).click()
    await page.get_by_role("button", name="Continue").click()
    await page.locator("label.choice", has_text="Home").click()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_text("There is a problem").wait_for()
    assert await page.get_by_role("radio", name="Home").is_checked()
    await page.get_by_label("Phone at the door").fill(PHONE_NUMBER)
    await page.get_by_role("button", name="Continue").click()
    await page.locator("label.choice", has_text="A new medicine").click()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Send request").click()
    await page.wait_for_url("**/visits")


async def test_a_patient_asks_a_coordinator_offers_and_the_patient_accepts_without_a_reload(
    database: Database, clinic: Clinic, browse: Browse
) -> None:
    await in_treatment(database, clinic)
    phone = await browse(clinic.patient, "phone")
    desk = await browse(clinic.coordinator_on_team, "desktop")
    outsider = await browse(clinic.nurse_elsewhere, "desktop")
    for page in (desk, outsider):
        await page.goto("/requests")
        await page.locator('[data-live-state][data-state="live"]').wait_for()
    await ask(phone)
    await desk.locator("[data-row]", has_text=clinic.patient.name).click()
    await desk.get_by_role("button", name="Offer these times").click()
    await phone.get_by_role("heading", name="Choose a time").wait_for()
    await phone.locator('button[name="slot"]').first.click()
    await phone.locator("#main").get_by_text("Your visit is booked.").wait_for()
    await desk.get_by_role("link", name="Booked").click()
    await desk.locator("[data-row]", has_text=clinic.patient.name).wait_for()
    assert await outsider.locator("[data-row]").count() == 0
    async with database.read() as session:
        assert await next_appointment(session, clinic.patient.id) is not None


async def test_the_same_works_without_scripts_and_cancelling_asks_on_a_page_of_its_own(
    database: Database, clinic: Clinic, browse: Browse
) -> None:
    await in_treatment(database, clinic)
    phone = await browse(clinic.patient, "phone", java_script_enabled=False)
    desk = await browse(clinic.coordinator_on_team, "desktop", java_script_enabled=False)
    await ask(phone)
    await desk.goto("/requests")
    await desk.get_by_role("button", name="Offer these times").click()
    await phone.reload()
    await phone.locator('button[name="slot"]').first.click()
    await phone.get_by_role("link", name="Cancel this visit").click()
    await phone.get_by_role("button", name="Cancel visit").click()
    await phone.get_by_text("Cancelled by you.").wait_for()


async def test_an_open_dialog_is_not_swept_away_by_news(
    database: Database, clinic: Clinic, browse: Browse
) -> None:
    nurse, staff = clinic.nurse_on_team, clinic.coordinator_on_team
    await booked(database, clinic.patient, staff, nurse, days_ahead(3))
    request = await asked(database, clinic.patient)
    phone = await browse(clinic.patient, "phone")
    await phone.goto("/visits")
    await phone.get_by_role("link", name="Cancel this visit").click()
    await phone.get_by_label("Why, if you like to say").fill("I am away")
    await offered(database, staff, request, proposed(nurse, days_ahead(2)))
    await phone.wait_for_timeout(400)
    assert await phone.get_by_label("Why, if you like to say").input_value() == "I am away"
    await phone.get_by_role("button", name="Keep visit").click()
    await phone.get_by_role("heading", name="Choose a time").wait_for()


async def test_news_on_their_way_wait_for_a_dialog_that_opens_meanwhile_and_then_show(
    database: Database, clinic: Clinic, browse: Browse
) -> None:
    nurse, staff = clinic.nurse_on_team, clinic.coordinator_on_team
    await booked(database, clinic.patient, staff, nurse, days_ahead(3))
    request = await asked(database, clinic.patient)
    phone = await browse(clinic.patient, "phone", service_workers="block")
    address = "**/visits/now"
    async with phone.expect_response(address):  # what changed while it loaded
        await phone.goto("/visits")
    gate = asyncio.Event()

    async def hold(route: "Route") -> None:
        await gate.wait()
        await route.continue_()

    await phone.route(address, hold)
    async with phone.expect_request(address):
        await offered(database, staff, request, proposed(nurse, days_ahead(2)))
    await phone.get_by_role("link", name="Cancel this visit").click()
    async with phone.expect_response(address):
        gate.set()
    await phone.get_by_role("button", name="Keep visit").click()
    await phone.get_by_role("heading", name="Choose a time").wait_for()


async def test_the_grid_counts_the_picks_and_becomes_a_list_when_narrow(
    clinic: Clinic, browse: Browse
) -> None:
    page = await browse(clinic.patient, "phone")
    await page.goto("/visits/ask")
    await page.get_by_role("button", name="Follow-up visit").click()
    await page.locator("label.pick").first.click()
    assert "1 of 3 picked" in await read_aloud(page)
    assert await page.locator("label.pick").first.inner_text() == "Picked"
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) == 0
    assert "Morning 8 to 12" in await page.locator("label.pick").first.inner_text()


async def test_every_page_is_accessible_in_light_and_dark(
    database: Database, clinic: Clinic, browse: Browse
) -> None:
    await in_treatment(database, clinic)
    nurse, staff = clinic.nurse_on_team, clinic.coordinator_on_team
    made = await booked(database, clinic.patient, staff, nurse, days_ahead(3))
    request = await asked(database, clinic.patient)
    await offered(database, staff, request, proposed(nurse, days_ahead(2)))
    waiting = await asked(database, clinic.patient)
    phone = await browse(clinic.patient, "phone")
    steps = ("times", "place", "health", "words")
    await phone.goto("/visits/ask")
    await is_accessible(phone)
    await phone.get_by_role("button", name="Infusion visit").click()
    for address in (*(f"/visits/ask/{step}" for step in steps), "/visits"):
        await phone.goto(address)
        await is_accessible(phone)
    await phone.goto("/visits/ask/place")
    await phone.get_by_role("button", name="Continue").click()
    await is_accessible(phone)
    desk = await browse(nurse, "desktop")
    for address in (
        f"/requests/{waiting.id}",
        f"/requests/{made.request_id}?view=booked",
        f"/appointments/{made.id}/cancel",
        f"/patients/{clinic.patient.id}/doses/new",
    ):
        await desk.goto(address)
        await is_accessible(desk)


async def read_aloud(page: "Page") -> str:
    """All text a screen reader gets, generated content too."""
    session = await page.context.new_cdp_session(page)
    tree = await session.send("Accessibility.getFullAXTree")
    texts = (n["name"]["value"] for n in tree["nodes"] if n["role"]["value"] == "StaticText")
    return "".join(texts)


async def is_accessible(page: "Page") -> None:
    assert await violations(page, runOnly=RULES) == [], page.url
