"""What the adult at home answered says so wherever it is read."""

import pytest

from portal.conversations.queries import care_conversation_of
from portal.db import Database
from portal.flags.queries import flags_of
from portal.ids import new_id
from portal.people.models import Person
from tests.check_ins.test_views import SICK, own, walk
from tests.clients import Client
from tests.conftest import ClientFor

__all__ = ["own"]  # a fixture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_what_the_adult_told_is_labelled_so_to_the_patient_and_to_the_team(
    own: Client,
    client_for: ClientFor,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    result = await walk(own, SICK, who={"answer": "adult"}, last={"note": "He looks pale"})
    for address in (result.replace("result", "answers"), "/check-ins"):
        assert "The adult with you answered." in (await own.get(address)).text
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
        care = await care_conversation_of(session, patient.id)
    chat = f"/conversations/{care.id}"
    await own.post(f"{chat}/messages", body="Thank you", client_id=str(new_id()))
    assert "The adult with you answered." in (await own.get(chat)).text
    nurse = await client_for(nurse_on_team)
    flag = (await nurse.get(f"/triage/{state.id}")).text
    assert "The adult answered" in (await nurse.get("/triage/rows")).text
    assert "said by the adult with them" in flag
    assert "In the adult&#39;s words" in flag
    assert "Answered by the adult with the patient" in flag
    assert "The adult with them read “Please call us now”" in flag
    assert "<td>Adult</td>" in (await nurse.get(f"/patients/{patient.id}")).text
    assert "answered by the adult with them" in (await nurse.get(f"/inbox/{care.id}")).text
