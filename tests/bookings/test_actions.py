import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from portal.audit.models import AuditEvent
from portal.bookings.actions import OPEN_AT_MOST, cancel, refuse, withdraw
from portal.bookings.kinds import Health, Kind
from portal.bookings.models import BookingRequest, Ending, OfferOutcome, Slot, SlotState
from portal.bookings.offering import decline
from portal.bookings.queries import (
    count_open_requests_for,
    open_requests_for,
    request_for,
    requests_of,
)
from portal.bookings.refusals import TimeTaken
from portal.bookings.visits import appointments_of, next_appointment, visit_for
from portal.db import Database
from portal.errors import Conflict, Invalid, NotFound
from portal.ids import new_id
from portal.people.models import Person
from tests.bookings.asking import (
    accepted,
    asked,
    booked,
    close,
    days_ahead,
    more_patients,
    offered,
    proposed,
)
from tests.clients import actor_of
from tests.conftest import Clock
from tests.people import ZONE, Clinic
from tests.treatments.plans import signed_plan

WORDS = "The stairs are steep"


async def test_what_a_patient_asks_is_kept_sealed_and_told_to_their_team(
    database: Database, patient: Person, coordinator_on_team: Person
) -> None:
    request = await asked(database, patient, words=WORDS)
    actor = await actor_of(database, coordinator_on_team)
    assert WORDS.encode() not in request.details
    async with database.read() as session:
        [state] = await open_requests_for(session, actor)
        assert state.details.words == WORDS
        assert state.patient.name == patient.name
        assert await count_open_requests_for(session, actor) == 1


async def test_a_nurse_of_another_team_sees_nothing_of_it(
    database: Database, patient: Person, nurse_elsewhere: Person
) -> None:
    request = await asked(database, patient)
    actor = await actor_of(database, nurse_elsewhere)
    async with database.read() as session:
        assert await open_requests_for(session, actor) == []
        assert await count_open_requests_for(session, actor) == 0
        with pytest.raises(NotFound):
            await request_for(session, actor, request.id)


async def test_sending_twice_at_once_makes_one_request(database: Database, patient: Person) -> None:
    id = new_id()
    made = await asyncio.gather(*(asked(database, patient, request_id=id) for _ in range(4)))
    async with database.read() as session:
        count = (await session.exec(select(func.count(col(BookingRequest.id))))).one()
    assert count == 1
    assert {request.id for request in made} == {id}


async def test_a_patient_cannot_pile_up_requests(database: Database, patient: Person) -> None:
    for _ in range(OPEN_AT_MOST):
        await asked(database, patient)
    with pytest.raises(Conflict):
        await asked(database, patient)


async def test_an_accepted_time_becomes_the_next_appointment(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    request = await asked(database, patient)
    times = [proposed(nurse_on_team, days_ahead(2, hour)) for hour in (9, 11, 14)]
    _, slots = await offered(database, coordinator_on_team, request, *times)
    appointment = await accepted(database, patient, request, slots[1])
    async with database.read() as session:
        visit = await next_appointment(session, patient.id)
        [state] = await requests_of(session, patient.id)
        states = await session.exec(select(Slot.state).order_by(col(Slot.starts_at)))
        assert visit is not None
        assert (visit.id, visit.starts_at) == (appointment.id, slots[1].starts_at)
        assert visit.nurse.name == nurse_on_team.name
        assert state.ending is Ending.ACCEPTED
        assert states.all() == [SlotState.FREE, SlotState.BOOKED, SlotState.FREE]


async def test_taking_the_same_time_twice_is_taking_it_once_and_another_is_refused(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    request = await asked(database, patient)
    times = [proposed(nurse_on_team, days_ahead(2, hour)) for hour in (9, 11)]
    _, slots = await offered(database, coordinator_on_team, request, *times)
    first = await accepted(database, patient, request, slots[0])
    assert (await accepted(database, patient, request, slots[0])).id == first.id
    with pytest.raises(Conflict, match="already chose"):
        await accepted(database, patient, request, slots[1])


async def test_of_twelve_parallel_accepts_exactly_one_books(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    request = await asked(database, patient)
    times = [proposed(nurse_on_team, days_ahead(2, hour)) for hour in (9, 11, 14)]
    _, slots = await offered(database, coordinator_on_team, request, *times)
    results = await asyncio.gather(
        *(accepted(database, patient, request, slot) for slot in list(slots) * 4),
        return_exceptions=True,
    )
    made = {result.id for result in results if not isinstance(result, BaseException)}
    refused = [result for result in results if isinstance(result, BaseException)]
    async with database.read() as session:
        visits = await appointments_of(session, patient.id)
    assert len(made) == len(visits) == 1
    assert all(isinstance(error, Conflict) for error in refused)
    assert len(refused) == 8


async def test_of_twelve_parallel_offers_of_one_nurses_time_exactly_one_holds(
    database: Database, clinic: Clinic
) -> None:
    patients = await more_patients(database, clinic, 12)
    requests = [await asked(database, patient) for patient in patients]
    results = await asyncio.gather(
        *(
            offered(
                database,
                clinic.coordinator_on_team,
                request,
                proposed(clinic.nurse_on_team, days_ahead(2) + timedelta(minutes=5 * n)),
            )
            for n, request in enumerate(requests)
        ),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, BaseException)]
    async with database.read() as session:
        held = await session.exec(select(Slot.id).where(col(Slot.state) == SlotState.HELD))
        assert len(held.all()) == 1
    assert len(refused) == 11
    assert all(isinstance(error, TimeTaken) for error in refused)


async def test_a_nurse_already_held_or_booked_cannot_be_offered_to_another_patient(
    database: Database, clinic: Clinic
) -> None:
    staff, nurse = clinic.coordinator_on_team, clinic.nurse_on_team
    [other] = await more_patients(database, clinic, 1)
    first, second = await asked(database, clinic.patient), await asked(database, other)
    await offered(database, staff, first, proposed(nurse, days_ahead(2)))
    overlapping = proposed(nurse, days_ahead(2) + timedelta(minutes=30))
    with pytest.raises(TimeTaken) as taken:
        await offered(database, staff, second, proposed(nurse, days_ahead(3)), overlapping)
    assert taken.value.position == 1
    assert nurse.name in taken.value.sentence
    assert clinic.patient.name not in taken.value.sentence


@pytest.mark.parametrize("whose", ["nurse", "patient"])
async def test_the_database_itself_refuses_two_overlapping_times_of_one_person(
    database: Database, clinic: Clinic, whose: str
) -> None:
    [other] = await more_patients(database, clinic, 1)
    request = await asked(database, clinic.patient)
    nurse, second = clinic.nurse_on_team, clinic.second_nurse
    offer, _ = await offered(
        database, clinic.coordinator_on_team, request, proposed(nurse, days_ahead(2))
    )
    rival = Slot(
        offer_id=offer.id,
        nurse_id=nurse.id if whose == "nurse" else second.id,
        patient_id=other.id if whose == "nurse" else clinic.patient.id,
        starts_at=days_ahead(2) + timedelta(minutes=59),
        ends_at=days_ahead(2, 14),
        zone=ZONE,
        local_start="2026-11-25T10:59",
        state=SlotState.FREE,
    )
    async with database.work() as work:
        work.session.add(rival)  # a free one may overlap ...
    with pytest.raises(IntegrityError, match=f"ex_slot_{whose}"):
        async with database.work() as work:
            found = await work.session.get_one(Slot, rival.id)
            found.state = SlotState.BOOKED  # ... but not come alive


async def test_a_patient_cannot_be_in_two_visits_at_once(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    second_nurse: Person,
) -> None:
    await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))
    again = await asked(database, patient)
    with pytest.raises(TimeTaken, match=patient.name):
        await offered(database, coordinator_on_team, again, proposed(second_nurse, days_ahead(2)))


async def test_visits_may_follow_each_other_without_a_gap(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2, 10))
    await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2, 11))
    async with database.read() as session:
        assert len(await appointments_of(session, patient.id)) == 2


async def test_a_second_offer_waits_for_the_first(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    request = await asked(database, patient)
    await offered(database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2)))
    with pytest.raises(Conflict, match="offered times first"):
        await offered(database, nurse_on_team, request, proposed(nurse_on_team, days_ahead(3)))


async def test_none_of_these_frees_the_times_and_keeps_the_requests_age(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    request = await asked(database, patient)
    offer, _ = await offered(
        database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2))
    )
    actor = await actor_of(database, patient)
    async with database.work(actor) as work:
        state = await request_for(work.session, actor, request.id)
        await decline(work, state, offer.id)
    async with database.read() as session:
        state = await request_for(session, actor, request.id)
        assert state.is_open
        assert state.offer is None
        assert state.last_outcome is OfferOutcome.DECLINED
        assert state.requested_at == request.requested_at
    await offered(database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2)))


async def test_a_time_whose_hold_has_passed_cannot_be_accepted_and_can_be_offered_again(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    first, second = await asked(database, patient), await asked(database, patient)
    time = proposed(nurse_on_team, days_ahead(2))
    _, slots = await offered(database, coordinator_on_team, first, time)
    clock.forward(minutes=10)
    with pytest.raises(Conflict, match="no longer held"):
        await accepted(database, patient, first, slots[0])
    await offered(database, coordinator_on_team, second, time)
    actor = await actor_of(database, patient)
    async with database.read() as session:
        state = await request_for(session, actor, first.id)
        assert state.last_outcome is OfferOutcome.LAPSED
        assert state.is_open


async def test_only_nurses_and_clinicians_of_the_team_can_be_offered(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    request = await asked(database, patient)
    for person in (nurse_elsewhere, coordinator_on_team):
        with pytest.raises(Invalid):
            await offered(database, coordinator_on_team, request, proposed(person, days_ahead(2)))


async def test_nothing_is_offered_or_booked_on_a_day_when_the_clinic_is_closed(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    first, second = await asked(database, patient), await asked(database, patient)
    time = proposed(nurse_on_team, days_ahead(2))
    _, slots = await offered(database, coordinator_on_team, first, time)
    close(database, days_ahead(2))
    with pytest.raises(Conflict, match="cannot be booked right now"):
        await accepted(database, patient, first, slots[0])
    with pytest.raises(Conflict, match=r"The clinic is closed on \w{3} \d+ \w{3}"):
        await offered(database, coordinator_on_team, second, time)
    await offered(database, coordinator_on_team, second, proposed(nurse_on_team, days_ahead(3)))


async def test_an_infusion_visit_cannot_be_offered_without_a_prescription(
    database: Database,
    patient: Person,
    clinician_on_team: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
) -> None:
    request = await asked(database, patient, Kind.INFUSION_VISIT)
    time = proposed(nurse_on_team, days_ahead(2), hours=3)
    with pytest.raises(Conflict, match="no treatment plan"):
        await offered(database, coordinator_on_team, request, time)
    await signed_plan(database, patient, clinician_on_team)
    await offered(database, coordinator_on_team, request, time)


async def test_a_coordinator_leaves_a_worrying_answer_to_a_nurse(
    database: Database, clinic: Clinic
) -> None:
    await signed_plan(database, clinic.patient, clinic.clinician_on_team)
    health = [Health.BLOOD_PRESSURE]
    request = await asked(database, clinic.patient, Kind.INFUSION_VISIT, health=health)
    time = proposed(clinic.nurse_on_team, days_ahead(2), hours=3)
    with pytest.raises(Conflict, match="must look first"):
        await offered(database, clinic.coordinator_on_team, request, time)
    _, slots = await offered(database, clinic.nurse_on_team, request, time)
    await accepted(database, clinic.patient, request, slots[0])


async def test_a_refusal_shows_its_reason_and_ends_the_request_once(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    request = await asked(database, patient)
    await offered(database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2)))
    actor = await actor_of(database, coordinator_on_team)
    async with database.work(actor) as work:
        end = await refuse(work, request.id, patient.id, "Please see your doctor first")
        assert b"doctor" not in (end.reason or b"")
    asker = await actor_of(database, patient)
    with pytest.raises(Conflict, match="already refused"):
        async with database.work(asker) as work:
            await withdraw(work, request.id, patient.id)
    async with database.read() as session:
        [state] = await requests_of(session, patient.id)
        slots = await session.exec(select(Slot.state))
        assert (state.ending, state.reason) == (Ending.REFUSED, "Please see your doctor first")
        assert slots.all() == [SlotState.FREE]


async def test_a_cancelled_visit_frees_its_time_and_says_who_and_why(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    made = await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))
    actor = await actor_of(database, nurse_on_team)
    async with database.work(actor) as work:
        await cancel(work, await visit_for(work.session, actor, made.id), "The nurse is ill")
    asker = await actor_of(database, patient)
    with pytest.raises(Conflict, match=nurse_on_team.name):
        async with database.work(asker) as work:
            await cancel(work, await visit_for(work.session, asker, made.id), "")
    async with database.read() as session:
        visit = await visit_for(session, asker, made.id)
        assert visit.cancelled_by is not None
        assert (visit.cancelled_by.name, visit.reason) == (nurse_on_team.name, "The nurse is ill")
        assert await next_appointment(session, patient.id) is None
    await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))


async def test_staff_must_say_why_they_cancel_and_an_outsider_finds_no_visit(
    database: Database,
    patient: Person,
    coordinator_on_team: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
) -> None:
    made = await booked(database, patient, coordinator_on_team, nurse_on_team, days_ahead(2))
    actor = await actor_of(database, coordinator_on_team)
    with pytest.raises(Invalid):
        async with database.work(actor) as work:
            await cancel(work, await visit_for(work.session, actor, made.id), "")
    outsider = await actor_of(database, nurse_elsewhere)
    async with database.read() as session:
        with pytest.raises(NotFound):
            await visit_for(session, outsider, made.id)


async def test_every_step_leaves_one_audit_entry_without_words(
    database: Database, patient: Person, coordinator_on_team: Person, nurse_on_team: Person
) -> None:
    request = await asked(database, patient, words=WORDS)
    _, slots = await offered(
        database, coordinator_on_team, request, proposed(nurse_on_team, days_ahead(2))
    )
    await accepted(database, patient, request, slots[0])
    async with database.read() as session:
        events = (await session.exec(select(AuditEvent).order_by(col(AuditEvent.seq)))).all()
    tags = [event.tag for event in events if event.patient_id == patient.id]
    assert [tag for tag in tags if tag.startswith(("request", "offer"))] == [
        "request:ask",
        "offer:make",
        "offer:accept",
    ]
    assert all(WORDS not in str(event.detail) for event in events)
