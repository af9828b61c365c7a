"""The queue as it is seen and read: axe, colours taken away, the line lost, a long wait."""

import pytest

from portal.db import Database
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.axe import violations
from tests.conftest import Browse
from tests.flags.raising import raised
from tests.triage.test_browser import LISTEN, open_queue

OVERFLOW = """(size) => {
  const page = document.documentElement;
  page.style.fontSize = size;
  return page.scrollWidth - page.clientWidth;
}"""


async def _one_of_each(database: Database, patient: Person) -> None:
    for level in Level:
        await raised(database, patient, level)


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_axe_finds_nothing_by_day_and_by_night(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person, size: str
) -> None:
    await _one_of_each(database, patient)
    page = await open_queue(await browse(nurse_on_team, size))
    assert await violations(page) == []
    flag = await page.get_attribute("[data-row]", "data-row")
    for url in (f"/triage/{flag}/resolve", "/rules"):
        await page.goto(url)
        assert await violations(page) == []


async def test_without_colours_every_row_names_its_level_and_the_selected_one_shows(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    await _one_of_each(database, patient)
    page = await open_queue(await browse(nurse_on_team, "desktop", forced_colors="active"))
    names = await page.locator(".queue-row .badge").all_inner_texts()
    assert names == [level.words for level in Level]
    assert await page.locator(".queue-row .badge svg").count() == len(Level)
    selected = page.locator('.queue-row:has([aria-current="true"])')
    assert await selected.evaluate("(row) => getComputedStyle(row).outlineStyle") == "solid"


async def test_at_320_pixels_and_with_doubled_text_nothing_runs_out_of_the_page(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    await _one_of_each(database, patient)
    page = await browse(nurse_on_team, "desktop")
    await page.goto("/triage")
    flag = f"/triage/{await page.get_attribute('[data-row]', 'data-row')}"
    for url in ("/triage", flag, f"{flag}/resolve"):
        await page.goto(url)
        for width, text in ((320, "16px"), (390, "32px"), (1440, "32px")):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate(OVERFLOW, text) <= 0, (url, width, text)


async def test_a_line_that_stays_lost_is_said_and_shown_with_what_still_works(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    await raised(database, patient)
    page = await browse(nurse_on_team, "desktop")
    await page.clock.install()
    await page.route_web_socket("**/live", lambda socket: socket.close())
    await page.goto("/triage")
    await page.evaluate(LISTEN)
    await page.clock.fast_forward(11_000)
    await page.locator('[data-news][data-state="lost"]').wait_for()
    await page.clock.run_for(100)
    assert await page.evaluate("window.heard.polite") == [
        "Not live. New flags do not show by themselves. Refresh the list to see them."
    ]
    assert await page.get_by_role("link", name="Refresh").is_visible()


async def test_after_a_minute_untouched_the_list_takes_its_order_by_itself(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    await raised(database, patient, Level.SOON)
    page = await browse(nurse_on_team, "desktop")
    await page.clock.install()
    await open_queue(page)
    urgent = await raised(database, patient, Level.URGENT)
    await page.get_by_text("1 new, 1 urgent.").wait_for()
    await page.clock.fast_forward(70_000)
    await page.locator(f"#row-{urgent.id}").wait_for(timeout=2000)


async def test_waiting_times_go_on_while_the_page_is_open_and_nothing_is_said(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    flag = await raised(database, patient, Level.URGENT)
    page = await browse(nurse_on_team, "desktop")
    await page.clock.install()
    await open_queue(page)
    row = page.locator(f"#row-{flag.id}")
    assert "0 min" in await row.inner_text()
    await page.clock.fast_forward(22 * 60_000)
    await row.get_by_text("7 min late").wait_for(timeout=2000)
    assert await row.locator("b").inner_text() == "22 min"
    assert await page.evaluate("window.heard") == {"polite": [], "assertive": []}
