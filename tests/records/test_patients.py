"""Staff's pages about patients: who may see what, and what is written."""

import re
from typing import Any

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.db import Database
from portal.people.models import Caution, Patient
from portal.symptoms.levels import Level
from tests.conftest import ClientFor
from tests.flags.raising import raised
from tests.people import Clinic
from tests.treatments.plans import GOAL, given_dose, signed_plan


async def audited(database: Database, clinic: Clinic) -> list[str]:
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEvent.tag)
            .where(col(AuditEvent.patient_id) == clinic.patient.id)
            .order_by(col(AuditEvent.seq))
        )
        return list(rows.all())


async def held(database: Database, clinic: Clinic) -> Patient:
    async with database.read() as session:
        return await session.get_one(Patient, clinic.patient.id)


@pytest.mark.parametrize("who", ["nurse_on_team", "clinician_on_team", "coordinator_on_team"])
async def test_the_care_team_sees_its_patients_and_no_others(
    client_for: ClientFor, clinic: Clinic, who: str
) -> None:
    client = await client_for(getattr(clinic, who))
    page = (await client.get("/patients")).text
    assert "Patient A" in page
    assert "Patient B" not in page
    assert (await client.get(f"/patients/{clinic.patient.id}")).status_code == 200
    assert (await client.get(f"/patients/{clinic.other_patient.id}")).status_code == 404


async def test_to_an_outsider_a_record_is_as_if_it_were_not_there(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    outsider = await client_for(clinic.nurse_elsewhere)
    theirs = await outsider.get(f"/patients/{clinic.patient.id}")
    nobody = await outsider.get(f"/patients/{clinic.team.id}")
    assert (theirs.status_code, theirs.text) == (nobody.status_code, nobody.text)
    refused = await outsider.post(f"/patients/{clinic.patient.id}/cautions", cautions="pregnancy")
    assert refused.status_code == 404
    assert (await held(database, clinic)).cautions == []
    assert "record:open" not in await audited(database, clinic)


async def test_patients_and_administrators_have_no_list_of_patients(
    client_for: ClientFor, clinic: Clinic
) -> None:
    for person in (clinic.patient, clinic.admin):
        client = await client_for(person)
        assert (await client.get("/patients")).status_code == 403
        assert (await client.get(f"/patients/{clinic.patient.id}")).status_code == 403


async def test_a_search_finds_by_part_of_the_name_and_only_ones_own(
    client_for: ClientFor, clinic: Clinic
) -> None:
    client = await client_for(clinic.nurse_on_team)
    assert "Patient A" in (await client.post("/patients", name="ient a")).text
    missed = (await client.post("/patients", name="Patient B")).text
    assert "No patient found" in missed


async def test_opening_a_record_leaves_an_entry_that_the_record_shows(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.nurse_on_team)
    await client.get("/patients")
    await client.get(f"/patients/{clinic.patient.id}")
    page = (await client.get(f"/patients/{clinic.patient.id}")).text
    assert (await audited(database, clinic)).count("record:open") == 2
    assert "record:list" in await audited(database, clinic)
    assert "<b>Night nurse</b> opened the record" in page
    assert "record list" not in page


async def test_a_record_shows_goal_doses_flags_and_cautions(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    await given_dose(database, clinic.patient, clinic.nurse_on_team)
    await raised(database, clinic.patient, Level.URGENT)
    page = (
        await (await client_for(clinic.second_nurse)).get(f"/patients/{clinic.patient.id}")
    ).text
    for words in (GOAL, "Infusions, 1 of 6", "Urgent", "Cannot keep water down", "Waiting"):
        assert words in page


async def test_a_new_patients_record_opens_empty(client_for: ClientFor, clinic: Clinic) -> None:
    page = (
        await (await client_for(clinic.second_nurse)).get(f"/patients/{clinic.patient.id}")
    ).text
    for words in ("No scores yet", "No dose yet", "No check-ins yet", "No flags", "No visits"):
        assert words in page


async def test_a_caution_that_needs_supervision_is_not_saved_without_somebody(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.nurse_on_team)
    path = f"/patients/{clinic.patient.id}/cautions"
    for supervisor in ("", str(clinic.nurse_on_team.id), str(clinic.nurse_elsewhere.id)):
        answer = await client.post(path, cautions=["pregnancy"], supervisor=supervisor)
        assert answer.status_code == 422
        assert "Choose the clinician who supervises this treatment." in answer.text
    assert (await held(database, clinic)).cautions == []


async def test_cautions_are_saved_with_who_supervises_and_audited(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.nurse_on_team)
    doctor = clinic.clinician_on_team.id
    answer = await client.post(
        f"/patients/{clinic.patient.id}/cautions",
        cautions=["dementia", "sedatives"],
        supervisor=str(doctor),
    )
    assert answer.status_code == 303
    patient = await held(database, clinic)
    assert patient.caution_set() == {Caution.DEMENTIA, Caution.SEDATIVES}
    assert patient.supervisor_id == doctor
    assert "cautions:set" in await audited(database, clinic)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"cautions": ["dementia", "gout"]}, "One of the cautions is not known here."),
        ({"cautions": [], "supervisor": "nobody"}, "Choose the clinician who supervises"),
    ],
)
async def test_a_caution_or_a_supervisor_that_is_not_known_is_said_and_nothing_is_lost(
    client_for: ClientFor, clinic: Clinic, database: Database, typed: dict[str, Any], sentence: str
) -> None:
    client = await client_for(clinic.nurse_on_team)
    path, doctor = f"/patients/{clinic.patient.id}/cautions", str(clinic.clinician_on_team.id)
    await client.post(path, cautions=["sedatives"], supervisor=doctor)
    answer = await client.post(path, **({"supervisor": doctor} | typed))
    assert answer.status_code == 422
    assert sentence in answer.text
    ticked = re.findall(r'value="(\w+)"[^>]* checked', answer.text)
    assert ticked == [each for each in typed["cautions"] if each != "gout"]
    patient = await held(database, clinic)
    assert patient.caution_set() == {Caution.SEDATIVES}
    assert str(patient.supervisor_id) == doctor


async def test_a_coordinator_reads_but_does_not_write(
    client_for: ClientFor, clinic: Clinic
) -> None:
    client = await client_for(clinic.coordinator_on_team)
    page = (await client.get(f"/patients/{clinic.patient.id}")).text
    assert "Save cautions" not in page
    answer = await client.post(f"/patients/{clinic.patient.id}/cautions", cautions=[])
    assert answer.status_code == 403
