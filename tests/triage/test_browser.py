"""The open queue in a real browser: keys, live updates, focus, announcements."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from portal.db import Database
from portal.flags.actions import acknowledge_flag, resolve_flag
from portal.flags.models import Flag, Outcome
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.conftest import Browse
from tests.flags.raising import actor_for, raised

if TYPE_CHECKING:
    from playwright.async_api import Page

# The database makes no difference to a browser; one of the two keeps the suite short.

LISTEN = """() => {
  window.heard = { polite: [], assertive: [] };
  for (const name of ["polite", "assertive"]) {
    const region = document.getElementById(name);
    new MutationObserver(() => region.textContent && window.heard[name].push(region.textContent))
      .observe(region, { childList: true, characterData: true, subtree: true });
  }
}"""
PLACE = """() => ({
  rows: [...document.querySelectorAll("[data-list] li")].map(
    (row) => [row.id, row.getBoundingClientRect().y]),
  focus: document.activeElement.id,
  scroll: document.querySelector(".pane--list").scrollTop,
})"""


async def open_queue(page: "Page", url: str = "/triage") -> "Page":
    """The page, once it is live and has looked for what changed while it loaded."""
    async with page.expect_response("**/triage/rows*"):
        await page.goto(url)
    await page.wait_for_selector('[data-live-state][data-state="live"]')
    await page.evaluate(LISTEN)
    return page


async def test_a_new_urgent_flag_waits_behind_the_bar_until_it_is_asked_for(
    browse: Browse,
    database: Database,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    patient: Person,
) -> None:
    await raised(database, patient, Level.SOON)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    outside = await open_queue(await browse(nurse_elsewhere, "desktop"))
    asked: list[str] = []
    outside.on("request", lambda request: asked.append(request.url))
    flag = await raised(database, patient, Level.URGENT)
    await page.get_by_text("1 new, 1 urgent.").wait_for(timeout=2000)
    assert await page.locator(f"#row-{flag.id}").count() == 0
    assert (await page.title()).startswith("(2) Triage")
    await page.keyboard.press(".")
    await page.locator(f"#row-{flag.id}").wait_for()
    first = page.locator("[data-list] li").first
    assert await first.get_attribute("id") == f"row-{flag.id}"
    assert await page.evaluate("window.heard.polite") == ["1 new, 1 urgent"]
    assert asked == []  # the other team's page heard of nothing
    assert await outside.locator("[data-list] li").count() == 0


async def test_the_first_flag_of_a_quiet_shift_is_all_that_the_page_speaks_of(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    nothing = page.get_by_text("Nothing is waiting").filter(visible=True)
    assert await nothing.count() == 2  # in the list and beside it
    flag = await raised(database, patient, Level.URGENT)
    await page.locator(f"#row-{flag.id}").wait_for()
    assert await nothing.count() == 0
    assert await page.get_by_text("Choose a flag from the list.").is_visible()


async def test_twenty_updates_move_neither_a_row_nor_the_focus(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    flags = [await raised(database, patient, Level.SOON) for _ in range(10)]
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.focus(f"#open-{flags[3].id}")
    before = await page.evaluate(PLACE)
    for number in range(20):
        await _one_update(database, nurse_on_team, patient, flags, number)
        await asyncio.sleep(0.05)
    await page.get_by_text("10 new, 10 urgent.").wait_for(timeout=4000)
    assert await page.evaluate(PLACE) == before
    assert await page.locator(".queue-row--done").count() == 5
    assert len(await page.evaluate("window.heard.polite")) == 1


async def _one_update(
    database: Database, nurse: Person, patient: Person, flags: list[Flag], number: int
) -> None:
    """Every other one is new; the rest are acknowledged or resolved by somebody."""
    if number % 2:
        await raised(database, patient, Level.URGENT)
        return
    async with database.work(actor_for(nurse)) as work:
        if number % 4:
            await resolve_flag(work, flags[number // 2].id, outcome=Outcome.CALLED)
        else:
            await acknowledge_flag(work, flags[number // 2].id)


async def test_an_emergency_enters_at_once_at_the_top_and_is_said_once(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    flags = [await raised(database, patient, Level.SOON) for _ in range(3)]
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.focus(f"#open-{flags[1].id}")
    alarm = await raised(database, patient, Level.EMERGENCY, summary="Chest tightness")
    await page.locator(f"#row-{alarm.id}").wait_for(timeout=2000)
    await raised(database, patient, Level.ROUTINE)
    await page.get_by_text("1 new.").wait_for(timeout=2000)
    assert await page.locator("[data-list] li").first.get_attribute("id") == f"row-{alarm.id}"
    assert await page.evaluate("document.activeElement.id") == f"open-{flags[1].id}"
    assert await page.evaluate("window.heard") == {
        "polite": [],
        "assertive": ["Emergency: Patient A. Chest tightness."],
    }


async def test_an_emergency_is_seen_from_every_view(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    page = await open_queue(await browse(nurse_on_team, "desktop"), "/triage?view=unowned")
    await page.keyboard.press("]")
    await page.wait_for_url("**/triage?view=snoozed")
    await page.wait_for_selector('[data-live-state][data-state="live"]')
    alarm = await raised(database, patient, Level.EMERGENCY)
    await page.locator(f"#row-{alarm.id}").wait_for(timeout=2000)


async def test_a_acknowledges_the_selected_flag_within_a_second(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    first = await raised(database, patient, Level.URGENT)
    second = await raised(database, patient, Level.SOON)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    assert await page.evaluate("document.activeElement === document.body")
    await page.keyboard.press("a")
    await page.get_by_text("Acknowledged Patient A").first.wait_for(timeout=1000)
    await page.locator(f"#row-{first.id}").get_by_text("Owner: Night nurse").wait_for()
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await page.locator(f"#row-{second.id}").get_by_text("Owner: Night nurse").wait_for(timeout=1000)
    assert await page.evaluate("document.activeElement.id") == f"open-{second.id}"


async def test_the_second_of_two_nurses_is_told_who_was_first(
    browse: Browse,
    database: Database,
    nurse_on_team: Person,
    second_nurse: Person,
    patient: Person,
) -> None:
    flag = await raised(database, patient, Level.URGENT)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.route("**/triage/rows*", lambda route: route.abort())  # it has not heard of it yet
    async with database.work(actor_for(second_nurse)) as work:
        await acknowledge_flag(work, flag.id)
    await page.keyboard.press("a")
    told = page.locator("#detail .banner").get_by_text("Day nurse acknowledged this first, at")
    await told.wait_for(timeout=2000)
    assert await page.locator("#acknowledge").count() == 0


async def test_enter_goes_to_the_title_of_the_flag_and_escape_back_to_its_row(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    flags = [await raised(database, patient, Level.SOON) for _ in range(3)]
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.locator("#detail-title:focus").wait_for()
    assert await page.locator(f'[data-detail-for="{flags[1].id}"]').count() == 1
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.activeElement.id") == f"open-{flags[1].id}"


async def test_after_resolving_the_next_flag_is_open_and_its_row_has_the_focus(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    first, second = [await raised(database, patient, Level.SOON) for _ in range(2)]
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.keyboard.press("r")
    await page.locator("#outcome").select_option("called")
    await page.locator("#note").fill("Called back at 9 pm")
    await page.locator("dialog").get_by_role("button", name="Resolve").click()
    await page.locator(f"#open-{second.id}:focus").wait_for()
    await page.locator(f'[data-detail-for="{second.id}"]').wait_for()
    assert await page.locator(f"#row-{first.id}").count() == 0
    assert await page.locator("#toast p").inner_text() == "Resolved Patient A"
    assert page.url.endswith(f"/triage/{second.id}")
    await page.keyboard.press("r")
    await page.locator("#outcome").select_option("seen")
    await page.locator("dialog").get_by_role("button", name="Resolve").click()
    await page.locator("#triage-title:focus").wait_for()


async def test_escape_keeps_a_flag_open_and_gives_the_focus_back(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    flag = await raised(database, patient, Level.SOON)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.locator("#resolve").click()
    await page.keyboard.press("Escape")
    assert await page.locator("dialog[open]").count() == 0
    assert await page.evaluate("document.activeElement.id") == "resolve"
    assert await page.locator(f"#row-{flag.id}.queue-row--new").count() == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_on_a_phone_a_flag_is_acknowledged_and_resolved_page_by_page(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person, scripts: bool
) -> None:
    await raised(database, patient, Level.URGENT)
    page = await browse(nurse_on_team, "phone", java_script_enabled=scripts)
    await page.goto("/triage")
    await page.get_by_role("link", name="Urgent: Patient A").click()
    await page.get_by_role("button", name="Acknowledge").click()
    await page.get_by_text("Night nurse has this since").wait_for()
    await page.locator("#resolve").click()
    await page.get_by_label("What was done").select_option("advised")
    await page.get_by_role("button", name="Resolve").click()
    await page.get_by_text("Nothing is waiting").first.wait_for()
    assert "Resolved Patient A" in await page.locator("#toast").inner_text()


async def test_a_note_survives_when_the_session_has_ended_meanwhile(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    await raised(database, patient)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.keyboard.press("r")
    await page.locator("#outcome").select_option("called")
    await page.locator("#note").fill("Words that took a while")
    await page.context.clear_cookies()
    await page.locator("dialog").get_by_role("button", name="Resolve").click()
    await page.wait_for_url("**/resolve")
    assert "Words that took a while" in await page.content()


async def test_offline_an_action_says_that_it_was_not_sent(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    await raised(database, patient)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.context.set_offline(True)
    await page.keyboard.press("a")
    await page.get_by_text("Not sent. Check your connection and try again.").first.wait_for()
    await page.context.set_offline(False)
    await page.keyboard.press("a")
    await page.get_by_text("Acknowledged Patient A").first.wait_for()
