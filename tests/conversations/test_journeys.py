"""The patient's page in a browser: what waits through a reload, and a correction on two screens."""

import pytest
from playwright.async_api import Page, expect

from portal.conversations.models import Conversation
from portal.conversations.queries import messages_after
from portal.db import Database
from portal.people.models import Person
from tests.conftest import Browse
from tests.conversations.people import said

# What a browser does has nothing to do with the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def bodies(database: Database, conversation: Conversation) -> list[str]:
    async with database.read() as session:
        return [line.body for line in await messages_after(session, conversation, 0)]


async def write(page: Page, words: str, button: str = "Send") -> None:
    await page.locator("textarea:visible").fill(words)
    await page.get_by_role("button", name=button, exact=True).click()


async def test_what_waits_for_a_connection_survives_a_reload_and_goes_in_order(
    browse: Browse, database: Database, care: Conversation, patient: Person
) -> None:
    page = await browse(patient, "phone")
    await page.goto(f"/conversations/{care.id}")
    # The page itself can be had; what it sends gets nowhere.
    await page.route("**/messages", lambda route: route.abort())
    await page.route("**/draft", lambda route: route.abort())
    await page.route_web_socket("**/live", lambda socket: None)
    await page.reload()
    await write(page, "One")
    await write(page, "Two")
    waiting = page.locator("[data-pending]")
    await expect(waiting).to_have_count(2)
    for item in await waiting.all():
        await expect(item).to_contain_text("Waiting for connection", timeout=15_000)
    await page.reload()
    await expect(waiting).to_have_count(2)
    await expect(page.locator("textarea:visible")).to_have_value("")
    assert await bodies(database, care) == []

    await page.locator("textarea:visible").fill("Half a sentence")
    await page.reload()
    await expect(page.locator("textarea:visible")).to_have_value("Half a sentence")
    await page.locator("textarea:visible").fill("")
    await page.unroute_all()
    await expect(waiting.first.get_by_role("button", name="Try again")).to_be_visible(
        timeout=15_000
    )
    await waiting.first.get_by_role("button", name="Try again").click()
    await expect(page.locator("[data-message]")).to_have_count(2, timeout=15_000)
    await expect(waiting).to_have_count(0)
    assert await bodies(database, care) == ["One", "Two"]
    assert await page.evaluate("sessionStorage.getItem('waiting-messages')") is None


async def test_what_waits_is_sent_from_the_next_page_where_its_own_was_left(
    browse: Browse, database: Database, care: Conversation, patient: Person
) -> None:
    page = await browse(patient, "phone")
    await page.add_init_script(
        "window.WebSocket = class extends EventTarget { close() {} send() {} };"
    )
    await page.goto(f"/conversations/{care.id}")
    await page.route("**/messages", lambda route: route.abort())
    for words in ("I feel faint", "Please call me"):
        await page.locator("textarea:visible").fill(words)
        await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Waiting for connection")).to_have_count(2)
    await page.goto("about:blank")
    await page.unroute("**/messages")
    assert await bodies(database, care) == []
    await page.goto("/")
    await expect(page.locator("#main")).to_contain_text("What you wrote before is sent now.")
    assert await bodies(database, care) == ["I feel faint", "Please call me"]
    await page.goto(f"/conversations/{care.id}")
    await expect(page.locator("[data-message]")).to_have_count(2)
    await expect(page.locator("[data-pending]")).to_have_count(0)


async def test_signing_out_leaves_nothing_that_waits_on_the_device(
    browse: Browse, care: Conversation, patient: Person
) -> None:
    page = await browse(patient, "phone")
    await page.goto(f"/conversations/{care.id}")
    await page.route("**/messages", lambda route: route.abort())
    await page.route_web_socket("**/live", lambda socket: None)
    await page.reload()
    await write(page, "unmistakable words")
    kept = "sessionStorage.getItem('waiting-messages')"
    await expect(page.locator("[data-pending]")).to_have_count(1)
    assert "unmistakable" in str(await page.evaluate(kept))
    await page.goto("/account")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.wait_for_url(lambda url: "/account" not in url)
    assert await page.evaluate(kept) is None


async def test_a_correction_shows_on_both_screens_at_once(
    browse: Browse, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, *(f"Line {number}" for number in range(12)))
    phone, desk = await browse(patient, "phone"), await browse(nurse_on_team, "desktop")
    await phone.goto(f"/conversations/{care.id}")
    await desk.goto(f"/inbox/{care.id}")
    await write(phone, "I took 20 pills, I cannot breathe")
    await expect(desk.get_by_role("log")).to_contain_text("I took 20 pills")
    await expect(phone.get_by_role("heading", name="Do you need help now")).to_be_visible()
    await expect(phone.get_by_text("I took 20 pills")).to_be_in_viewport()
    await phone.get_by_role("link", name="Correct or withdraw").click()
    await write(phone, "I took 2 pills", "Save correction")
    for page in (phone, desk):
        log = page.get_by_role("log")
        await expect(log).to_contain_text("I took 2 pills")
        await expect(log).not_to_contain_text("I took 20 pills")
        await expect(log).to_contain_text("Corrected")
    await desk.get_by_role("link", name="Earlier words").click()
    await expect(desk.get_by_role("main")).to_contain_text("I took 20 pills")
    await desk.go_back()
    [reply] = await said(database, care, nurse_on_team, "Which pills?")
    change = phone.locator(f"#m-{reply}")
    await expect(change).to_contain_text("Which pills?")
    await desk.goto(f"/conversations/{care.id}/messages/{reply}/change")
    await desk.get_by_role("button", name="Withdraw message").click()
    await expect(change).to_contain_text("Message withdrawn")
    await expect(change).not_to_contain_text("Which pills?")


async def test_that_somebody_writes_is_shown_for_five_seconds_and_never_sticks(
    browse: Browse, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    phone, desk = await browse(patient, "phone"), await browse(nurse_on_team, "desktop")
    await phone.clock.install()
    await phone.goto(f"/conversations/{care.id}")
    await desk.goto(f"/inbox/{care.id}")
    await said(database, care, patient, "Hello")
    for page in (phone, desk):  # both hear of what happens now
        await expect(page.get_by_role("log")).to_contain_text("Hello")
    await desk.locator("textarea:visible").press_sequentially("Small")
    typing = phone.locator("[data-typing]")
    await expect(typing).to_have_text("Night nurse is writing")
    await desk.close()
    await phone.clock.fast_forward(5000)
    await expect(typing).to_have_text("")


async def test_drafts_of_two_devices_at_once_are_both_there_after_a_reload(
    browse: Browse, care: Conversation, patient: Person
) -> None:
    phone, tablet = await browse(patient), await browse(patient)
    for page in (phone, tablet):
        await page.goto(f"/conversations/{care.id}")
    for page, words in ((phone, "From the phone"), (tablet, "From the tablet")):
        await page.locator("#body").fill(words)
        async with page.expect_response("**/draft"):
            await page.locator("#body").blur()
    await phone.reload()
    await expect(phone.locator("#body")).to_have_value("From the tablet\nFrom the phone")
    async with phone.expect_response("**/draft"):
        await phone.locator("#body").fill("Only this")
        await phone.locator("#body").blur()
    # One draft again: what it says now counts, wherever it was changed.
    await tablet.reload()
    await expect(tablet.locator("#body")).to_have_value("Only this")
    await phone.reload()
    await expect(phone.locator("#body")).to_have_value("Only this")


async def test_a_draft_that_was_sent_from_another_tab_is_no_draft_here(
    browse: Browse, database: Database, care: Conversation, patient: Person
) -> None:
    first = await browse(patient, "phone")
    await first.goto(f"/conversations/{care.id}")
    await first.locator("textarea:visible").fill("Half a sentence")
    async with first.expect_response("**/draft"):
        await first.locator("textarea:visible").blur()
    same, more = [await first.context.new_page() for _ in range(2)]
    before = await first.context.new_page()
    for page in (same, more, before):
        await page.goto(f"/conversations/{care.id}")
        await expect(page.locator("textarea:visible")).to_have_value("Half a sentence")
    await before.locator("textarea:visible").fill("Half a")
    await more.locator("textarea:visible").fill("Something else")
    async with more.expect_response("**/draft"):
        await more.locator("textarea:visible").blur()
    async with more.expect_response("**/draft"):
        await first.get_by_role("button", name="Send", exact=True).click()
    await expect(same.locator("[data-message]")).to_have_count(1)
    await expect(same.locator("textarea:visible")).to_have_value("")
    await expect(before.locator("textarea:visible")).to_have_value("")
    await expect(more.locator("[data-message]")).to_have_count(1)
    await same.reload()
    await expect(same.locator("textarea:visible")).to_have_value("Something else")
    await more.get_by_role("button", name="Send", exact=True).click()
    await expect(more.locator("[data-message]")).to_have_count(2)
    assert await bodies(database, care) == ["Half a sentence", "Something else"]


async def test_other_words_under_the_name_of_a_draft_that_was_sent_are_kept(
    browse: Browse, care: Conversation, patient: Person
) -> None:
    first = await browse(patient, "phone")
    await first.goto(f"/conversations/{care.id}")
    await first.locator("textarea:visible").fill("It is not okay")
    async with first.expect_response("**/draft"):
        await first.locator("textarea:visible").blur()
    other = await first.context.new_page()
    await other.goto(f"/conversations/{care.id}")
    await other.locator("textarea:visible").fill("okay")
    await first.get_by_role("button", name="Send", exact=True).click()
    await expect(other.locator("[data-message]")).to_have_count(1)
    await expect(other.locator("textarea:visible")).to_have_value("okay")


async def test_today_and_the_way_to_correct_stay_true_on_a_phone_whose_clock_is_wrong(
    browse: Browse, database: Database, care: Conversation, patient: Person
) -> None:
    await said(database, care, patient, "I took 20 pills")
    page = await browse(patient, "phone")
    await page.clock.install(time="2031-01-01T12:00:00")
    await page.goto(f"/conversations/{care.id}")
    await expect(page.locator(".log__day")).to_have_text("Today")
    await page.clock.fast_forward(14 * 60_000)
    change = page.get_by_role("link", name="Correct or withdraw")
    await expect(change).to_be_visible()
    await page.clock.fast_forward(60_000)
    await expect(change).to_have_count(0)
