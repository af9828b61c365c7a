"""A patient who reads Spanish finds no English sentence of ours on any page."""

import re

import pytest

from portal import languages
from portal.conversations.queries import care_conversation_of
from portal.db import Database
from tests.bookings.asking import asked, booked, days_ahead, offered, proposed
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import Client
from tests.conftest import ClientFor
from tests.conversations.people import said
from tests.languages.pseudo import Pseudo, unmarked
from tests.people import Clinic

PAGES = (
    "/",
    "/account",
    "/account/notices",
    "/check-ins",
    "/check-ins/now",
    "/conversations/00000000-0000-7000-8000-000000000000",
    "/help",
    "/notices",
    "/numbers",
    "/plan",
    "/signed-in-again",
    "/visits",
    "/visits/ask",
    "/visits/ask?kind=infusion_visit",
)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(languages.catalogues, languages.SPANISH, Pseudo())


@pytest.fixture
async def reader(client_for: ClientFor, clinic: Clinic, database: Database) -> Client:
    """The patient's browser, with much to show; Spanish is what the browser asks for."""
    await give_dose(database, clinic, hours_ago=200)
    await give_dose(database, clinic, hours_ago=3, number=2)
    await send(database, clinic.patient, effects=("vomiting",), vomit_count=2, sips="no")
    patient, staff, nurse = clinic.patient, clinic.coordinator_on_team, clinic.nurse_on_team
    await booked(database, patient, staff, nurse, days_ahead(4))
    await offered(database, staff, await asked(database, patient), proposed(nurse, days_ahead(3)))
    await asked(database, patient)
    client = await client_for(clinic.patient)
    client.http.headers["accept-language"] = "es-MX,es;q=0.9,en;q=0.5"
    return client


async def test_every_page_is_wholly_in_the_catalogue(
    reader: Client, pseudo: None, clinic: Clinic, database: Database
) -> None:
    async with database.read() as session:
        care = await care_conversation_of(session, clinic.patient.id)
    await said(database, care, clinic.nurse_on_team, "Please call us.")
    own = [(await reader.get("/messages")).headers["location"], *await _check_in_pages(reader)]
    own += [f"{own[0]}/search", f"{own[0]}/files"]
    left = {}
    for address in [*PAGES, *own]:
        answer = await reader.get(address)
        if found := unmarked(answer.text):
            left[address] = found
    assert left == {}


async def _check_in_pages(reader: Client) -> list[str]:
    listed = (await reader.get("/check-ins")).text
    (id,) = set(re.findall(r"/check-ins/([0-9a-f-]{36})", listed))
    return [f"/check-ins/{id}/result", f"/check-ins/{id}/answers", f"/understood/check-ins/{id}"]


async def test_each_question_and_each_mistake_is_in_the_catalogue(
    client_for: ClientFor, clinic: Clinic, database: Database, pseudo: None
) -> None:
    await give_dose(database, clinic, hours_ago=3)
    client = await client_for(clinic.patient)
    client.http.headers["accept-language"] = "es"
    started = await client.post("/check-ins/now", answer="patient_with_adult")
    base = started.headers["location"].rpartition("/")[0]
    left = {}
    for name in ("awake", "red_now", "effects", "pain", "weekday", "self_harm", "last"):
        shown = await client.post(f"{base}/{name}", answer="nonsense", systolic="900")
        if found := unmarked(shown.text):
            left[name] = found
    assert left == {}


async def test_a_door_asks_in_the_browsers_language(client_for: ClientFor, pseudo: None) -> None:
    client = await client_for(None)
    client.http.headers["accept-language"] = "es"
    for address in ("/welcome", "/help", "/offline", "/nowhere"):
        page = (await client.get(address)).text
        assert '<html lang="es"' in page
        assert unmarked(page) == []


async def test_a_choice_counts_more_than_the_browser(reader: Client, clinic: Clinic) -> None:
    assert '<html lang="es"' in (await reader.get("/")).text
    saved = await reader.post("/account/language", language="en")
    assert saved.status_code == 303
    assert '<html lang="en"' in (await reader.get("/")).text


async def test_the_team_reads_english_and_so_does_what_is_kept(
    reader: Client, clinic: Clinic, client_for: ClientFor
) -> None:
    """The patient sends in Spanish; the flag's own words stay what the team reads."""
    nurse = await client_for(clinic.nurse_on_team)
    nurse.http.headers["accept-language"] = "es"
    page = (await nurse.get("/triage")).text
    assert '<html lang="en"' in page
    assert "water does not stay down" in page


async def test_an_unheard_of_language_is_what_the_browser_asks_for(reader: Client) -> None:
    await reader.post("/account/language", language='xx"><script>')
    assert '<html lang="es"' in (await reader.get("/account")).text
