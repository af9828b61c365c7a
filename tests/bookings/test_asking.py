import asyncio
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from portal.bookings.actions import OPEN_AT_MOST
from portal.bookings.details import Details, details_of
from portal.bookings.kinds import Health, Kind, Part, Window
from portal.bookings.models import BookingDraft, BookingRequest
from portal.db import Database
from portal.people.models import Person
from tests.bookings.asking import asked, close, days_ahead, more_patients, offered, proposed
from tests.clients import Client
from tests.conftest import ClientFor
from tests.people import ZONE, Clinic

WORDS = "The bell does not ring"


def a_morning() -> str:
    return Window(days_ahead(1).date(), Part.MORNING).code


async def fill(client: Client, kind: Kind = Kind.INFUSION_VISIT) -> str:
    """Answer everything up to the last page; the draft's id, as its form carries it."""
    await client.post("/visits/ask", kind=kind.value)
    await client.post("/visits/ask/times", windows=[a_morning()])
    await client.post("/visits/ask/place", where="other", place="2 Sample Road", phone="5550100199")
    await client.post("/visits/ask/health", health=["new_medicine", "urine"])
    html = (await client.get("/visits/ask/words")).text
    found = re.search(r'name="draft" value="([^"]+)"', html)
    assert found
    return found[1]


async def requests(database: Database) -> list[tuple[BookingRequest, Details]]:
    async with database.read() as session:
        rows = (await session.exec(select(BookingRequest))).all()
        return [(row, details_of(session, row)) for row in rows]


async def test_a_patient_asks_step_by_step(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    draft = await fill(client)
    answer = await client.post("/visits/ask/words", words=WORDS, draft=draft)
    assert (answer.status_code, answer.headers["location"]) == (303, "/visits")
    [(request, details)] = await requests(database)
    assert (request.kind, request.windows) == (Kind.INFUSION_VISIT, [a_morning()])
    assert details == Details(
        words=WORDS,
        phone="5550100199",
        place="2 Sample Road",
        health=(Health.NEW_MEDICINE, Health.URINE),
    )


async def test_pressing_send_twice_asks_once(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    draft = await fill(client)
    send = [client.post("/visits/ask/words", words=WORDS, draft=draft) for _ in range(3)]
    answers = await asyncio.gather(*send)
    assert {answer.headers["location"] for answer in answers} == {"/visits"}
    assert len(await requests(database)) == 1


async def test_an_error_keeps_everything_typed_and_says_how_to_put_it_right(
    patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    await client.post("/visits/ask", kind="infusion_visit")
    answer = await client.post("/visits/ask/place", where="other", place="2 Sample Road", phone="")
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert answer.text.count("Add a phone number the nurse can call at the door") == 2
    assert 'value="2 Sample Road"' in answer.text
    again = await client.get("/visits/ask/place")
    assert 'value="2 Sample Road"' in again.text


@pytest.mark.parametrize(
    ("step", "fields", "sentence"),
    [
        ("times", {}, "Pick at least one time."),
        ("place", {"phone": "5550100199"}, "Choose where we should come."),
        ("place", {"where": "home", "phone": "call my son"}, "Check this number."),
        ("place", {"where": "other", "phone": "5550100199"}, "Add the address"),
        ("health", {}, "Tick all that fit"),
        ("health", {"health": ["none", "urine"]}, "Untick one."),
        ("health", {"health": ["<script>"]}, "Tick all that fit"),
        ("words", {"words": "x" * 2001}, "2,000 characters"),
    ],
)
async def test_what_is_missing_or_wrong_is_said_in_a_sentence(
    patient: Person, client_for: ClientFor, step: str, fields: dict[str, object], sentence: str
) -> None:
    client = await client_for(patient)
    await client.post("/visits/ask", kind="infusion_visit")
    answer = await client.post(f"/visits/ask/{step}", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_more_than_three_times_are_too_many_and_stay_ticked(
    patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    await client.post("/visits/ask", kind="follow_up")
    html = (await client.get("/visits/ask/times")).text
    codes = re.findall(r'name="windows" value="([^"]+)"', html)[:4]
    answer = await client.post("/visits/ask/times", windows=codes)
    assert answer.status_code == 422
    assert "You picked 4. Keep the best 3." in answer.text
    assert answer.text.count(" checked") == 4


async def test_times_on_other_days_stay_picked_while_looking_further(
    patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    await client.post("/visits/ask", kind="follow_up")
    html = (await client.get("/visits/ask/times")).text
    first = re.findall(r'name="windows" value="([^"]+)"', html)[0]
    later = re.findall(r'name="go" value="([^"]+)"', html)[-1]
    moved = await client.post("/visits/ask/times", windows=[first], go=later)
    assert moved.headers["location"] == f"/visits/ask/times?from={later}"
    page = (await client.get(moved.headers["location"])).text
    assert "Also picked:" in page
    code = re.findall(r'name="windows" value="([^"]+)"', page)[0]
    await client.post("/visits/ask/times", windows=[code], **{"from": later})
    page = (await client.get("/visits/ask/times")).text
    assert f'value="{first}" aria-label' in page
    assert page.count(" checked") == 1
    assert "Also picked:" in page


async def test_a_part_of_a_day_in_which_nobody_could_come_is_full(
    database: Database, clinic: Clinic, client_for: ClientFor
) -> None:
    staff = (clinic.nurse_on_team, clinic.second_nurse, clinic.clinician_on_team)
    morning = datetime.fromisoformat(f"{a_morning()[:10]}T08:00").replace(tzinfo=ZoneInfo(ZONE))
    for person, other in zip(staff, await more_patients(database, clinic, 3), strict=True):
        request = await asked(database, other)
        await offered(database, clinic.coordinator_on_team, request, proposed(person, morning, 4))
    client = await client_for(clinic.patient)
    await client.post("/visits/ask", kind="infusion_visit")
    page = (await client.get("/visits/ask/times")).text
    assert page.count("Full</span>") == 1
    assert f'value="{a_morning()}"' not in page


@pytest.mark.parametrize(
    ("kind", "first"),
    [("call_back", "times"), ("dose_question", "phone"), ("follow_up", "times")],
)
async def test_each_kind_begins_with_what_it_needs(
    patient: Person, client_for: ClientFor, kind: str, first: str
) -> None:
    client = await client_for(patient)
    answer = await client.post("/visits/ask", kind=kind)
    assert answer.headers["location"] == f"/visits/ask/{first}"


async def test_a_question_about_the_dose_skips_times_place_and_health(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    await client.post("/visits/ask", kind="dose_question")
    assert (await client.get("/visits/ask/health")).headers["location"] == "/visits/ask"
    await client.post("/visits/ask/phone", phone="5550100199")
    refused = await client.post("/visits/ask/words", words=" ")
    assert "Write your question." in refused.text
    await client.post("/visits/ask/words", words="May I eat before?")
    [(request, details)] = await requests(database)
    assert (request.kind, request.windows, details.health) == (Kind.DOSE_QUESTION, [], ())


async def test_who_jumps_to_the_last_page_is_led_to_what_is_missing(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    await client.post("/visits/ask", kind="infusion_visit")
    answer = await client.post("/visits/ask/words", words=WORDS)
    assert answer.headers["location"] == "/visits/ask/times"
    assert await requests(database) == []


async def test_a_request_too_many_is_refused_and_the_words_are_kept(
    patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    for _ in range(OPEN_AT_MOST):
        await client.post("/visits/ask/words", words=WORDS, draft=await fill(client))
    await fill(client)
    answer = await client.post("/visits/ask/words", words="My sixth wish")
    assert (answer.status_code, "requests waiting" in answer.text) == (409, True)
    assert "My sixth wish" in (await client.get("/visits/ask/words")).text


async def test_a_draft_is_sealed_and_another_patient_never_sees_it(
    database: Database, patient: Person, other_patient: Person, client_for: ClientFor
) -> None:
    client, other = await client_for(patient), await client_for(other_patient)
    draft = await fill(client)
    await client.post("/visits/ask/words", words=WORDS + "x" * 2000)
    async with database.read() as session:
        stored = (await session.exec(select(BookingDraft.answers))).one()
    assert WORDS.encode() not in stored
    answer = await other.post("/visits/ask/words", words=WORDS, draft=draft)
    assert answer.headers["location"] == "/visits/ask"
    assert WORDS not in (await other.get("/visits/ask")).text
    async with database.read() as session:
        owners = await session.exec(select(col(BookingRequest.patient_id)))
        assert owners.all() == []


@pytest.mark.parametrize("address", ["/visits/ask", "/visits/ask/times", "/visits"])
async def test_staff_and_strangers_cannot_ask_for_a_patient(
    client_for: ClientFor, nurse_on_team: Person, nurse_elsewhere: Person, address: str
) -> None:
    for person in (nurse_on_team, nurse_elsewhere):
        assert (await (await client_for(person)).get(address)).status_code == 403
    assert (await (await client_for()).get(address)).status_code == 303


async def test_a_step_that_does_not_exist_is_not_there(
    patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    assert (await client.get("/visits/ask/nowhere")).status_code == 404
    assert (await client.post("/visits/ask/nowhere")).status_code == 404


async def test_a_day_on_which_the_clinic_is_closed_cannot_be_asked_for(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    client = await client_for(patient)
    draft = await fill(client)
    assert a_morning() in (await client.get("/visits/ask/times")).text
    close(database, days_ahead(1))
    answer = await client.post("/visits/ask/words", words=WORDS, draft=draft)
    assert answer.headers["location"] == "/visits/ask/times"
    assert a_morning() not in (await client.get("/visits/ask/times")).text
    answer = await client.post("/visits/ask/times", windows=[a_morning()])
    assert answer.status_code == 422
    assert await requests(database) == []
