"""From the account page to the result of a check-in, in Spanish, on a phone."""

from zoneinfo import ZoneInfo

from portal import clock
from portal.db import Database
from portal.languages import SPANISH, reading_in
from portal.web.times import weekday_name
from tests.check_ins.doses import give_dose
from tests.check_ins.test_journey import OVERFLOW, Thumb
from tests.conftest import Browse
from tests.people import ZONE, Clinic

START = ("Yo. Un adulto está conmigo", "Bien despierto", "Nada de esto")
SICK = ("Vómitos", "Continuar", "2 veces", "No")
END = ("Nada de esto", "No", "Enviar control")


async def test_somebody_chooses_spanish_and_checks_in(
    browse: Browse, clinic: Clinic, database: Database
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    page = await browse(clinic.patient)
    await page.goto("/account")
    await page.get_by_text("Español").click()
    form = page.locator('form[action="/account/language"]')
    await form.get_by_role("button").click()
    await page.wait_for_load_state()
    assert await page.locator("[data-said]").inner_text() == "Guardado."
    thumb = Thumb(page)
    await thumb.open()
    assert await page.locator("html").get_attribute("lang") == SPANISH
    with reading_in(SPANISH):
        today = weekday_name(clock.now().astimezone(ZoneInfo(ZONE)).date()).capitalize()
    await thumb.tap(*START, *SICK, "3", today, *END)
    assert await page.get_by_role("heading", level=1).inner_text() == "Por favor, llámenos ahora"
    said = await page.locator(".care-card").first.inner_text()
    assert "Usted nos dijo: vomitó 2 veces, no retiene el agua." in said
    assert await page.get_by_role("link", name="Llamar al 911").count() == 1
    assert await page.evaluate(OVERFLOW, "100%") == 0
