"""Staff's pages about patients and people in a real browser: axe, small screens, both themes."""

import pytest
from sqlmodel import col, select

from portal import clock
from portal.db import Database
from portal.demo.data import build
from portal.people.models import Person
from tests.axe import violations
from tests.conftest import Browse

SIDEWAYS = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


async def person(database: Database, name: str) -> Person:
    async with database.read() as session:
        return (await session.exec(select(Person).where(col(Person.name) == name))).one()


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_axe_finds_nothing_and_the_page_does_not_run_sideways(
    browse: Browse, database: Database, size: str
) -> None:
    await build(database, clock.now())
    record = f"/patients/{(await person(database, 'Patient P')).id}"
    for name, paths in (("Day nurse", ("/patients", record)), ("Administrator", ("/people",))):
        page = await browse(await person(database, name), size)
        for path in paths:
            await page.goto(path)
            assert await violations(page) == [], path
            assert await page.evaluate(SIDEWAYS) <= 0, path


async def test_a_patient_is_found_by_keyboard_and_the_record_opens(
    browse: Browse, database: Database
) -> None:
    await build(database, clock.now())
    page = await browse(await person(database, "Day nurse"), "desktop")
    await page.goto("/patients")
    await page.keyboard.press("/")
    await page.keyboard.type("patient g")
    await page.keyboard.press("Enter")
    await page.get_by_text("1 found").wait_for()
    assert "patient" not in page.url.split("/")[-1].replace("patients", "")
    await page.get_by_role("link", name="Patient G").click()
    assert await page.get_by_role("heading", name="Patient G").is_visible()
