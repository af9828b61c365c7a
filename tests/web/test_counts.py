"""The numbers beside the links: true while a page is open, whatever page it is."""

from typing import TYPE_CHECKING

import pytest

from portal.db import Database
from portal.flags.actions import acknowledge_flag
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.conftest import Browse, ClientFor
from tests.flags.raising import raised
from tests.flags.test_steps import Hands
from tests.people import Clinic

if TYPE_CHECKING:
    from playwright.async_api import Page


@pytest.mark.parametrize(
    ("who", "open", "emergencies"), [("nurse_on_team", 2, 1), ("nurse_elsewhere", 0, 0)]
)
async def test_they_count_what_the_asker_may_see(
    client_for: ClientFor,
    database: Database,
    clinic: Clinic,
    who: str,
    open: int,
    emergencies: int,
) -> None:
    await raised(database, clinic.patient, Level.SOON)
    flag = await raised(database, clinic.patient, Level.EMERGENCY)
    client = await client_for(getattr(clinic, who))
    found = (await client.get("/counts")).json()
    assert (found["triage"], len(found["emergencies"])) == (open, emergencies)
    await Hands(database, flag, clinic.nurse_on_team).do(acknowledge_flag)
    other = await raised(database, clinic.patient, Level.EMERGENCY)
    later = (await client.get("/counts")).json()["emergencies"]
    assert len(later) == emergencies
    assert not set(later) & set(found["emergencies"])
    await Hands(database, other, clinic.nurse_on_team).do(acknowledge_flag)
    assert (await client.get("/counts")).json()["emergencies"] == []


async def _on(browse: Browse, person: Person, address: str) -> "Page":
    page = await browse(person, "desktop")
    async with page.expect_response("**/counts"):  # what changed while it loaded
        await page.goto(address)
    return page


async def test_an_emergency_is_shown_to_who_works_elsewhere_until_somebody_takes_it(
    browse: Browse,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    page = await _on(browse, nurse_on_team, "/patients")
    outside = await _on(browse, nurse_elsewhere, "/patients")
    assert not await page.locator('[data-count="triage"]').is_visible()
    flag = await raised(database, patient, Level.EMERGENCY)
    told = page.get_by_role("link", name="Emergency in triage. Open it")
    await told.wait_for(timeout=8000)
    assert await page.locator('[data-count="triage"][data-alarm]').inner_text() == "1"
    assert await outside.locator("[data-emergency]").count() == 0
    await told.evaluate("each => each.parentElement.remove()")
    await Hands(database, flag, nurse_on_team).do(acknowledge_flag)
    flag = await raised(database, patient, Level.EMERGENCY)  # before the page asks again
    await told.wait_for(timeout=8000)
    await Hands(database, flag, nurse_on_team).do(acknowledge_flag)
    await told.wait_for(state="detached", timeout=8000)
    assert await page.locator('[data-count="triage"]:not([data-alarm])').inner_text() == "2"
