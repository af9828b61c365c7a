"""What lead and clinician put on paper: every sheet says what it belongs to, nothing is cut off."""

from typing import TYPE_CHECKING

import pytest

from portal.check_ins.library import RULES
from portal.db import Database
from portal.people.models import Person
from tests.conftest import Browse
from tests.flags.raising import raised

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# A4 between its margins of 18 mm, in CSS pixels.
SHEET = {"width": 658, "height": 987}
STYLE = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
CUT = """() => [document.documentElement, ...document.querySelectorAll(".table-wrap")]
  .filter((each) => each.scrollWidth > each.clientWidth).length"""


async def on_paper(page: "Page", address: str) -> str:
    """What repeats on every sheet; only a table's head that is never broken does."""
    await page.goto(address)
    await page.emulate_media(media="print")
    head = ".sheets > .sheet-head"
    assert await page.evaluate(STYLE, [head, "display"]) == "table-header-group"
    assert await page.evaluate(STYLE, [head, "breakInside"]) == "avoid"
    assert await page.evaluate(CUT) == 0
    return await page.locator(head).inner_text()


async def test_each_sheet_names_the_rule_set_and_who_signed_it_or_the_weeks_that_are_counted(
    browse: Browse, database: Database, patient: Person, clinician_on_team: Person
) -> None:
    await raised(database, patient)
    page = await browse(clinician_on_team, "desktop", viewport=SHEET)
    head = await on_paper(page, "/rules")
    assert head.startswith(f"Rule set {RULES.version}. Signed by: Nobody yet.")
    assert await page.evaluate(STYLE, [".why", "breakInside"]) == "avoid"
    assert "figures of 12 weeks until" in await on_paper(page, "/figures")
    assert await page.get_by_text("As a CSV file").count() > 0
    assert not await page.get_by_text("As a CSV file").first.is_visible()
