"""What was understood stands under the patient's own message, and follows its corrections."""

import re

import pytest

from portal.db import Database
from portal.people.models import Person
from tests.clients import Client
from tests.conftest import ClientFor
from tests.readings.words import flags_after, reworded, wrote

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNDER = re.compile(r'<p class="understood" data-understood="([^"]+)"[^>]*>(.*?)</p>', re.DOTALL)


async def chat(own: Client) -> str:
    address = (await own.get("/messages")).headers["location"]
    return (await own.get(address)).text


async def beneath(own: Client) -> dict[str, str]:
    return {id: re.sub("<[^>]+>", "", words) for id, words in UNDER.findall(await chat(own))}


async def test_the_patient_sees_under_the_message_what_was_understood_and_may_answer(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    await wrote(database, patient, "See you on Tuesday")
    message = await wrote(database, patient, "I threw up twice and feel foggy")
    own = await client_for(patient)
    shown = {str(message.id): "We understood: throwing up, foggy memory. Is that right?"}
    assert await beneath(own) == shown
    (address,) = re.findall(r'href="(/understood/messages/[^"]+)"', await chat(own))
    for what in ("vomiting", "foggy_memory"):
        assert (await own.post(address, what=what, right="no")).status_code == 303
    assert "See what you told us" in (await beneath(own))[str(message.id)]


async def test_a_correction_counts_as_it_reads_now_and_can_be_answered(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    message = await wrote(database, patient, "I threw up twice")
    await reworded(database, patient, message, "I am so anxious tonight")
    await flags_after(database, patient)
    own = await client_for(patient)
    assert "anxiety, stress or panic. Is" in (await beneath(own))[str(message.id)]
    (address,) = re.findall(r'href="(/understood/messages/[^"]+)"', await chat(own))
    page = (await own.get(address)).text
    assert f'action="{address}"' in page
    assert (await own.post(address, what="anxiety", right="yes")).headers["location"] == address
    assert "You said that is right." in (await own.get(address)).text
    await reworded(database, patient, message, "All is well")
    assert await beneath(own) == {}


async def test_what_stands_above_the_composer_brings_it_to_an_open_page(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    quiet = await wrote(database, patient, "See you on Tuesday")
    message = await wrote(database, patient, "I threw up twice")
    own = await client_for(patient)
    home = (await own.get("/messages")).headers["location"]
    part = (await own.get(f"{home}/answering")).text
    (looked_at,) = re.findall(r'data-understood-of="([^"]+)"', part)
    assert set(looked_at.split()) == {str(quiet.id), str(message.id)}
    assert [id for id, _ in UNDER.findall(part)] == [str(message.id)]


async def test_the_team_and_other_patients_see_nothing_of_it(
    database: Database,
    patient: Person,
    other_patient: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    message = await wrote(database, patient, "I threw up twice")
    nurse, other = await client_for(nurse_on_team), await client_for(other_patient)
    thread = (await nurse.get(f"/inbox/{message.conversation_id}")).text
    assert "I threw up twice" in thread
    assert "data-understood=" not in thread
    assert (await other.get(f"/conversations/{message.conversation_id}")).status_code == 404
