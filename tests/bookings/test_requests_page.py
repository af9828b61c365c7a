import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.bookings.kinds import Health, Kind
from portal.bookings.models import Offer
from portal.db import Database
from portal.people.models import Caution, Patient, Person
from tests.bookings.asking import asked, booked, close, days_ahead, offered, proposed
from tests.conftest import ClientFor
from tests.treatments.plans import signed_plan

WORDS = "The stairs are steep"


def row(nurse: Person, days: int = 2, hour: int = 10, number: int = 0) -> dict[str, str]:
    return {
        f"nurse-{number}": str(nurse.id),
        f"on-{number}": f"{days_ahead(days):%Y-%m-%d}",
        f"at-{number}": f"{hour:02}:00",
        f"minutes-{number}": "60",
    }


async def test_the_list_shows_who_waits_how_long_and_what_is_new(
    database: Database, patient: Person, coordinator_on_team: Person, client_for: ClientFor
) -> None:
    await asked(database, patient, words=WORDS, health=[Health.BLOOD_PRESSURE])
    page = (await (await client_for(coordinator_on_team)).get("/requests")).text
    assert patient.name in page
    assert "Blood pressure: doctor to look" in page
    assert "0 min" in page
    assert WORDS in page  # the longest waiting is open beside the list


async def test_a_coordinator_offers_times_and_the_patient_sees_them(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    request = await asked(database, patient)
    client = await client_for(coordinator_on_team)
    rows = row(nurse_on_team) | row(nurse_on_team, hour=14, number=1)
    answer = await client.post(f"/requests/{request.id}/offer", **rows)
    assert answer.headers["location"] == f"/requests/{request.id}"
    assert "Held until" in (await client.get(f"/requests/{request.id}")).text
    page = (await (await client_for(patient)).get("/visits")).text
    assert page.count('name="slot"') == 2


async def test_a_taken_time_keeps_what_was_typed_and_says_who_is_taken(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))
    request = await asked(database, patient)
    client = await client_for(coordinator_on_team)
    rows = row(nurse_on_team, 3) | row(nurse_on_team, 2, number=1)
    answer = await client.post(f"/requests/{request.id}/offer", **rows)
    assert answer.status_code == 409
    assert 'id="at-1-error"' in answer.text
    assert f'value="{rows["on-0"]}"' in answer.text
    async with database.read() as session:
        offers = await session.exec(select(Offer.id).where(col(Offer.request_id) == request.id))
        assert offers.all() == []


async def test_a_second_offer_is_told_who_was_first(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    request = await asked(database, patient)
    client = await client_for(nurse_on_team)
    await offered(database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2)))
    answer = await client.post(f"/requests/{request.id}/offer", **row(nurse_on_team, 3))
    assert answer.status_code == 409
    assert "Coordinator offered times first" in answer.text


async def test_wrong_rows_are_said_beside_them(
    database: Database, patient: Person, coordinator_on_team: Person, client_for: ClientFor
) -> None:
    request = await asked(database, patient)
    client = await client_for(coordinator_on_team)
    answer = await client.post(f"/requests/{request.id}/offer", **{"nurse-0": "", "on-0": "soon"})
    assert answer.status_code == 422
    assert "Choose who comes or calls." in answer.text


async def test_a_refusal_needs_a_reason(
    database: Database, patient: Person, coordinator_on_team: Person, client_for: ClientFor
) -> None:
    request = await asked(database, patient)
    client = await client_for(coordinator_on_team)
    empty = await client.post(f"/requests/{request.id}/refuse", reason=" ")
    assert (empty.status_code, "Write why" in empty.text) == (422, True)
    done = await client.post(f"/requests/{request.id}/refuse", reason="Please rest first")
    assert done.headers["location"] == "/requests"
    page = (await client.get(f"/requests/{request.id}")).text
    assert "Please rest first" in page
    again = await client.post(f"/requests/{request.id}/offer", **row(coordinator_on_team))
    assert again.status_code in {409, 422}


async def test_an_infusion_that_needs_supervision_says_so_until_somebody_is_named(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    nurse_on_team: Person,
    coordinator_on_team: Person,
    client_for: ClientFor,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    async with database.work() as work:
        found = await work.session.get_one(Patient, patient.id)
        found.cautions = [Caution.PAST_ADDICTION.value]
    request = await asked(database, patient, Kind.INFUSION_VISIT)
    client = await client_for(nurse_on_team)
    refused = await client.post(f"/requests/{request.id}/offer", **row(nurse_on_team))
    assert refused.status_code == 409
    assert "Name a supervising clinician first." in refused.text
    supervisor = f"/requests/{request.id}/supervisor"
    coordinator = await client_for(coordinator_on_team)
    assert (
        await coordinator.post(supervisor, supervisor=str(clinician_on_team.id))
    ).status_code == 403
    assert (await client.post(supervisor, supervisor=str(nurse_on_team.id))).status_code == 422
    await client.post(supervisor, supervisor=str(clinician_on_team.id))
    page = (await client.get(f"/requests/{request.id}")).text
    assert "Supervised by Day doctor" in page
    done = await client.post(f"/requests/{request.id}/offer", **row(nurse_on_team))
    assert done.status_code == 303


async def test_staff_cancel_a_visit_with_a_reason(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    visit = await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))
    client = await client_for(nurse_on_team)
    assert patient.name in (await client.get("/requests?view=booked")).text
    address = f"/appointments/{visit.id}/cancel"
    assert (await client.get(address)).status_code == 200
    assert (await client.post(address, reason="")).status_code == 422
    assert (await client.post(address, reason="The nurse is ill")).status_code == 303
    page = (await (await client_for(patient)).get("/visits")).text
    assert "The nurse is ill" in page
    second = await client_for(coordinator_on_team)
    late = await second.post(address, reason="Too late")
    assert (late.status_code, "Night nurse cancelled this visit first" in late.text) == (409, True)


async def test_a_nurse_of_another_team_finds_none_of_it(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    client_for: ClientFor,
) -> None:
    visit = await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))
    request = await asked(database, patient)
    outsider = await client_for(nurse_elsewhere)
    for view in ("", "?view=booked"):
        assert patient.name not in (await outsider.get(f"/requests{view}")).text
        assert patient.name not in (await outsider.get(f"/requests/now{view}")).text
    missing = await outsider.get("/requests/01900000-0000-7000-8000-000000000000")
    theirs = await outsider.get(f"/requests/{request.id}")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    for address in (
        f"/requests/{request.id}/offer",
        f"/requests/{request.id}/refuse",
        f"/requests/{request.id}/supervisor",
        f"/appointments/{visit.id}/cancel",
    ):
        answer = await outsider.post(address, reason="No", **row(nurse_elsewhere))
        assert answer.status_code == 404


@pytest.mark.parametrize("address", ["/requests", "/requests/now"])
async def test_patients_and_administrators_have_no_such_list(
    patient: Person, admin: Person, client_for: ClientFor, address: str
) -> None:
    for person in (patient, admin):
        assert (await (await client_for(person)).get(address)).status_code == 403


async def test_opening_a_request_is_recorded(
    database: Database, patient: Person, coordinator_on_team: Person, client_for: ClientFor
) -> None:
    request = await asked(database, patient)
    await (await client_for(coordinator_on_team)).get(f"/requests/{request.id}")
    async with database.read() as session:
        events = await session.exec(
            select(AuditEvent.actor_id).where(
                col(AuditEvent.tag) == "request:read", col(AuditEvent.patient_id) == patient.id
            )
        )
        assert events.all() == [coordinator_on_team.id]


async def test_a_wish_for_a_day_when_the_clinic_is_closed_is_not_filled_in_and_says_why(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    request = await asked(database, patient)
    client, filled = await client_for(coordinator_on_team), f'value="{days_ahead(2):%Y-%m-%d}"'
    assert filled in (await client.get(f"/requests/{request.id}")).text
    close(database, days_ahead(2))
    page = (await client.get(f"/requests/{request.id}")).text
    assert filled not in page
    assert page.count("The clinic is closed") == 2  # beside the wish, and in the days below
    answer = await client.post(f"/requests/{request.id}/offer", **row(nurse_on_team))
    assert answer.status_code == 409
    assert "Choose another day." in answer.text
