"""The pages that start a treatment in a real browser: axe, small screens, both themes, errors."""

from typing import TYPE_CHECKING

import pytest

from portal.db import Database
from portal.people.actions import set_cautions
from portal.people.models import Caution, Patient
from tests.axe import violations
from tests.conftest import Browse
from tests.people import Clinic

if TYPE_CHECKING:
    from playwright.async_api import Page

SIDEWAYS = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


async def _is_in_order(page: "Page") -> None:
    assert await violations(page) == [], page.url
    assert await page.evaluate(SIDEWAYS) <= 0, page.url


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_the_pages_that_start_a_treatment_are_in_order(
    browse: Browse, clinic: Clinic, database: Database, size: str
) -> None:
    async with database.work() as work:
        patient = await work.session.get_one(Patient, clinic.patient.id)
        await set_cautions(work, patient, {Caution.DEMENTIA}, None)
    page = await browse(clinic.clinician_on_team, size)
    record = f"/patients/{clinic.patient.id}"
    for path in (record, f"{record}/details", f"{record}/plan"):
        await page.goto(path)
        await _is_in_order(page)
    await page.get_by_role("button", name="Sign version 1").click()
    await page.locator("[data-error-summary]").wait_for()
    assert await page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    await _is_in_order(page)
