"""One's own account: looks, keys, sign-ins, and the page's own clock."""

import pytest

from portal.db import Database
from portal.people.models import Person
from tests.conftest import ClientFor, Clock
from tests.people import Clinic


@pytest.mark.parametrize(
    "who",
    ["patient", "nurse_on_team", "clinician_on_team", "coordinator_on_team", "admin"],
)
async def test_everybody_has_an_account_page(
    client_for: ClientFor, clinic: Clinic, who: str
) -> None:
    person: Person = getattr(clinic, who)
    page = await (await client_for(person)).get("/account")
    assert page.status_code == 200
    assert person.name in page.text
    assert ("Keyboard" in page.text) is (who != "patient")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_chosen_theme_is_on_every_page_from_then_on(
    client_for: ClientFor, patient: Person, theme: str
) -> None:
    client = await client_for(patient)
    assert "data-theme" not in (await client.get("/account")).text
    assert (await client.post("/account/theme", theme=theme)).status_code == 303
    assert f'data-theme="{theme}"' in (await client.get("/account")).text


async def test_an_unheard_of_theme_is_the_devices_own(
    client_for: ClientFor, patient: Person
) -> None:
    client = await client_for(patient)
    await client.post("/account/theme", theme='dark"><script>')
    assert "data-theme" not in (await client.get("/account")).text


async def test_keys_are_turned_off_and_on_from_the_page_one_is_on(
    client_for: ClientFor, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    client.http.headers["referer"] = "https://portal.test/triage?view=all"
    answer = await client.post("/account/keys", keys="off")
    assert answer.headers["location"] == "/triage?view=all"
    assert 'data-keys="off"' in (await client.get("/account")).text
    await client.post("/account/keys", keys="on")
    assert 'data-keys="off"' not in (await client.get("/account")).text


@pytest.mark.parametrize("referer", ["https://evil.test/x", "https://portal.test//evil.test", ""])
async def test_turning_keys_off_never_leads_to_another_site(
    client_for: ClientFor, nurse_on_team: Person, referer: str
) -> None:
    client = await client_for(nurse_on_team)
    client.http.headers["referer"] = referer
    answer = await client.post("/account/keys", keys="off")
    assert answer.headers["location"] in {"/account", "/"}


async def test_the_page_lists_ones_own_sign_ins_and_nobody_elses(
    client_for: ClientFor, patient: Person, other_patient: Person
) -> None:
    here, there = await client_for(patient), await client_for(patient)
    await client_for(other_patient)
    page = (await here.get("/account")).text
    assert page.count('class="sign-in"') == 2
    assert there.actor is not None
    assert f"/account/sessions/{there.actor.session_id}/end" in page


async def test_the_pages_clock_counts_down_and_is_set_back_by_a_press(
    client_for: ClientFor, clock: Clock, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    clock.forward(minutes=14)
    state = (await client.get("/account/session", x_background="yes")).json()
    assert state["seconds"] == 60
    assert state["person"] == str(nurse_on_team.id)
    assert (await client.post("/account/session")).json()["seconds"] == 15 * 60


async def test_the_clock_stops_at_the_end_of_the_whole_time(
    client_for: ClientFor, clock: Clock, patient: Person
) -> None:
    client = await client_for(patient)
    for _ in range(35):
        clock.forward(minutes=20)
        await client.post("/account/session")
    clock.forward(minutes=15)
    assert (await client.post("/account/session")).json()["seconds"] == 5 * 60


async def test_nobody_asks_and_is_told_so(client_for: ClientFor, database: Database) -> None:
    answer = await (await client_for()).get("/account/session")
    assert (answer.status_code, answer.json()) == (200, {"signed_in": False})
