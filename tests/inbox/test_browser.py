"""The inbox by keyboard, and two people of the team at one conversation."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from portal.conversations.models import Conversation, ReadMarker
from portal.db import Database
from portal.handling.saved import add_reply
from portal.people.actions import add_person
from portal.people.models import Person
from portal.permissions import Role
from portal.symptoms.levels import Level
from tests.conftest import Browse
from tests.conversations.people import opened, said
from tests.flags.raising import raised
from tests.people import ZONE, Clinic

# What a browser does has nothing to do with the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def care(database: Database, patient: Person) -> Conversation:
    care, _ = await opened(database, patient)
    await said(database, care, patient, "Sick")
    return care


@pytest.fixture
async def second(database: Database, clinic: Clinic) -> Conversation:
    """Another patient of the team, who wrote later."""
    async with database.work() as work:
        person = await add_person(
            work, name="Patient C", role=Role.PATIENT, time_zone=ZONE, care_team=clinic.team
        )
    care, _ = await opened(database, person)
    await said(database, care, person, "Can I drive?")
    return care


@pytest.fixture
async def desk(browse: Browse, nurse_on_team: Person) -> AsyncIterator[Page]:
    page = await browse(nurse_on_team, "desktop")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []


async def test_owner_snooze_and_resolve_by_keyboard(
    desk: Page, care: Conversation, second: Conversation, nurse_on_team: Person
) -> None:
    await desk.goto("/inbox")
    await desk.keyboard.press("j")
    await expect(desk.locator("[data-detail-title]")).to_have_text("Patient A")
    await desk.keyboard.press("o")
    await expect(desk.locator("#owner")).to_be_focused()
    await desk.locator("#owner").select_option(str(nurse_on_team.id))
    await desk.keyboard.press("Tab")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#toast")).to_contain_text("Patient A is yours")
    await expect(desk.locator("[data-total=mine]")).to_have_text("1")
    await expect(desk.locator("[data-detail-title]")).to_be_focused()

    await desk.keyboard.press("s")
    await expect(desk.get_by_role("button", name="15 min")).to_be_focused()
    await desk.keyboard.press("Enter")
    await expect(desk.locator("[data-detail-title]")).to_have_text("Patient C")
    await expect(desk.locator(f"#row-{care.id}")).to_have_count(0)
    await expect(desk.locator(f"#open-{second.id}")).to_be_focused()

    await desk.keyboard.press("r")
    await expect(desk.locator("#toast")).to_contain_text("Resolved Patient C")
    await expect(desk.locator("[data-total=closed]")).to_have_text("1")
    await expect(desk.locator("[data-total=waiting]")).to_have_text("0")
    await expect(desk.locator("#inbox-title")).to_be_focused()


async def test_the_thread_follows_what_somebody_else_decides_and_what_is_raised(
    desk: Page,
    browse: Browse,
    database: Database,
    care: Conversation,
    patient: Person,
    second_nurse: Person,
) -> None:
    await desk.goto(f"/inbox/{care.id}")
    other = await browse(second_nurse, "desktop")
    await other.goto(f"/inbox/{care.id}")
    await other.locator("#owner").select_option(str(second_nurse.id))
    await other.locator("#hand-over").click()
    await expect(desk.locator("#owner")).to_have_value(str(second_nurse.id))
    flag = await raised(database, patient, Level.EMERGENCY, summary="Hard to wake")
    await expect(desk.locator(".thread__head .badge")).to_have_text("Emergency")
    await expect(desk.locator("[data-log] > :last-child")).to_have_id(f"e-{flag.id}")
    await expect(desk.locator("#about")).to_contain_text("Hard to wake")
    await expect(desk.locator("#assertive")).to_have_text("Emergency: Patient A")
    # The first thing of a day names it, once.
    days = desk.locator("[data-log] > .log__day")
    await expect(days).to_have_count(1)
    await days.locator("time").evaluate("time => { time.dateTime = '2020-01-01T12:00:00Z'; }")
    later = await raised(database, patient, Level.URGENT, summary="Threw up")
    await expect(desk.locator(f".log__day + #e-{later.id}")).to_be_visible()
    await expect(days).to_have_count(2)
    await desk.locator("#resolve").click()
    await expect(desk.locator("#toast")).to_contain_text("Resolved Patient A")


async def test_a_saved_reply_is_found_by_keyboard_and_put_in_as_text(
    desk: Page, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    replies = {"sick-sips": "Small sips, {patient}.", "sick-call": "Call us.", "drive": "Not today"}
    async with database.work() as work:
        for name, words in replies.items():
            await add_reply(work, nurse_on_team.id, name, words)
    await desk.goto(f"/inbox/{care.id}")
    await desk.keyboard.press("m")
    await desk.keyboard.press("/")
    search = desk.get_by_role("searchbox", name="Find a saved reply")
    await expect(search).to_be_focused()
    await desk.keyboard.type("sick sip")
    await expect(desk.locator("[data-saved-count]")).to_have_text("1 saved reply")
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Enter")
    box = desk.locator("#reply-body")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("Small sips, Patient A.")
    await desk.keyboard.type(" Now.")
    await expect(box).to_have_value("Small sips, Patient A. Now.")
    assert await desk.locator("[data-message].message--team").count() == 0
    await box.fill("")
    await desk.keyboard.press("/")
    await desk.keyboard.press("Escape")
    await expect(box).to_be_focused()
    await expect(desk.locator("[data-detail-title]")).to_have_text("Patient A")


async def test_two_see_each_other_and_are_told_before_they_answer_twice(
    desk: Page, browse: Browse, database: Database, care: Conversation, second_nurse: Person
) -> None:
    other = await browse(second_nurse, "desktop")
    await other.goto(f"/inbox/{care.id}")
    await desk.goto(f"/inbox/{care.id}")
    await expect(desk.locator("[data-here]")).to_have_text("Day nurse is also here")
    await other.locator("#reply-body").focus()
    await expect(other.locator("[data-here]")).to_have_text("Night nurse is also here")
    box = desk.locator("#reply-body")
    await box.fill("Small si")
    await said(database, care, second_nurse, "Small sips, please.")
    answered = desk.locator("[data-answered]")
    await expect(answered).to_have_text("Day nurse has just answered. Read it before you send.")
    await expect(box).to_have_value("Small si")
    await desk.get_by_role("button", name="Send to patient").click()
    await expect(answered).to_be_hidden()
    await other.goto("/triage")
    await expect(desk.locator("[data-here]")).to_have_text("")


async def test_a_reply_that_waited_without_a_line_comes_back_when_a_colleague_has_answered(
    desk: Page, database: Database, care: Conversation, second_nurse: Person
) -> None:
    await desk.goto(f"/inbox/{care.id}")
    send = desk.get_by_role("button", name="Send to patient")
    await desk.context.set_offline(True)
    for words in ("Small sips", "And rest"):
        await desk.locator("#reply-body").fill(words)
        await send.click()
    await expect(desk.get_by_text("Waiting for connection")).to_have_count(2)
    await said(database, care, second_nurse, "Small sips, please.")
    await desk.context.set_offline(False)
    await expect(desk.get_by_text("Small sips, please.")).to_be_visible()
    await expect(desk.locator("#reply-complaint")).to_contain_text(
        "Day nurse has written meanwhile"
    )
    # The sentence takes a line, and does not push the box with the words out of the pane.
    await expect(send).to_be_in_viewport()
    assert await desk.locator("#reply-complaint").evaluate("line => line.clientHeight") < 40
    await expect(desk.locator("#reply-body")).to_have_value("Small sips\nAnd rest")
    await send.click()
    await expect(desk.locator("[data-message]", has_text="And rest")).to_have_count(1)


async def test_a_thread_that_was_left_is_not_read_and_a_reply_that_waited_in_it_comes_back(
    desk: Page,
    database: Database,
    care: Conversation,
    second: Conversation,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    line_is_good = asyncio.Event()

    async def hold(route: Route) -> None:
        await line_is_good.wait()
        await route.continue_()

    await desk.goto(f"/inbox/{care.id}")
    await desk.context.set_offline(True)
    await desk.locator("#reply-body").fill("Small sips")
    await desk.get_by_role("button", name="Send to patient").click()
    await expect(desk.get_by_text("Waiting for connection")).to_be_visible()
    await desk.route(f"**/conversations/{care.id}/messages", hold)
    await desk.context.set_offline(False)
    await expect(desk.locator("[data-live-state]")).to_have_text("Live")
    await desk.locator(f"#open-{second.id}").click()
    await expect(desk.locator("[data-detail-title]")).to_have_text("Patient C")

    await said(database, care, patient, "Are you there?")
    await expect(desk.locator(f"#row-{care.id}")).to_contain_text("Are you there?")
    async with database.read() as session:
        mark = await session.get_one(ReadMarker, (care.id, nurse_on_team.id))
    assert mark.seq == 1

    await said(database, care, second_nurse, "Small sips, please.")
    async with desk.expect_response(f"**/conversations/{care.id}/messages"):
        line_is_good.set()
    await desk.locator(f"#open-{care.id}").click()
    await expect(desk.locator("#reply-body")).to_have_value("Small sips")
    await expect(desk.locator("#reply-complaint")).to_contain_text("has written meanwhile")


async def test_a_draft_is_kept_by_itself_and_stands_on_the_other_device(
    desk: Page, browse: Browse, care: Conversation, nurse_on_team: Person
) -> None:
    await desk.goto(f"/inbox/{care.id}")
    await desk.locator("#reply-body").press_sequentially("Small sips")
    state = desk.locator('form[data-kind="reply"] [data-draft-state]')
    await expect(state).to_have_text("Draft saved")
    tablet = await browse(nurse_on_team, "desktop")
    await tablet.goto(f"/inbox/{care.id}")
    await expect(tablet.locator("#reply-body")).to_have_value("Small sips")
    await tablet.get_by_role("button", name="Send to patient").click()
    await expect(tablet.locator("[data-message].message--team")).to_have_count(1)
    await desk.reload()
    await expect(desk.locator("#reply-body")).to_have_value("")


async def test_every_key_of_the_map_does_its_one_thing(
    desk: Page, care: Conversation, second: Conversation, nurse_on_team: Person
) -> None:
    await desk.goto("/inbox?view=open")
    title = desk.locator("[data-detail-title]")
    await desk.keyboard.press("j")
    await expect(title).to_have_text("Patient A")
    await desk.keyboard.press("ArrowDown")
    await expect(title).to_have_text("Patient C")
    await desk.keyboard.press("k")
    await expect(title).to_have_text("Patient A")
    await desk.keyboard.press("Enter")
    await expect(title).to_be_focused()
    await desk.keyboard.press("Escape")
    await expect(desk.locator(f"#open-{care.id}")).to_be_focused()

    await desk.keyboard.press("r")
    await expect(desk.locator("#toast")).to_contain_text("Resolved Patient A")
    await desk.keyboard.press("z")
    await expect(desk.locator("#toast")).to_contain_text("Undone for Patient A")
    await expect(desk.locator("[data-total=closed]")).to_have_text("0")

    await desk.wait_for_load_state()  # undoing is a page of its own
    await desk.keyboard.press("/")
    await expect(desk.get_by_role("searchbox", name="Find a patient")).to_be_focused()
    await desk.keyboard.type("rsz")
    await expect(desk.get_by_role("searchbox", name="Find a patient")).to_have_value("rsz")
    await expect(desk.locator("[data-total=closed]")).to_have_text("0")
    await desk.keyboard.press("Escape")

    await desk.keyboard.press("?")
    keys = desk.locator("#keys-dialog")
    for words in ("internal note", "Snooze", "Resolve", "next, previous row", "next view"):
        await expect(keys).to_contain_text(words, ignore_case=True)
    await expect(keys.locator("dt:has-text('O') + dd")).to_have_text("Owner")
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("]")
    await expect(desk.locator(".views [aria-current]")).to_contain_text("Snoozed")
    await desk.wait_for_load_state()
    await desk.keyboard.press("[")
    await expect(desk.locator(".views [aria-current]")).to_contain_text("All open")
    await desk.wait_for_load_state()

    await desk.keyboard.press("?")
    await desk.get_by_role("button", name="Turn keys off").click()
    await desk.goto(f"/inbox/{care.id}")
    await desk.keyboard.press("n")
    await desk.keyboard.press("r")
    await expect(desk.locator("#note-body")).to_be_hidden()
    await expect(desk.locator("#toast")).not_to_contain_text("Resolved")


async def test_a_note_calls_a_colleague_and_a_reply_waits_for_its_time_by_keyboard(
    desk: Page, browse: Browse, care: Conversation, second_nurse: Person
) -> None:
    other = await browse(second_nurse, "desktop")
    await other.goto("/inbox")
    await desk.goto(f"/inbox/{care.id}")
    await desk.keyboard.press("n")
    await desk.keyboard.type("Please look, @nur")
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Enter")
    note = desk.locator("#note-body")
    await expect(note).to_be_focused()
    await expect(note).to_have_value("Please look, @Day nurse ")
    await desk.keyboard.press("Control+Enter")
    await expect(other.locator("[data-total=mentions]")).to_have_text("1")

    await desk.keyboard.press("Escape")
    await desk.keyboard.press("m")
    await desk.keyboard.type("Good morning")
    await desk.get_by_text("Send later").click()
    await expect(desk.get_by_label("Day", exact=True)).to_be_focused()
    await desk.get_by_role("button", name="In 2 h").click()
    await expect(desk.locator(".later")).to_contain_text("Good morning")
    await expect(desk.locator("#reply-body")).to_have_value("")
    assert await desk.locator("[data-message].message--team").count() == 0
    await desk.get_by_role("button", name="Cancel it").click()
    await expect(desk.locator("#reply-body")).to_have_value("Good morning")
