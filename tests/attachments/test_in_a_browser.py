"""A patient's phone and a nurse's desk: a photo is chosen, goes, and is there."""

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from portal.conversations.models import Conversation
from portal.conversations.queries import messages_after
from portal.db import Database
from portal.people.models import Person
from tests.attachments.pictures import EXECUTABLE, photo
from tests.conftest import Browse
from tests.conversations.people import opened

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHOOSE_THE_SAME = """() => {
    const input = document.querySelector("[data-attach-input]");
    const chosen = new DataTransfer();
    chosen.items.add(new File(["same"], "same.jpg", { lastModified: 1 }));
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


async def choose(page: Page, *files: tuple[str, bytes]) -> None:
    chosen = [FilePayload(name=name, mimeType="image/jpeg", buffer=data) for name, data in files]
    async with page.expect_file_chooser() as asked:
        await page.get_by_role("link", name="Add a photo or file").click()
    await (await asked.value).set_files(chosen)


async def test_a_photo_goes_with_its_words_and_what_fails_is_kept(
    browse: Browse, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    care, _ = await opened(database, patient)
    desk, phone = await browse(nurse_on_team, "desktop"), await browse(patient, "phone")
    problems: list[str] = []
    for page in (desk, phone):
        page.on("pageerror", lambda error: problems.append(str(error)))
    await desk.goto(f"/inbox/{care.id}")
    await phone.goto(f"/conversations/{care.id}")

    await refused_and_given_back(phone)
    await lost_and_tried_again(phone, care)

    log = desk.get_by_role("log")
    await expect(log.get_by_role("link", name="Photo from Patient A")).to_be_visible()
    await expect(log).to_contain_text("The skin around the needle")
    is_drawn = "image => image.complete && image.naturalWidth > 0"
    picture = await log.locator("img").element_handle()
    await desk.wait_for_function(is_drawn, arg=picture)
    await expect(phone.locator("[data-receipt]")).to_have_count(1)
    assert await phone.locator("[data-pending]").count() == 0
    assert await bodies(database, care) == [("The skin around the needle", 1)]
    assert problems == []


async def refused_and_given_back(phone: Page) -> None:
    """What is no photo: the words and the choice stand where they were."""
    await phone.locator("textarea:visible").fill("The skin around the needle")
    await choose(phone, ("virus.jpg", EXECUTABLE))
    await expect(phone.get_by_role("list", name="Chosen files")).to_contain_text("virus.jpg")
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.locator("[data-complaint]")).to_contain_text("photos and PDF files")
    await expect(phone.locator("textarea:visible")).to_have_value("The skin around the needle")
    await phone.get_by_role("button", name="Remove virus.jpg").click()
    await expect(phone.get_by_role("link", name="Add a photo or file")).to_be_focused()


async def lost_and_tried_again(phone: Page, care: Conversation) -> None:
    """Held on its way it shows how far it is; cancelled and lost it is kept; tried again without a
    line it waits for it, and goes by itself."""
    address = f"**/conversations/{care.id}/files"
    await phone.route(address, hold)
    await choose(phone, ("arm.jpg", photo(size=(900, 600))))
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_role("progressbar", name="Sent so far")).to_be_visible()
    await phone.get_by_role("button", name="Cancel").click()
    await expect(phone.get_by_role("list", name="Chosen files")).to_contain_text("arm.jpg")
    await expect(phone.locator("textarea:visible")).to_have_value("The skin around the needle")

    async with phone.expect_response("**/draft"):
        await phone.locator("textarea:visible").blur()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_role("progressbar", name="Sent so far")).to_be_visible()
    await phone.reload()  # no page can choose the file again, but no word is lost
    await phone.unroute(address)
    await expect(phone.locator("textarea:visible")).to_have_value("The skin around the needle")
    for _ in range(2):
        await phone.evaluate(CHOOSE_THE_SAME)
    await expect(phone.locator("[data-tray] [data-remove]")).to_have_count(1)
    await phone.get_by_role("button", name="Remove same.jpg").click()
    await choose(phone, ("arm.jpg", photo(size=(900, 600))))

    await phone.route(address, lose)
    await phone.get_by_role("button", name="Send", exact=True).click()
    again = phone.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await phone.unroute(address)
    await phone.context.set_offline(True)
    await again.click()
    await expect(phone.locator("[data-pending]")).to_contain_text("Waiting for connection")
    await phone.context.set_offline(False)
    await expect(phone.get_by_role("link", name="Photo from Patient A")).to_be_visible()


async def hold(route: Route) -> None:
    """Never answered: the page gives up first."""


async def lose(route: Route) -> None:
    await route.abort("connectionreset")


async def bodies(database: Database, care: Conversation) -> list[tuple[str, int]]:
    async with database.read() as session:
        return [(line.body, len(line.files)) for line in await messages_after(session, care, 0)]
