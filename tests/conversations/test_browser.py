"""Two people at once in real browsers: a patient's phone and a nurse's desk."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from portal import clock as portal_clock
from portal.accounts.sessions import end_all_sessions
from portal.announcements import Announcement
from portal.conversations.actions import mark_read, send_message
from portal.conversations.models import Conversation
from portal.conversations.queries import messages_after
from portal.conversations.switchboard import Switchboard
from portal.db import Database
from portal.people.models import Person
from portal.realtime.relay import BACK, TOPIC
from tests.conftest import Browse, Clock
from tests.conversations.people import said

# What a browser does has nothing to do with the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def patient_page(browse: Browse, care: Conversation, patient: Person) -> AsyncIterator[Page]:
    page = await browse(patient, "phone")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(f"/conversations/{care.id}")
    yield page
    assert problems == []


async def bodies(database: Database, conversation: Conversation) -> list[str]:
    async with database.read() as session:
        return [line.body for line in await messages_after(session, conversation, 0)]


async def write(page: Page, words: str, button: str = "Send") -> None:
    await page.locator("textarea:visible").fill(words)
    await page.get_by_role("button", name=button, exact=True).click()


async def test_two_people_talk_and_see_each_other_at_once(
    browse: Browse,
    patient_page: Page,
    care: Conversation,
    nurse_on_team: Person,
) -> None:
    desk = await browse(nurse_on_team, "desktop")
    await desk.goto("/inbox")
    await write(patient_page, "I feel sick.")
    await expect(patient_page.locator("[data-receipt]")).to_have_text("Sent")

    row = desk.locator(f"#row-{care.id}")
    await expect(row).to_contain_text("I feel sick.")
    await row.get_by_role("link").click()
    log = desk.get_by_role("log")
    await expect(log).to_contain_text("I feel sick.")
    await expect(patient_page.locator("[data-receipt]")).to_contain_text("Read ")

    await desk.locator("textarea:visible").press_sequentially("Small", delay=20)
    await expect(patient_page.locator("[data-typing]")).to_have_text("Night nurse is writing")
    await desk.locator("textarea:visible").fill("Small sips are fine.")
    await desk.keyboard.press("Control+Enter")
    await expect(patient_page.get_by_role("log")).to_contain_text("Small sips are fine.")
    await expect(patient_page.locator("[data-typing]")).to_have_text("")
    await expect(desk.locator("[data-receipt]")).to_contain_text("Read ")
    assert await patient_page.locator("[data-message]").count() == 2
    assert await patient_page.locator("[data-pending]").count() == 0

    await desk.get_by_role("link", name="Internal note").first.click()
    await write(desk, "Call her first.", "Save note")
    await expect(log).to_contain_text("Internal note. Patient cannot see this")
    await expect(log.locator(".note")).to_contain_text("Call her first.")
    await expect(log.locator(".note time")).not_to_contain_text(",")  # the day stands above
    await write(patient_page, "Thank you")
    await expect(log).to_contain_text("Thank you")
    assert "Call her first." not in await patient_page.content()


async def test_what_is_written_offline_is_kept_and_sent_once_when_the_line_is_back(
    patient_page: Page, database: Database, care: Conversation
) -> None:
    await write(patient_page, "One")
    await expect(patient_page.locator("[data-receipt]")).to_have_text("Sent")
    await patient_page.context.set_offline(True)
    await write(patient_page, "Two")
    await write(patient_page, "Three")
    waiting = patient_page.locator("[data-pending]")
    await expect(waiting).to_have_count(2)
    await expect(waiting.first).to_contain_text("Waiting for connection")
    await expect(waiting.first.get_by_role("button", name="Try again")).to_be_visible()
    assert await bodies(database, care) == ["One"]

    await patient_page.context.set_offline(False)
    await expect(waiting).to_have_count(0, timeout=15_000)
    await expect(patient_page.locator("[data-message]")).to_have_count(3)
    assert await bodies(database, care) == ["One", "Two", "Three"]


async def test_what_was_read_while_the_line_was_lost_says_so_when_it_is_back(
    patient_page: Page, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    await write(patient_page, "One")
    receipt = patient_page.locator("[data-receipt]")
    await expect(receipt).to_have_text("Sent")
    await patient_page.context.set_offline(True)
    async with database.work() as work:
        held = await work.session.get_one(Conversation, care.id)
        await mark_read(work, held, nurse_on_team.id, 1)
    await patient_page.context.set_offline(False)
    await expect(receipt).to_contain_text("Read ")


async def test_the_head_says_by_itself_who_is_there_and_when_they_are_back(
    patient_page: Page, clock: Clock
) -> None:
    clock.set(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))  # a Monday, 11 am at the clinic
    await patient_page.reload()
    head, above = patient_page.locator(".task-head__title p"), patient_page.locator("#answering")
    await expect(head).to_have_text("Open until 6 pm")
    await patient_page.evaluate("document.querySelector('#answering p').wasHere = true")
    for _ in range(2):
        await look_again(patient_page)
    assert await patient_page.evaluate("document.querySelector('#answering p').wasHere")
    clock.forward(hours=8)
    await look_again(patient_page)
    await expect(head).to_have_text("Back Tuesday at 8 am")
    await expect(above).to_contain_text("The team is back Tuesday at 8 am.")


async def test_large_text_leaves_room_for_the_messages(patient_page: Page) -> None:
    await patient_page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await patient_page.evaluate("document.querySelector('.page-main').clientHeight") > 300
    search = patient_page.get_by_role("link", name="Search your messages")
    await search.click()
    await expect(patient_page.get_by_role("heading", name="Search your messages")).to_be_visible()


async def look_again(page: Page) -> None:
    """The page comes to the front: it need not wait for its minute."""
    async with page.expect_response("**/answering"):
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def test_while_the_line_between_processes_is_lost_the_page_says_what_comes_late(
    browse: Browse,
    database: Database,
    care: Conversation,
    patient: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as lost:
        lost.setattr(Switchboard, "is_delayed", True)
        page = await browse(patient, "phone")
        await page.goto(f"/conversations/{care.id}")
        banner = page.locator("[data-lost]")
        await expect(banner).to_contain_text("some seconds late")
        await write(page, "All the same")
        await expect(page.locator("[data-receipt]")).to_have_text("Sent")
    database.publish([Announcement(TOPIC, BACK, patient.id)])
    await expect(banner).to_be_hidden()


async def test_without_a_socket_messages_still_go_and_come(
    browse: Browse,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    page = await browse(patient, "phone")
    await page.clock.install()
    await page.add_init_script(
        "window.WebSocket = class extends EventTarget { close() {} send() {} };"
    )
    await page.goto(f"/conversations/{care.id}")
    await write(page, "By form")
    await expect(page.locator("[data-message]")).to_contain_text("By form")
    await expect(page.locator("[data-receipt]")).to_have_text("Sent")
    assert await bodies(database, care) == ["By form"]
    await said(database, care, nurse_on_team, "Good evening", "How are you?")
    for _ in range(2):
        await page.clock.fast_forward(20_000)
        await expect(page.locator("[data-message]")).to_have_count(3)
    await expect(page.locator("[data-message]").last).to_contain_text("How are you?")


async def test_a_conversation_works_without_scripts(
    browse: Browse, database: Database, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    phone = await browse(patient, "phone", java_script_enabled=False)
    await phone.goto("/messages")
    await write(phone, "Hello")
    await expect(phone.get_by_role("log")).to_contain_text("Hello")
    desk = await browse(nurse_on_team, "desktop", java_script_enabled=False)
    await desk.goto("/inbox")
    await desk.get_by_role("link", name="Patient A").click()
    await write(desk, "Good evening", "Send to patient")
    await expect(desk.get_by_role("log")).to_contain_text("Good evening")
    await desk.get_by_role("link", name="Internal note").click()
    await write(desk, "Sleepy", "Save note")
    await expect(desk.locator(".note")).to_contain_text("Sleepy")
    await phone.reload()
    await expect(phone.get_by_role("log")).to_contain_text("Good evening")
    assert "Sleepy" not in await phone.content()


async def test_new_messages_do_not_move_a_reader_who_looks_further_up(
    patient_page: Page, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, *(f"Line {number}" for number in range(30)))
    await expect(patient_page.locator("[data-message]")).to_have_count(30)
    await patient_page.locator("main").evaluate("pane => pane.scrollTo(0, 0)")
    await said(database, care, nurse_on_team, "News")
    below = patient_page.get_by_role("button", name="1 new message below")
    await expect(below).to_be_visible()
    assert await patient_page.locator("main").evaluate("pane => pane.scrollTop") == 0
    await expect(patient_page.get_by_role("link", name="Call 911")).to_be_in_viewport()
    await below.click()
    await expect(patient_page.get_by_text("News")).to_be_in_viewport()
    await expect(below).to_be_hidden()


async def test_a_day_that_a_note_has_named_is_not_named_again(
    browse: Browse,
    database: Database,
    care: Conversation,
    notes: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    async with database.work() as work:
        yesterday = portal_clock.now() - timedelta(days=1)
        await send_message(work, care, patient.id, "Sick", uuid4(), sent_at=yesterday)
    await said(database, notes, nurse_on_team, "Watch at 24 hours")
    desk = await browse(nurse_on_team, "desktop")
    await desk.goto(f"/inbox/{care.id}")
    await said(database, care, patient, "Better now")
    await expect(desk.get_by_role("log")).to_contain_text("Better now")
    await expect(desk.locator(".log__day")).to_have_count(2)


async def test_after_a_sign_out_elsewhere_the_page_says_so_and_keeps_the_words(
    patient_page: Page, database: Database, patient: Person
) -> None:
    await patient_page.locator("textarea").fill("Half a sentence")
    async with database.work() as work:
        await end_all_sessions(work, patient.id)
    dialog = patient_page.get_by_role("dialog", name="You are signed out")
    await expect(dialog.get_by_role("link", name="Sign in again")).to_be_visible()
    assert await patient_page.locator("textarea").input_value() == "Half a sentence"


async def test_what_people_write_runs_nowhere(
    browse: Browse,
    patient_page: Page,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    desk = await browse(nurse_on_team, "desktop")
    ran: list[str] = []
    for page in (desk, patient_page):
        page.on("dialog", lambda dialog: ran.append(dialog.message))
        page.on("pageerror", lambda error: ran.append(str(error)))
    await desk.goto(f"/inbox/{care.id}")
    await said(
        database,
        care,
        patient,
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "<svg onload=alert(3)>",
        "<div hx-get='/' hx-trigger='load'>x</div><hx-partial hx-target='body'>y</hx-partial>",
        "</p></li></ol><h1>Gone</h1>",
    )
    for page in (desk, patient_page):
        await expect(page.locator("[data-message]")).to_have_count(5)
        for unwanted in ("img", "script", "[hx-get]", "h1", "svg[onload]"):
            assert await page.locator(f".message__words {unwanted}").count() == 0
    assert ran == []


async def test_a_message_that_is_too_long_comes_back_to_be_changed(patient_page: Page) -> None:
    await write(patient_page, "x" * 8001)
    await expect(patient_page.locator("[data-complaint]")).to_contain_text("This is too long.")
    assert len(await patient_page.locator("textarea").input_value()) == 8001
    await expect(patient_page.locator("[data-pending]")).to_have_count(0)
