from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from portal import clock
from portal.db import Database
from portal.flags.actions import raise_flag
from portal.flags.reasons import Reason
from portal.ids import new_id
from portal.people.models import Person
from portal.symptoms.levels import Level
from portal.treatments.models import Dose, PlanState
from portal.treatments.queries import doses_of
from tests.conftest import ClientFor
from tests.people import ZONE
from tests.treatments.plans import given_dose, signed_plan


def fields(number: int = 1, step: int = 1, changes: dict[str, str] | None = None) -> dict[str, str]:
    ended = clock.now().astimezone(ZoneInfo(ZONE)) - timedelta(minutes=5)
    usual = {
        "number": str(number),
        "step": str(step),
        "on": f"{ended:%Y-%m-%d}",
        "at": f"{ended:%H:%M}",
        "adult": "yes",
        "note": "Calm",
    }
    return usual | (changes or {})


async def doses(database: Database, patient: Person) -> list[Dose]:
    async with database.read() as session:
        return list(await doses_of(session, patient.id))


async def raised(database: Database, patient: Person, level: Level) -> None:
    reason = Reason(
        rule="9",
        rule_set="test",
        level=level,
        title="Vomiting",
        said="Six times",
        limit="6 or more",
        change=None,
        effect="vomiting",
        source="test",
    )
    async with database.work() as work:
        await raise_flag(
            work,
            patient_id=patient.id,
            source="check_in",
            source_id=new_id(),
            summary="Vomited six times",
            reasons=[reason],
            hours_since_dose=None,
        )


async def test_a_nurse_records_the_dose_that_was_given(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    client = await client_for(nurse_on_team)
    page = await client.get(f"/patients/{patient.id}/doses/new")
    assert "Infusion 1 of 6" in page.text
    answer = await client.post(f"/patients/{patient.id}/doses", **fields())
    assert answer.headers["location"] == f"/patients/{patient.id}"
    [dose] = await doses(database, patient)
    assert (dose.step, dose.adult_present, dose.given_by) == (1, True, nurse_on_team.id)


async def test_pressing_twice_records_once_and_says_so(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    client = await client_for(nurse_on_team)
    await client.post(f"/patients/{patient.id}/doses", **fields())
    again = await client.post(f"/patients/{patient.id}/doses", **fields())
    assert (again.status_code, "already recorded" in again.text) == (409, True)
    assert len(await doses(database, patient)) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"step": ""}, "Choose the step"),
        ({"step": "99999999999999999999"}, "Choose the step"),
        ({"adult": ""}, "Say whether an adult was there."),
        ({"on": "soon"}, "Enter the day"),
        ({"on": "2026-03-08", "at": "02:30"}, "does not exist that night"),
        ({"note": "x" * 2001}, "2,000 characters"),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
    changes: dict[str, str],
    words: str,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    client = await client_for(nurse_on_team)
    answer = await client.post(f"/patients/{patient.id}/doses", **fields(changes=changes))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "note" in changes or "Calm</textarea>" in answer.text
    assert await doses(database, patient) == []


@pytest.mark.parametrize(("level", "status"), [(Level.URGENT, 409), (Level.SOON, 303)])
async def test_the_step_does_not_rise_while_an_urgent_flag_is_open(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
    level: Level,
    status: int,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    await given_dose(database, patient, nurse_on_team, ended_at=clock.now() - timedelta(days=7))
    await raised(database, patient, level)
    client = await client_for(nurse_on_team)
    rising = await client.post(f"/patients/{patient.id}/doses", **fields(2, 2))
    assert rising.status_code == status
    if status == 409:
        assert "Resolve it before the step rises." in rising.text
        same = await client.post(f"/patients/{patient.id}/doses", **fields(2, 1))
        assert same.status_code == 303


@pytest.mark.parametrize("state", [None, PlanState.PAUSED])
async def test_without_an_active_plan_there_is_no_form(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
    state: PlanState | None,
) -> None:
    if state is not None:
        await signed_plan(database, patient, clinician_on_team, state=state)
    client = await client_for(nurse_on_team)
    page = await client.get(f"/patients/{patient.id}/doses/new")
    assert 'name="step"' not in page.text
    assert (await client.post(f"/patients/{patient.id}/doses", **fields())).status_code == 409


async def test_who_may_not_record_a_dose(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    coordinator_on_team: Person,
    nurse_elsewhere: Person,
    client_for: ClientFor,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    for person, status in ((coordinator_on_team, 403), (patient, 403), (nurse_elsewhere, 404)):
        client = await client_for(person)
        page = await client.get(f"/patients/{patient.id}/doses/new")
        answer = await client.post(f"/patients/{patient.id}/doses", **fields())
        assert (page.status_code, answer.status_code) == (status, status)
    assert await doses(database, patient) == []
