"""The bell of an open page, in a real browser."""

import pytest
from playwright.async_api import expect

from portal.db import Database
from portal.people.models import Person
from tests.conftest import Browse
from tests.notices.posts import tell

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_number_beside_the_bell_follows_while_phone_and_desk_are_open(
    browse: Browse, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    phone, desk = await browse(patient, "phone"), await browse(nurse_on_team, "desktop")
    for page, address in ((phone, "/visits"), (desk, "/rota")):
        async with page.expect_response("**/notices/bell"):
            await page.goto(address)
        await page.locator("[data-bell]").focus()
    for person in (patient, nurse_on_team):
        await tell(database, person)
    await expect(phone.locator("[data-bell]")).to_have_attribute("aria-label", "Notices, 1 new")
    await expect(phone.locator("[data-bell] .count")).to_have_text("1")
    await expect(desk.locator("[data-bell]")).to_have_text("Notices 1")
    for page in (phone, desk):
        await expect(page.locator("[data-bell]")).to_be_focused()
