"""The care team's keys in a real browser, on a page without a server behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from tests import browser as browsers
from tests.design.stage import ADDRESS, desk, open_desk

FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browsers.context_for(browser, "desktop", ADDRESS)
    page = await context.new_page()
    yield page
    await page.unroute_all(behavior="ignoreErrors")
    await context.close()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():
            await asyncio.sleep(0.02)


async def test_one_key_acts_on_the_row_chosen_at_load_without_taking_focus(page: Page) -> None:
    sent = await open_desk(page, desk())
    assert await page.evaluate("document.activeElement === document.body")
    await page.keyboard.press("a")
    await until(lambda: sent == ["/one/acknowledge"])


async def test_moving_down_and_acting_at_once_never_hits_the_patient_before(page: Page) -> None:
    sent = await open_desk(page, desk(), wait=0.4)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await until(lambda: bool(sent))
    assert sent == ["/two/acknowledge"]
    assert await page.evaluate(FOCUSED) == "open-two"


async def test_enter_goes_to_the_detail_and_escape_comes_back_to_the_row(page: Page) -> None:
    await open_desk(page, desk())
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-detail-title]")).to_be_focused()
    await expect(page.locator("[data-detail-title]")).to_have_text("Patient B")
    await page.keyboard.press("Escape")
    assert await page.evaluate(FOCUSED) == "open-two"
    await page.keyboard.press("k")
    assert await page.evaluate(FOCUSED) == "open-one"


async def test_escape_points_at_no_other_row_when_the_open_one_has_left_the_list(
    page: Page,
) -> None:
    sent = await open_desk(page, desk())
    await page.evaluate("document.querySelector('#open-one').closest('li').remove()")
    await page.keyboard.press("Escape")
    assert await page.evaluate(FOCUSED) == "list-title"
    await page.keyboard.press("a")
    await until(lambda: sent == ["/one/acknowledge"])
    await page.keyboard.press("j")
    assert await page.evaluate(FOCUSED) == "open-two"


async def test_a_key_acts_on_the_row_that_has_the_focus(page: Page) -> None:
    sent = await open_desk(page, desk())
    await page.locator("#open-two").focus()
    await page.keyboard.press("a")
    await until(lambda: bool(sent))
    assert sent == ["/two/acknowledge"]
    await expect(page.locator("[data-list] [aria-current=true]")).to_have_id("open-two")


async def test_keys_are_letters_while_somebody_writes(page: Page) -> None:
    sent = await open_desk(page, desk())
    await page.keyboard.press("/")
    await page.keyboard.type("ja")
    assert await page.locator("input[type=search]").input_value() == "ja"
    assert sent == []


async def test_keys_can_be_turned_off(page: Page) -> None:
    sent = await open_desk(page, desk(keys_on=False))
    await page.keyboard.press("a")
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement === document.body")
    assert sent == []
    await page.get_by_role("link", name="Keys are off").click()
    await page.get_by_role("button", name="Turn keys on").click()
    await until(lambda: sent == ["/account/keys"])


async def test_a_question_mark_lists_the_keys_of_this_page(page: Page) -> None:
    sent = await open_desk(page, desk())
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys on this page")
    await expect(dialog).to_contain_text("Acknowledge Patient A")
    await expect(dialog).to_contain_text("Find a patient")
    await page.keyboard.press("a")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert sent == []


async def test_a_toast_is_said_once_and_a_second_press_sends_nothing(page: Page) -> None:
    sent = await open_desk(page, desk(said="Acknowledged Patient D"))
    await expect(page.locator("#polite")).to_have_text("Acknowledged Patient D")
    await page.evaluate("document.querySelector('[data-detail-for] button').click()")
    await page.evaluate("document.querySelector('[data-detail-for] button').click()")
    await until(lambda: bool(sent))
    await asyncio.sleep(0.1)
    assert sent == ["/one/acknowledge"]


async def test_on_a_narrow_page_a_row_is_a_plain_link(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await open_desk(page, desk())
    await page.get_by_role("link", name="Patient B").click()
    await page.wait_for_url("**/triage/two")


async def test_the_pages_policy_has_nothing_to_report(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await open_desk(page, desk())
    # As the browser writes it when somebody pulls a text box taller.
    await page.evaluate("document.querySelector('#words').style.height = '9rem'")
    await page.keyboard.press("j")
    await expect(page.locator("[data-detail-title]")).to_have_text("Patient B")
    assert said == []


async def test_a_detail_that_never_comes_is_said_and_nothing_is_sent(page: Page) -> None:
    await page.clock.install()
    sent = await open_desk(page, desk(), wait=60)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await page.clock.fast_forward(5_000)
    await expect(page.locator("#toast")).to_contain_text("Not done")
    assert sent == []
