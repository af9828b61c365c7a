"""The rota's pages and the end of a shift, without scripts."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from portal import clock as portal_clock
from portal.conversations.models import Conversation
from portal.db import Database
from portal.flags.actions import acknowledge_flag
from portal.flags.clocks import escalate
from portal.flags.queries import flag_for
from portal.handling.actions import Seen, assign
from portal.handling.queries import state_of_handling
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.conversations.people import opened
from tests.flags.raising import actor_for, raised
from tests.people import ZONE, Clinic
from tests.triage.test_views import page_of


def a_shift(who: Person, **changes: str) -> dict[str, str]:
    today = portal_clock.now().astimezone(ZoneInfo(ZONE)).date()
    usual = {
        "person": str(who.id),
        "duty": "on_call",
        "day": (today + timedelta(days=1)).isoformat(),
        "begins": "22:00",
        "ends": "06:00",
        "repeat": "1",
    }
    return usual | changes


@pytest.fixture
async def coordinator(client_for: ClientFor, clinic: Clinic, clock: Clock) -> Client:
    clock.set(clock.time.replace(hour=17, minute=0, second=0, microsecond=0))
    return await client_for(clinic.coordinator_on_team)


async def test_staff_keep_the_rota_and_see_its_gaps(coordinator: Client, clinic: Clinic) -> None:
    url = f"/rota/{clinic.team.id}"
    page = await page_of(coordinator, url)
    assert "Nobody now. Flags go to the administrator at once" in page
    form = a_shift(clinic.nurse_on_team, begins="07:00", ends="07:00", repeat="7", phone="555 0100")
    assert (await coordinator.post(f"{url}/shifts", **form)).status_code == 303
    page = await page_of(coordinator, url)
    assert page.count("Night nurse</td>") == 7
    assert "Nobody is on call" in page  # until tomorrow
    assert "There is no second clinician" in page


async def test_a_form_that_cannot_be_says_why_and_keeps_what_was_written(
    coordinator: Client, clinic: Clinic
) -> None:
    url = f"/rota/{clinic.team.id}/shifts"
    for changes, sentence in (
        ({"person": ""}, "Choose who is on."),
        ({"begins": "25:00"}, "Choose when it begins."),
        ({"day": "2027-03-14", "begins": "02:30"}, "the clocks go forward"),
        ({"day": "2020-01-01"}, "over already"),
        ({"phone": "ring me"}, "Check this number"),
        ({"person": str(clinic.nurse_elsewhere.id)}, "of this care team"),
    ):
        answer = await coordinator.post(url, **a_shift(clinic.nurse_on_team, **changes))
        assert answer.status_code == 422
        assert sentence in answer.text


async def test_what_is_wrong_with_a_form_is_listed_in_its_order(
    coordinator: Client, client_for: ClientFor, clinic: Clinic
) -> None:
    url = f"/rota/{clinic.team.id}"
    wrong = a_shift(clinic.nurse_on_team, person="", day="", repeat="9", phone="ring me")
    answer = await coordinator.post(f"{url}/shifts", **wrong)
    assert listed(answer.text) == ["person", "day", "repeat", "phone"]
    await coordinator.post(f"{url}/shifts", **a_shift(clinic.nurse_on_team))
    shift = (await page_of(coordinator, url)).split('href="/rota/shifts/')[1].split('"')[0]
    answer = await coordinator.post(f"/rota/shifts/{shift}/give", phone="ring me")
    assert listed(answer.text) == ["person", "phone"]


def listed(page: str) -> list[str]:
    """The fields that the summary names."""
    summary = page.split('class="error-list">')[1].split("</ul>")[0]
    return re.findall(r'href="#(\w+)"', summary)


async def test_a_shift_is_given_to_somebody_else_and_taken_out(
    coordinator: Client, clinic: Clinic
) -> None:
    url = f"/rota/{clinic.team.id}"
    await coordinator.post(f"{url}/shifts", **a_shift(clinic.nurse_on_team))
    shift = (await page_of(coordinator, url)).split('href="/rota/shifts/')[1].split('"')[0]
    given = {"person": str(clinic.second_nurse.id)}
    refused = await coordinator.post(f"/rota/shifts/{shift}/give", **given, phone="ring me")
    assert refused.status_code == 422
    assert f'value="{given["person"]}" selected' in refused.text
    assert 'value="ring me"' in refused.text
    assert (await coordinator.post(f"/rota/shifts/{shift}/give", **given)).status_code == 303
    page = await page_of(coordinator, url)
    assert "Day nurse</td>" in page
    shift = page.split('href="/rota/shifts/')[1].split('"')[0]
    assert (await coordinator.post(f"/rota/shifts/{shift}/remove")).status_code == 303
    assert "No shifts yet" in await page_of(coordinator, url)


async def test_administrators_see_every_rota_and_what_nobody_took_without_a_name(
    client_for: ClientFor, clinic: Clinic, database: Database, clock: Clock
) -> None:
    await raised(database, clinic.patient, Level.EMERGENCY)
    await escalate(database, portal_clock.now())
    clock.forward(minutes=4)
    page = await page_of(await client_for(clinic.admin), f"/rota/{clinic.team.id}")
    assert "Nobody has taken this for 4 min." in page
    assert "Team South" in page
    assert "Patient A" not in page
    assert "Cannot keep" not in page


async def test_another_teams_rota_is_not_there(client_for: ClientFor, clinic: Clinic) -> None:
    outsider = await client_for(clinic.nurse_elsewhere)
    assert (await outsider.get(f"/rota/{clinic.team.id}")).status_code == 404
    form = a_shift(clinic.nurse_elsewhere)
    assert (await outsider.post(f"/rota/{clinic.team.id}/shifts", **form)).status_code == 404


async def test_the_end_of_a_shift_lists_what_is_open_and_hands_it_to_the_next(
    client_for: ClientFor, clinic: Clinic, database: Database, clock: Clock
) -> None:
    actor = actor_for(clinic.nurse_on_team)
    mild = await raised(database, clinic.patient, Level.ROUTINE)
    flag = await raised(database, clinic.patient)
    care, _ = await opened(database, clinic.patient)
    async with database.work(actor) as work:
        for one in (mild, flag):
            await acknowledge_flag(work, one.id)
        held = await work.session.get_one(Conversation, care.id)
        await assign(work, held, Seen(0, held.last_seq), clinic.nurse_on_team.id)
    nurse = await client_for(clinic.nurse_on_team)
    page = await page_of(nurse, "/hand-over")
    assert "Flags, 2" in page
    assert page.index(str(flag.id)) < page.index(str(mild.id))  # the most urgent first
    assert "Conversations, 1" in page
    refused = await nurse.post("/hand-over", flag=str(flag.id), note="Quiet since <9>")
    assert "Choose who goes on with it." in refused.text
    assert "Quiet since &lt;9&gt;</textarea>" in refused.text
    ticked = [f'value="{one.id}" checked' in refused.text for one in (flag, mild, care)]
    assert ticked == [True, False, False], "what was not ticked is not ticked anew"
    gone = {"next": str(clinic.nurse_elsewhere.id), "note": "Quiet", "flag": str(flag.id)}
    assert "Quiet</textarea>" in (await nurse.post("/hand-over", **gone)).text
    form = {"next": str(clinic.second_nurse.id), "note": "Quiet since nine"}
    nothing = await nurse.post("/hand-over", **form)
    assert "Nothing was handed over" in await page_of(nurse, nothing.headers["location"])
    both = [str(flag.id), str(mild.id)]
    await nurse.post("/hand-over", flag=both, talk=str(care.id), **form)
    assert "You have nothing open" in await page_of(nurse, "/hand-over")
    async with database.read() as session:
        state = await flag_for(session, actor, flag.id)
        handling = await state_of_handling(session, care.id)
    assert (state.owner_id, state.is_acknowledged) == (clinic.second_nurse.id, False)
    assert handling is not None
    assert handling.owner_id == clinic.second_nurse.id


async def test_what_is_not_ones_own_is_not_handed_over(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    flag, owner = await raised(database, clinic.patient), actor_for(clinic.second_nurse)
    async with database.work(owner) as work:
        await acknowledge_flag(work, flag.id)
    for person in (clinic.nurse_elsewhere, clinic.nurse_on_team):
        client = await client_for(person)
        form = {"flag": str(flag.id), "next": str(clinic.clinician_on_team.id)}
        await client.post("/hand-over", **form)
    async with database.read() as session:
        assert (await flag_for(session, owner, flag.id)).owner_id == clinic.second_nurse.id
