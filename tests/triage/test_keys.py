"""Every key of a flag, in a real browser: what is done, said and undone without a mouse."""

from typing import TYPE_CHECKING

from portal.db import Database
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.conftest import Browse
from tests.flags.raising import raised
from tests.triage.test_browser import open_queue

if TYPE_CHECKING:
    from playwright.async_api import Page


async def said(page: "Page", words: str) -> None:
    await page.locator("#toast p").get_by_text(words, exact=True).wait_for(timeout=5000)


async def happened(page: "Page", words: str) -> None:
    await page.locator(".triage-history").get_by_text(words).first.wait_for(timeout=5000)


async def test_a_flag_is_cared_for_by_keys_alone(
    browse: Browse,
    database: Database,
    nurse_on_team: Person,
    second_nurse: Person,
    patient: Person,
) -> None:
    flag = await raised(database, patient, Level.URGENT)
    await raised(database, patient, Level.SOON)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    press = page.keyboard.press

    await press("e")
    await page.locator("#escalate-dialog[open]").wait_for()
    await press("Escape")
    assert await page.locator("dialog[open]").count() == 0

    await press("c")
    await page.locator('#call-dialog [name="callee"][value="patient"]').check()
    await page.locator('#call-dialog [name="result"][value="no_answer"]').check()
    await page.locator("#call-dialog").get_by_role("button", name="Save").press("Enter")
    await said(page, "Recorded the call to Patient A")
    await happened(page, "Night nurse called the patient: no answer")

    await press("a")
    await said(page, "Acknowledged Patient A")
    async with page.expect_event("load"):  # a new page, and by then with all its scripts
        await press("z")
    await said(page, "Undone: Patient A is as it was")
    await press("a")
    await said(page, "Acknowledged Patient A")

    await press("n")
    await page.keyboard.type("Partner is with her")
    await page.locator("#note-dialog").get_by_role("button", name="Save note").press("Enter")
    await said(page, "Saved the note on Patient A")

    await press("o")
    await page.locator("#to").select_option(str(second_nurse.id))
    await page.locator("#hand-over-dialog").get_by_role("button", name="Hand over").press("Enter")
    await said(page, "Handed Patient A over")
    await happened(page, "Night nurse handed it to Day nurse")
    await press("a")
    await said(page, "Acknowledged Patient A")

    await press("s")
    await page.locator("#snooze-dialog").get_by_role("button", name="15 min").press("Enter")
    await said(page, "Snoozed Patient A")
    assert await page.locator(f"#row-{flag.id}").count() == 0
    assert await page.evaluate("document.activeElement.dataset.row") is not None


async def test_a_wrong_form_stays_in_its_dialog_and_says_why(
    browse: Browse, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    await raised(database, patient, Level.URGENT)
    page = await open_queue(await browse(nurse_on_team, "desktop"))
    await page.keyboard.press("c")
    await page.locator("#call_words").fill("Nobody at home")
    await page.locator("#call-dialog").get_by_role("button", name="Save").click()
    dialog = page.locator("#call-dialog[open]")
    await dialog.locator("#result-error").wait_for(timeout=5000)
    assert await page.locator("#call-dialog nav").count() == 0
    assert await dialog.locator("#call_words").input_value() == "Nobody at home"
    assert await page.locator("dialog #call_words").count() == 1
    await dialog.locator('[name="callee"][value="patient"]:focus').wait_for(timeout=5000)
    wrong = await dialog.locator("#result-error").bounding_box()
    first = await dialog.locator('[name="result"]').first.bounding_box()
    assert wrong is not None
    assert first is not None
    assert first["y"] > wrong["y"] + 15, "the sentence stands above the answers"
