"""A check-in on a real phone: a bad evening, a quiet one, no script, no network."""

import time
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from portal import clock
from portal.db import Database
from portal.flags.queries import flags_of
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.axe import violations
from tests.check_ins.doses import give_dose
from tests.check_ins.reading import grade
from tests.conftest import Browse
from tests.people import ZONE, Clinic

if TYPE_CHECKING:
    from playwright.async_api import Page

MOST_TAPS = 12
MOST_SECONDS = 60
SECONDS_A_PAGE = 4
COUNT_CLICKS = """addEventListener("click", () => {
  sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") ?? 0) + 1);
}, true)"""
SCREEN = 844
MOST_WORDS = 110
OVERFLOW = """(size) => {
  document.documentElement.style.fontSize = size;
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}"""


class Thumb:
    """Taps by the words on the screen, and counts."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.taps = 0

    async def tap(self, *words: str) -> None:
        """A button leads on to the next page; a tick stays on this one."""
        for each in words:
            if await self.page.get_by_role("button", name=each, exact=True).count():
                await self.page.evaluate(OLD_PAGE)
                await self.touch(each)
                await self.page.wait_for_selector("html:not([data-old])", state="attached")
            else:
                await self.touch(each)

    async def touch(self, words: str) -> None:
        """Without waiting for what comes of it."""
        target = self.page.get_by_role("button", name=words, exact=True)
        ticked = self.page.get_by_text(words, exact=True)
        await (target if await target.count() else ticked).first.click()
        self.taps += 1

    async def open(self) -> None:
        """From the home link: one tap."""
        await self.page.goto("/check-ins/now")
        self.taps += 1


CONTROLS = "main :is(button, textarea, summary, form input:not([type=hidden]))"
SMALL = """(controls) => [...document.querySelectorAll(controls)]
  .filter((each) => each.checkVisibility()).map((each) => each.closest("label") ?? each)
  .filter((each) => each.getBoundingClientRect().height < 56).map((each) => each.innerText)"""
# A card's shape says how urgent it is. In forced colours its ground goes: it looks as the words do.
SHAPES = """() => [...document.querySelectorAll(".care-card__head .shape")].map((shape) => {
  const [own, words] = [shape, shape.nextElementSibling].map((it) => getComputedStyle(it).color);
  return own === words ? "the same" : `${own} beside ${words}`;
})"""
OLD_PAGE = "document.documentElement.dataset.old = 'yes'"


def today() -> str:
    return f"{clock.now().astimezone(ZoneInfo(ZONE)):%A}"


QUIET_START = ("I am. An adult is with me", "Wide awake", "None of these")
# One page of each form, before this is tapped on it.
LOOKED_AT = {QUIET_START[0], QUIET_START[1], "Throwing up", "3", "Send check-in"}
SICK = ("Throwing up", "Continue", "2 times", "No")


async def test_threw_up_twice_and_no_water_stays_down_shows_the_call_button_at_once(
    browse: Browse, clinic: Clinic, database: Database, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    thumb = Thumb(await browse(patient))
    await thumb.open()
    await thumb.tap(*QUIET_START, *SICK, "3", today(), "None of these", "No", "Send check-in")
    call = thumb.page.get_by_role("link", name="Call the nurse line").first
    box = await call.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= SCREEN
    assert await call.get_attribute("href") == "tel:5550100142"
    assert await thumb.page.get_by_role("heading", level=1).inner_text() == "Please call us now"
    await thumb.page.emulate_media(color_scheme="light", forced_colors="active")
    assert await thumb.page.evaluate(SHAPES) == ["the same", "the same"]
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
    assert state.level is Level.URGENT


async def test_an_uneventful_evening_takes_twelve_taps_and_a_minute_at_most(
    browse: Browse, clinic: Clinic, database: Database, patient: Person
) -> None:
    """From the home page to "Sent": clicks as the browser counts them, and a slow reader's time."""
    await give_dose(database, clinic, hours_ago=5)
    page = await browse(patient)
    await page.add_init_script(COUNT_CLICKS)
    await page.goto("/")
    began, thumb = time.monotonic(), Thumb(page)
    await page.get_by_role("link", name="Start check-in").click()
    await thumb.tap(*QUIET_START, "None of these", "3", today(), "None of these", "No")
    await thumb.tap("Send check-in")
    assert await page.get_by_role("heading", level=1).inner_text() == "Sent. Thank you"
    clicks = int(await page.evaluate("sessionStorage.getItem('clicks')"))
    assert clicks == thumb.taps + 1 <= MOST_TAPS
    assert time.monotonic() - began + thumb.taps * SECONDS_A_PAGE <= MOST_SECONDS


async def test_every_page_passes_axe_fits_and_reads_easily_by_day_and_night(
    browse: Browse, clinic: Clinic, database: Database, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    thumb = Thumb(await browse(patient))
    await thumb.page.goto("/check-ins")
    await check(thumb.page)
    await thumb.open()
    for step in (*QUIET_START, *SICK, "3", today(), "None of these", "No", "Send check-in"):
        if step in LOOKED_AT:
            await check(thumb.page)
        await thumb.tap(step)
    await check(thumb.page)
    await thumb.page.get_by_text("See your answers").click()
    await thumb.page.wait_for_load_state()
    await check(thumb.page)


async def check(page: "Page") -> None:
    assert await violations(page) == [], page.url
    assert await page.evaluate(SMALL, CONTROLS) == [], page.url
    for width, size in ((320, "16px"), (390, "32px"), (390, "")):
        await page.set_viewport_size({"width": width, "height": SCREEN})
        assert await page.evaluate(OVERFLOW, size) <= 0, (page.url, width, size)
    text = await page.locator("main").inner_text()
    assert grade(*text.replace("{", "").splitlines()) <= 5, text
    assert len(text.split()) <= MOST_WORDS, text


async def test_without_scripts_a_check_in_is_sent_all_the_same(
    browse: Browse, clinic: Clinic, database: Database, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    thumb = Thumb(await browse(patient, java_script_enabled=False))
    await thumb.open()
    await thumb.tap("I am the adult with them", "Sleepy", "None of these", "None of these")
    await thumb.tap("Skip this one", today(), "None of these", "No", "Send check-in")
    assert "Thank you" in await thumb.page.get_by_role("heading", level=1).inner_text()
    await thumb.open()
    await thumb.tap("I am the adult with them", "Hard to wake")
    assert await thumb.page.get_by_role("heading", level=1).inner_text() == "Call 911 now"
    assert await thumb.page.get_by_role("link", name="Call 911").count() == 1


async def test_offline_the_tap_is_kept_and_sent_when_the_network_is_back(
    browse: Browse, clinic: Clinic, database: Database, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    thumb = Thumb(await browse(patient))
    await thumb.open()
    await thumb.tap(*QUIET_START, "None of these", "3", today(), "None of these", "No")
    await thumb.page.fill("#note", "My hands shake a lot")
    await thumb.page.context.set_offline(True)
    await thumb.touch("Send check-in")
    assert await thumb.page.get_by_text("Your answers are kept on this phone.").is_visible()
    await thumb.page.context.set_offline(False)
    await thumb.page.wait_for_url("**/result")
    kept = await thumb.page.evaluate("Object.keys(sessionStorage).join()")
    assert "check-in:" not in kept


async def test_where_nothing_gets_through_the_tap_stays_on_the_page_until_it_is_sent_again(
    browse: Browse, clinic: Clinic, database: Database, patient: Person
) -> None:
    """The phone believes it is online: only the requests fail."""
    await give_dose(database, clinic, hours_ago=5)
    thumb = Thumb(await browse(patient))
    await thumb.open()
    await thumb.tap(QUIET_START[0])
    await thumb.page.context.route("**/*", lambda route: route.abort())
    await thumb.touch("Sleepy")
    await thumb.page.get_by_text("Your answers are kept on this phone.").wait_for()
    assert await thumb.page.locator(".choice.is-picked").inner_text() == "Sleepy\nEasy to talk to"
    await thumb.page.context.unroute("**/*")
    await thumb.tap("Send again")
    await thumb.page.wait_for_url("**/red_now")


async def test_words_typed_when_the_session_ended_are_there_after_signing_in_again(
    browse: Browse, clinic: Clinic, database: Database, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    thumb = Thumb(await browse(patient))
    await thumb.open()
    await thumb.tap(*QUIET_START, "None of these", "3", today(), "None of these", "No")
    address = thumb.page.url
    await thumb.page.fill("#note", "My hands shake a lot")
    cookies = await thumb.page.context.cookies()
    await thumb.page.context.clear_cookies()
    await thumb.tap("Send check-in")
    assert "My hands shake a lot" in await thumb.page.content()
    await thumb.page.context.add_cookies(cast(Any, cookies))
    await thumb.page.goto(address)
    assert await thumb.page.input_value("#note") == "My hands shake a lot"
    await thumb.tap("Send check-in")
    assert thumb.page.url.endswith("/result")
