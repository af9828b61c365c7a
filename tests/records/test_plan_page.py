"""Signing a plan and changing it: by clinicians of the care team, one after the other."""

import asyncio
import re
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from portal import clock
from portal.announcements import Announcement
from portal.audit.models import AuditEvent
from portal.bookings.kinds import Kind
from portal.db import Database
from portal.errors import Conflict
from portal.people.access import patient_for
from portal.people.actions import add_person, set_cautions
from portal.people.models import Caution, Patient, Person
from portal.permissions import Role
from portal.treatments.actions import sign_plan
from portal.treatments.models import PlanState, TreatmentPlan
from portal.treatments.queries import plans_of
from tests.bookings.asking import asked
from tests.clients import Client, actor_of
from tests.conftest import ClientFor
from tests.people import ZONE, Clinic
from tests.treatments.plans import GOAL, given_dose, prescribed, signed_plan

SUPERVISED = "This needs medical supervision"


def fields(**changes: str) -> dict[str, str]:
    usual = {
        "seen": "0",
        "route": "infusion",
        "condition": "Chronic pain",
        "goal": "Walk to the park and back",
        "steps_total": "4",
        "doses_planned": "6",
        "valid_until": (clock.now().date() + timedelta(days=60)).isoformat(),
        "state": "active",
    }
    return usual | changes


def path(patient: Person) -> str:
    return f"/patients/{patient.id}/plan"


async def versions(database: Database, patient: Person) -> list[TreatmentPlan]:
    async with database.read() as session:
        return list(await plans_of(session, patient.id))


async def another_clinician(database: Database, clinic: Clinic) -> Person:
    async with database.work() as work:
        return await add_person(
            work,
            name="Evening doctor",
            role=Role.CLINICIAN,
            time_zone=ZONE,
            care_team=clinic.team,
        )


async def cautioned(database: Database, patient: Person, caution: Caution) -> None:
    async with database.work() as work:
        await set_cautions(work, await work.session.get_one(Patient, patient.id), {caution}, None)


async def test_a_clinician_signs_the_first_plan_and_the_record_shows_it(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.clinician_on_team)
    shown = (await client.get(path(clinic.patient))).text
    assert "No plan yet" in shown
    assert 'value="Depression"' in shown  # what the record already says
    answer = await client.post(path(clinic.patient), **fields())
    assert answer.headers["location"] == f"/patients/{clinic.patient.id}"
    [plan] = await versions(database, clinic.patient)
    assert (plan.version, plan.state, plan.steps_total) == (1, PlanState.ACTIVE, 4)
    assert plan.prescribed_by == clinic.clinician_on_team.id
    record = (await client.get(f"/patients/{clinic.patient.id}")).text
    assert "Plan version 1, signed by Day doctor" in record
    assert "Walk to the park and back" in record


async def test_signing_is_audited_without_words_and_announced(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    heard: list[Announcement] = []
    database.publish = heard.extend
    client = await client_for(clinic.clinician_on_team)
    await client.post(path(clinic.patient), **fields())
    assert ("home", clinic.patient.id) in [(one.topic, one.patient_id) for one in heard]
    async with database.read() as session:
        rows = await session.exec(select(AuditEvent).where(col(AuditEvent.tag) == "plan:sign"))
        assert [row.detail for row in rows.all()] == [{"version": 1, "state": "active"}]


@pytest.mark.parametrize("state", ["paused", "maintenance", "ended"])
async def test_a_change_of_state_is_a_new_version_and_the_old_one_is_kept(
    client_for: ClientFor, clinic: Clinic, database: Database, state: str
) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    client = await client_for(clinic.clinician_on_team)
    answer = await client.post(path(clinic.patient), **fields(seen="1", state=state))
    assert answer.status_code == 303
    new, old = await versions(database, clinic.patient)
    assert (new.version, new.state) == (2, PlanState(state))
    assert (old.version, old.state) == (1, PlanState.ENDED)
    shown = (await client.get(path(clinic.patient))).text
    assert "Version 1, <b>Day doctor</b>" in shown


async def test_an_ended_plan_goes_on_only_when_somebody_says_how(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    doctor = clinic.clinician_on_team
    await signed_plan(database, clinic.patient, doctor, state=PlanState.ENDED)
    client = await client_for(doctor)
    shown = (await client.get(path(clinic.patient))).text
    assert not re.search(r'name="state" value="\w+" checked', shown)
    assert 'value="ended"' not in shown
    answer = await client.post(path(clinic.patient), **fields(seen="1", state=""))
    assert "Choose where the treatment stands." in answer.text


async def test_the_second_of_two_clinicians_is_told_who_was_first_and_loses_nothing(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    first = await client_for(clinic.clinician_on_team)
    second = await client_for(await another_clinician(database, clinic))
    await first.post(path(clinic.patient), **fields(seen="1", state="paused"))
    answer = await second.post(path(clinic.patient), **fields(seen="1", goal="Sleep all night"))
    assert answer.status_code == 409
    assert "Day doctor signed version 2 first, today" in answer.text
    assert "Sleep all night</textarea>" in answer.text
    assert len(await versions(database, clinic.patient)) == 2
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen
    again = await second.post(path(clinic.patient), **fields(seen=seen[1]))
    assert again.status_code == 303


async def test_pressing_twice_signs_once(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.clinician_on_team)
    await client.post(path(clinic.patient), **fields())
    again = await client.post(path(clinic.patient), **fields())
    assert (again.status_code, "You signed version 1 already" in again.text) == (409, True)
    assert len(await versions(database, clinic.patient)) == 1


async def test_of_two_at_the_same_moment_one_signs(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    people = (clinic.clinician_on_team, await another_clinician(database, clinic))
    clients: list[Client] = [await client_for(person) for person in people]
    answers = await asyncio.gather(
        *(client.post(path(clinic.patient), **fields(seen="1")) for client in clients)
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert [plan.version for plan in await versions(database, clinic.patient)] == [2, 1]


async def test_under_a_caution_no_dose_is_allowed_without_a_named_supervisor(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await cautioned(database, clinic.patient, Caution.PREGNANCY)
    client = await client_for(clinic.clinician_on_team)
    for chosen in ("", str(clinic.nurse_on_team.id), str(clinic.nurse_elsewhere.id)):
        refused = await client.post(path(clinic.patient), **fields(supervisor=chosen))
        assert refused.status_code == 422
        assert f"{SUPERVISED} (pregnancy). Choose the clinician" in refused.text
        assert "Walk to the park and back" in refused.text
    paused = await client.post(path(clinic.patient), **fields(state="paused"))
    assert paused.status_code == 303
    doctor = str(clinic.clinician_on_team.id)
    signed = await client.post(path(clinic.patient), **fields(seen="1", supervisor=doctor))
    assert signed.status_code == 303
    async with database.read() as session:
        patient = await session.get_one(Patient, clinic.patient.id)
        assert patient.supervisor_id == clinic.clinician_on_team.id
        assert patient.caution_set() == {Caution.PREGNANCY}


async def test_a_birth_date_alone_asks_for_a_supervisor(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    async with database.work() as work:
        patient = await work.session.get_one(Patient, clinic.patient.id)
        patient.born_on = date(clock.now().year - 17, 1, 1)
    client = await client_for(clinic.clinician_on_team)
    refused = await client.post(path(clinic.patient), **fields())
    assert f"{SUPERVISED} (under 18)." in refused.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"route": "by mouth"}, "Choose how the medicine is given."),
        ({"condition": " "}, "Say what is treated"),
        ({"condition": "x" * 121}, "Use 120 characters or fewer."),
        ({"goal": ""}, "Write the goal of the treatment."),
        ({"goal": "x" * 501}, "Use 500 characters or fewer."),
        ({"steps_total": "0"}, "Enter a whole number from 1 to 20."),
        ({"steps_total": "0.5"}, "Enter a whole number from 1 to 20."),
        ({"steps_total": "٣"}, "Enter a whole number from 1 to 20."),
        ({"doses_planned": "9" * 500}, "Enter a whole number from 1 to 60."),
        ({"valid_until": "soon"}, "Enter the last day"),
        ({"valid_until": "2020-01-01"}, "This day is over."),
        ({"valid_until": "9999-12-31"}, "Check the year."),
        ({"state": "perhaps"}, "Choose where the treatment stands."),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client_for: ClientFor,
    clinic: Clinic,
    database: Database,
    changes: dict[str, str],
    words: str,
) -> None:
    client = await client_for(clinic.clinician_on_team)
    answer = await client.post(path(clinic.patient), **fields(**changes))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "condition" in changes or 'value="Chronic pain"' in answer.text
    assert 'name="seen" value="0"' in answer.text
    assert await versions(database, clinic.patient) == []


async def test_a_plan_covers_the_doses_already_given(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    for number in (1, 2):
        ended = clock.now() - timedelta(days=9 - number)
        await given_dose(database, clinic.patient, clinic.nurse_on_team, number, ended_at=ended)
    client = await client_for(clinic.clinician_on_team)
    answer = await client.post(path(clinic.patient), **fields(seen="1", doses_planned="1"))
    assert "2 doses are already given. Plan at least as many." in answer.text


async def test_a_prescription_that_is_over_can_be_paused_or_ended(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    client = await client_for(clinic.clinician_on_team)
    over = {"seen": "1", "valid_until": "2026-01-01"}
    assert (await client.post(path(clinic.patient), **fields(**over))).status_code == 422
    ended = await client.post(path(clinic.patient), **fields(**over, state="ended"))
    assert ended.status_code == 303


async def test_who_may_not_sign(client_for: ClientFor, clinic: Clinic, database: Database) -> None:
    async with database.work() as work:
        doctor_elsewhere = await add_person(
            work,
            name="Doctor elsewhere",
            role=Role.CLINICIAN,
            time_zone=ZONE,
            care_team=clinic.other_team,
        )
    refused = [
        (clinic.nurse_on_team, 403),
        (clinic.coordinator_on_team, 403),
        (clinic.patient, 403),
        (clinic.admin, 403),
        (clinic.nurse_elsewhere, 403),
        (doctor_elsewhere, 404),
    ]
    for person, status in refused:
        client = await client_for(person)
        shown = await client.get(path(clinic.patient))
        answer = await client.post(path(clinic.patient), **fields())
        assert (shown.status_code, answer.status_code) == (status, status)
        assert GOAL not in shown.text
    assert await versions(database, clinic.patient) == []


async def test_only_who_may_sign_is_led_to_the_plan(client_for: ClientFor, clinic: Clinic) -> None:
    patient = clinic.patient
    for person, led in ((clinic.clinician_on_team, True), (clinic.nurse_on_team, False)):
        client = await client_for(person)
        for page in (f"/patients/{patient.id}", f"/patients/{patient.id}/doses/new"):
            assert (path(patient) in (await client.get(page)).text) is led


async def test_a_request_that_waits_for_a_plan_leads_a_clinician_to_it(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    request = await asked(database, clinic.patient, Kind.INFUSION_VISIT)
    for person, led in ((clinic.clinician_on_team, True), (clinic.coordinator_on_team, False)):
        shown = (await (await client_for(person)).get(f"/requests/{request.id}")).text
        assert "There is no treatment plan." in shown
        assert (path(clinic.patient) in shown) is led


async def test_the_action_itself_refuses_what_the_page_would(
    clinic: Clinic, database: Database
) -> None:
    await cautioned(database, clinic.patient, Caution.DEMENTIA)
    actor = await actor_of(database, clinic.clinician_on_team)
    with pytest.raises(Conflict, match=SUPERVISED):
        async with database.work(actor) as work:
            patient = await patient_for(work.session, actor, clinic.patient.id)
            await sign_plan(work, patient, prescribed(), seen=0)
