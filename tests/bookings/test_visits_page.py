import re
from datetime import timedelta

import pytest

from portal.bookings.actions import refuse
from portal.bookings.kinds import Kind
from portal.bookings.visits import appointments_of
from portal.db import Database
from portal.people.models import Person
from tests.bookings.asking import asked, booked, days_ahead, offered, proposed
from tests.clients import actor_of
from tests.conftest import ClientFor, Clock
from tests.treatments.plans import signed_plan


async def test_without_a_visit_the_page_says_so_and_how_to_ask(
    patient: Person, client_for: ClientFor
) -> None:
    page = (await (await client_for(patient)).get("/visits")).text
    assert "No visit is booked." in page
    assert 'href="/visits/ask"' in page


async def test_a_patient_accepts_an_offered_time(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    request = await asked(database, patient)
    _, slots = await offered(
        database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2))
    )
    client = await client_for(patient)
    page = (await client.get("/visits")).text
    assert "Held for you until" in page
    assert str(slots[0].id) in page
    for _ in range(2):
        answer = await client.post(f"/visits/requests/{request.id}/accept", slot=str(slots[0].id))
        assert answer.headers["location"] == "/visits"
    page = (await client.get("/visits")).text
    assert "Choose a time" not in page
    assert "10 am to 11 am" in page


async def test_a_time_that_the_plan_no_longer_allows_is_refused_in_words_for_the_patient(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    await signed_plan(database, patient, clinician_on_team)
    request = await asked(database, patient, Kind.INFUSION_VISIT)
    time = proposed(nurse_on_team, days_ahead(2), hours=3)
    _, slots = await offered(database, coordinator_on_team, request, time)
    await signed_plan(database, patient, clinician_on_team, valid_until=days_ahead(1).date())
    client = await client_for(patient)
    client.http.headers["accept-language"] = "es"
    answer = await client.post(f"/visits/requests/{request.id}/accept", slot=str(slots[0].id))
    assert answer.status_code == 409
    assert "Esta visita no se puede reservar ahora" in answer.text
    assert "prescription" not in answer.text


async def test_none_of_these_times_sends_the_request_back(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    request = await asked(database, patient)
    offer, _ = await offered(
        database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2))
    )
    client = await client_for(patient)
    await client.post(f"/visits/requests/{request.id}/decline", offer=str(offer.id))
    assert "None of the times fitted." in (await client.get("/visits")).text


async def test_who_needs_longer_to_choose_gets_ten_minutes_more_once(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
    clock: Clock,
) -> None:
    request = await asked(database, patient)
    offer, slots = await offered(
        database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2))
    )
    client, address = await client_for(patient), f"/visits/requests/{request.id}"
    clock.forward(minutes=8)
    assert "held for 2 more minutes" in (await client.get("/visits")).text
    for _ in range(2):
        await client.post(f"{address}/hold", offer=str(offer.id))
    page = (await client.get("/visits")).text
    assert "2 more minutes" not in page
    assert "Hold 10 minutes longer" not in page
    clock.forward(minutes=11)
    assert (await client.post(f"{address}/accept", slot=str(slots[0].id))).status_code == 303
    assert (await client.post(f"{address}/hold", offer=str(offer.id))).status_code == 409


async def test_a_time_no_longer_held_is_answered_with_the_page_as_it_is(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
    clock: Clock,
) -> None:
    request = await asked(database, patient)
    _, slots = await offered(
        database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2))
    )
    client = await client_for(patient)
    clock.forward(minutes=11)
    answer = await client.post(f"/visits/requests/{request.id}/accept", slot=str(slots[0].id))
    assert answer.status_code == 409
    assert "no longer held for you" in answer.text
    assert "The times we held have passed." in answer.text


async def test_a_refusal_is_read_with_its_reason(
    database: Database, patient: Person, coordinator_on_team: Person, client_for: ClientFor
) -> None:
    request = await asked(database, patient)
    actor = await actor_of(database, coordinator_on_team)
    async with database.work(actor) as work:
        await refuse(work, request.id, patient.id, "Please <b>rest</b> first")
    page = (await (await client_for(patient)).get("/visits")).text
    assert "Please &lt;b&gt;rest&lt;/b&gt; first" in page
    assert coordinator_on_team.name in page


async def test_a_patient_takes_a_request_back(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    request = await asked(database, patient)
    client = await client_for(patient)
    await client.post(f"/visits/requests/{request.id}/withdraw")
    assert "You took this back" in (await client.get("/visits")).text


async def test_cancelling_asks_first_and_frees_the_visit(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    visit = await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))
    client = await client_for(patient)
    assert f'href="/visits/{visit.id}/cancel"' in (await client.get("/visits")).text
    assert "Cancel this visit?" in (await client.get(f"/visits/{visit.id}/cancel")).text
    await client.post(f"/visits/{visit.id}/cancel", reason="I feel fine")
    page = (await client.get("/visits")).text
    assert "Cancelled by you." in page
    async with database.read() as session:
        [found] = await appointments_of(session, patient.id)
    assert found.reason == "I feel fine"


async def test_a_visit_that_is_over_cannot_be_cancelled(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
    clock: Clock,
) -> None:
    visit = await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(1))
    clock.set(days_ahead(3))
    client = await client_for(patient)
    answer = await client.post(f"/visits/{visit.id}/cancel")
    assert answer.status_code == 409
    assert "already over" in answer.text


async def test_another_patient_and_other_ids_find_nothing(
    database: Database,
    patient: Person,
    other_patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
) -> None:
    request = await asked(database, patient)
    offer, slots = await offered(
        database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2))
    )
    visit = await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(4))
    posts = {
        f"/visits/requests/{request.id}/accept": {"slot": str(slots[0].id)},
        f"/visits/requests/{request.id}/decline": {"offer": str(offer.id)},
        f"/visits/requests/{request.id}/hold": {"offer": str(offer.id)},
        f"/visits/requests/{request.id}/withdraw": {},
        f"/visits/{visit.id}/cancel": {},
    }
    stranger, owner = await client_for(other_patient), await client_for(patient)
    for address, fields in posts.items():
        theirs = await stranger.post(address, **fields)
        missing = await stranger.post(re.sub(r"[0-9a-f-]{36}", "x", address), **fields)
        assert (theirs.status_code, missing.status_code) == (404, 404)
    wrong = await owner.post(f"/visits/requests/{request.id}/accept", slot=str(visit.slot_id))
    assert wrong.status_code == 404
    assert (await owner.post(f"/visits/requests/{request.id}/accept")).status_code == 404


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
async def test_both_sides_see_their_own_clock(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    client_for: ClientFor,
    zone: str,
) -> None:
    async with database.work() as work:
        found = await work.session.get_one(Person, patient.id)
        found.time_zone = zone
    starts_at = days_ahead(2) + timedelta(minutes=30)
    await booked(database, patient, coordinator_on_team, nurse_on_team, starts_at)
    patient.time_zone = zone
    page = (await (await client_for(patient)).get("/visits")).text
    winter = days_ahead(2).utcoffset() == timedelta(hours=-5)
    in_india = "9 pm to 10 pm" if winter else "8 pm to 9 pm"
    assert ("10:30 am to 11:30 am" if zone == "America/New_York" else in_india) in page
