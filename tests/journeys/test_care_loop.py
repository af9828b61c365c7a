"""One evening, two people: a patient's phone and a nurse's desk, with an outsider looking on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from playwright.async_api import expect

from portal.db import Database
from portal.people.models import Person
from tests.check_ins.doses import give_dose
from tests.check_ins.test_journey import QUIET_START, SICK, Thumb, today
from tests.conftest import Browse
from tests.conversations.people import opened, page_of
from tests.people import Clinic
from tests.serving import Served

if TYPE_CHECKING:
    from playwright.async_api import Page


async def test_from_a_bad_evening_to_a_nurses_answer_without_a_reload(
    browse: Browse, clinic: Clinic, database: Database, server: Served
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    care, _ = await opened(database, clinic.patient)
    desk = await _watching(browse, clinic.nurse_on_team)
    outsider = await _watching(browse, clinic.nurse_elsewhere)

    async with page_of(server, clinic.nurse_elsewhere) as elsewhere:
        for topic in ("triage", "inbox", "home"):
            await elsewhere.say("follow", topic=topic)
        await elsewhere.say("follow", conversation=care.id, after=0)
        assert (await elsewhere.hear())["type"] == "error"

        phone = await browse(clinic.patient, "phone")
        await _check_in(phone, "threw up twice, cannot keep water down")
        await _new_row_is_shown(desk, clinic.patient.name)
        await desk.keyboard.press("a")
        await expect(desk.locator("[role=status]").first).to_contain_text("Acknowledged")
        await phone.goto("/messages")
        await _answer(desk, "I am calling you now. Take small sips.")
        await expect(phone.get_by_role("log")).to_contain_text("I am calling you now.")
        await expect(phone.get_by_role("log")).to_contain_text("Night nurse")

        assert await elsewhere.hears_nothing("message", "changed", "read", "typing")
    await expect(outsider.locator("[data-row]")).to_have_count(0)
    assert clinic.patient.name not in await outsider.content()


async def _watching(browse: Browse, person: Person) -> "Page":
    page = await browse(person, "desktop")
    await page.goto("/triage")
    await page.locator('[data-live-state][data-state="live"]').wait_for()
    return page


async def _check_in(phone: "Page", note: str) -> None:
    thumb = Thumb(phone)
    await phone.goto("/")
    await phone.locator("a[href='/check-ins/now']").first.click()
    await thumb.tap(*QUIET_START, *SICK, "3", today(), "None of these", "No")
    await phone.locator("textarea").fill(note)
    await thumb.tap("Send check-in")
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Please call us now")


async def _new_row_is_shown(desk: "Page", name: str) -> None:
    """An urgent flag waits behind the bar or stands there at once, if the list was empty."""
    row = desk.locator("[data-row]", has_text=name)
    await _either(row.wait_for, desk.get_by_text("1 new").first.wait_for)
    if not await row.count():
        await desk.keyboard.press(".")
    await row.first.click()
    await expect(desk.locator("[data-detail-title]")).to_contain_text(name)
    await expect(desk.locator("#detail")).to_contain_text("threw up twice, cannot keep water down")


async def _either(*waits: Callable[[], Awaitable[None]]) -> None:
    tasks = [asyncio.ensure_future(wait()) for wait in waits]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*done, *pending, return_exceptions=True)
    assert any(task.exception() is None for task in done)


async def _answer(desk: "Page", words: str) -> None:
    await desk.keyboard.press("m")
    dialog = desk.locator("#message-dialog")
    await dialog.locator("textarea").fill(words)
    await dialog.get_by_role("button", name="Send to patient").press("Enter")
