"""A whole evening after an infusion: one check-in is quiet, one is worse, one never comes.

The patient's phone and the nurse's desk stay open side by side. The clock is moved, the worker is
run by hand at each moment, and nothing that the two of them see is fetched by hand.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from playwright.async_api import expect
from sqlmodel import col, select

from portal import worker
from portal.check_ins.silence_models import SilenceStep
from portal.db import Database
from portal.flags.ladder import Rung
from portal.flags.models import Escalation
from portal.flags.queries import flags_of
from portal.rota.duties import Duty
from portal.settings import Settings
from tests.check_ins.doses import give_dose
from tests.check_ins.test_journey import QUIET_START, SICK, Thumb, today
from tests.conftest import Browse, Clock
from tests.flags.test_clocks import on_duty
from tests.notices.posts import Posts, give_address, give_device, send
from tests.people import Clinic
from tests.triage.test_browser import open_queue

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

INFUSION_ENDED = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # 5 in the afternoon for all of them
DAY = 24 * 3600


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The clock moves on by hours between two taps; nobody is signed out for that."""
    return dataclasses.replace(settings, idle_patient=DAY, idle_staff=DAY, session_length=DAY)


@dataclass
class Evening:
    """The clinic, its clock, and what goes out to people meanwhile."""

    database: Database
    clinic: Clinic
    clock: Clock
    posts: Posts

    async def at(self, hours: int, minutes: int = 0) -> None:
        """So long after the infusion every worker's job is done once, and the post goes out."""
        self.clock.set(INFUSION_ENDED + timedelta(hours=hours, minutes=minutes))
        await worker.run_once(self.database)
        await send(self.database, self.posts, self.clock.now())

    async def until(self, hours: int, *minutes: int) -> None:
        for each in minutes:
            await self.at(hours, each)


@pytest.fixture
async def evening(database: Database, clinic: Clinic, clock: Clock) -> Evening:
    """The infusion has just ended, the rota is full, and everybody can be reached."""
    clock.set(INFUSION_ENDED)
    await give_dose(database, clinic, hours_ago=0)
    await on_duty(database, clinic.team, clinic.nurse_on_team, Duty.NURSE)
    await on_duty(database, clinic.team, clinic.second_nurse, Duty.SECOND)
    await on_duty(database, clinic.team, clinic.clinician_on_team, Duty.ON_CALL)
    await give_address(database, clinic.patient)
    await give_device(database, clinic.patient)
    return Evening(database, clinic, clock, Posts())


async def test_three_check_ins_one_worse_and_one_missed_all_come_to_an_end(
    browse: Browse, evening: Evening
) -> None:
    clinic = evening.clinic
    phone = await browse(clinic.patient, "phone")
    await phone.goto("/")
    desk = await open_queue(await browse(clinic.nurse_on_team, "desktop"))
    outsider = await open_queue(await browse(clinic.nurse_elsewhere, "desktop"))

    await _a_quiet_hour(evening, phone, desk)
    await _a_worse_one(evening, phone, desk)
    await _a_silent_one(evening, phone, desk)

    await expect(outsider.locator("[data-row]")).to_have_count(0)
    await _nothing_is_left(evening)


async def _a_quiet_hour(evening: Evening, phone: "Page", desk: "Page") -> None:
    await evening.at(1)
    await _check_in(phone, "1 hour check-in")
    await expect(_title(phone)).to_have_text("Sent. Thank you")
    await phone.goto("/")
    await evening.at(1, 45)
    await expect(desk.locator("[data-row]")).to_have_count(0)


async def _a_worse_one(evening: Evening, phone: "Page", desk: "Page") -> None:
    await evening.at(2)
    await _check_in(phone, "2 hour check-in", *SICK)
    await expect(_title(phone)).to_have_text("Please call us now")
    await phone.goto("/")
    await expect(phone.get_by_text("A nurse will look by 7:15 pm.")).to_be_visible()

    await _open(desk, await _newest(evening), "Why this is urgent")
    await desk.keyboard.press("a")
    await expect(phone.get_by_text("Night nurse looked at it, 7 pm.")).to_be_visible()
    await expect(phone.get_by_text("You will hear from us by 7:15 pm.")).to_be_visible()
    await evening.at(2, 10)
    await _call(desk, "No answer")
    await expect(phone.get_by_text("We called you at 7:10 pm.")).to_be_visible()
    await _call(desk, "Reached")
    await _resolve(desk)
    await expect(phone.get_by_text("Done. We told you what comes next.")).to_be_visible()


async def _a_silent_one(evening: Evening, phone: "Page", desk: "Page") -> None:
    clinic = evening.clinic
    await evening.until(4, 0, 15, 20)
    await expect(phone.get_by_role("heading", name="4 hour check-in")).to_be_visible()
    await evening.at(4, 30)
    await expect(phone.get_by_text("We have not heard from you. How are you?")).to_be_visible()
    await _open(desk, await _newest(evening), "No answer, early check-in")
    for minutes, rung in ((45, "Second clinician"), (60, "On call"), (75, "Administrator")):
        await evening.at(4, minutes)
        await expect(desk.locator("[data-list]").get_by_text(f"{rung} told")).to_be_visible()
    assert await _told(evening) == {
        Rung.DUTY: [clinic.nurse_on_team.id],
        Rung.SECOND: [clinic.second_nurse.id],
        Rung.ON_CALL: [clinic.clinician_on_team.id],
        Rung.ADMIN: [clinic.admin.id],
    }
    await desk.keyboard.press("a")
    await expect(desk.locator("#detail")).to_contain_text("Night nurse has this")
    await _call(desk, "Reached")
    await _resolve(desk)


async def _check_in(phone: "Page", title: str, *worse: str) -> None:
    """It stands on the open page by itself, is begun there, and answered with the thumb."""
    await expect(phone.get_by_role("heading", name=title)).to_be_visible()
    await phone.get_by_role("link", name="Start check-in").click()
    await Thumb(phone).tap(*QUIET_START, *(worse or ["None of these"]), "3", *_rest())


def _rest() -> tuple[str, ...]:
    return (today(), "None of these", "No", "Send check-in")


def _title(page: "Page") -> "Locator":
    return page.get_by_role("heading", level=1)


async def _open(desk: "Page", flag_id: UUID, reason: str) -> None:
    """It stands there at once where the list was empty, else behind the bar."""
    row = desk.locator(f"#row-{flag_id}")
    await row.or_(desk.get_by_text("1 new").first).first.wait_for()
    if not await row.count():
        await desk.keyboard.press(".")
    await row.click()
    await expect(desk.locator(f'[data-detail-for="{flag_id}"]')).to_contain_text(reason)


async def _call(desk: "Page", result: str) -> None:
    await desk.keyboard.press("c")
    form = desk.locator("#call-form")
    await form.get_by_text("The patient", exact=True).click()
    await form.get_by_text(result, exact=True).click()
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_hidden()


async def _resolve(desk: "Page") -> None:
    await desk.keyboard.press("r")
    form = desk.locator("#resolve-form")
    await form.get_by_label("What was done").select_option("called")
    await form.get_by_role("button", name="Resolve").click()
    await expect(form).to_be_hidden()


async def _newest(evening: Evening) -> UUID:
    async with evening.database.read() as session:
        states = await flags_of(session, evening.clinic.patient.id)
    return max(states, key=lambda state: state.raised_at).id


async def _told(evening: Evening) -> dict[Rung, list[UUID]]:
    async with evening.database.read() as session:
        rows = (await session.exec(select(Escalation).order_by(col(Escalation.at)))).all()
    newest = await _newest(evening)
    return {row.rung: [UUID(id) for id in row.told] for row in rows if row.flag_id == newest}


async def _rungs(evening: Evening) -> Sequence[tuple[str, str]]:
    async with evening.database.read() as session:
        rows = (await session.exec(select(SilenceStep).order_by(col(SilenceStep.id)))).all()
    return [(row.point, row.rung) for row in rows]


async def _nothing_is_left(evening: Evening) -> None:
    """Two flags, both told of to their end, and the clocks have nothing more to do."""
    before = await _told(evening)
    await evening.at(6)
    async with evening.database.read() as session:
        states = await flags_of(session, evening.clinic.patient.id)
    assert [state.stage.value for state in states] == ["closed", "closed"]
    assert await _told(evening) == before
    climbed = [rung for point, rung in await _rungs(evening) if point == "+4h"]
    assert climbed == ["due", "remind", "second", "adult", "task"]
    assert [rung for point, rung in await _rungs(evening) if point != "+4h"] == ["due", "due"]
    for letter in evening.posts.titles:
        assert not {"vomit", "threw", "nausea", "ketamine", "Patient"} & set(letter.split())
