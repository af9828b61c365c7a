"""Filling in what an invitation leaves open, by anybody on the care team, one after the other."""

import asyncio
import html
import re
from datetime import date

import pytest
from sqlmodel import col, select

from portal import clock
from portal.audit.models import AuditEvent
from portal.db import Database
from portal.people.models import Patient, Person
from tests.clients import Client
from tests.conftest import ClientFor
from tests.people import Clinic

TYPED = {
    "born_on": "1990-02-28",
    "condition": "Back pain",
    "phone": "555 010 0199",
    "address": "1 Sample Street\nFloor 2",
    "companion_name": "Sister",
    "companion_phone": "555 010 0198",
}


def path(patient: Person) -> str:
    return f"/patients/{patient.id}/details"


async def seen(client: Client, patient: Person) -> str:
    found = re.search(r'name="seen" value="(\w+)"', (await client.get(path(patient))).text)
    assert found
    return found[1]


async def held(database: Database, person: Person) -> Patient:
    async with database.read() as session:
        return await session.get_one(Patient, person.id)


@pytest.mark.parametrize("who", ["coordinator_on_team", "second_nurse", "clinician_on_team"])
async def test_the_care_team_fills_in_details_and_the_record_shows_them(
    client_for: ClientFor, clinic: Clinic, database: Database, who: str
) -> None:
    client = await client_for(getattr(clinic, who))
    mark = await seen(client, clinic.patient)
    answer = await client.post(path(clinic.patient), seen=mark, **TYPED)
    assert answer.headers["location"] == f"/patients/{clinic.patient.id}"
    patient = await held(database, clinic.patient)
    assert patient.born_on == date(1990, 2, 28)
    assert {name: getattr(patient, name) for name in TYPED if name != "born_on"} == {
        name: words for name, words in TYPED.items() if name != "born_on"
    }
    record = (await client.get(f"/patients/{clinic.patient.id}")).text
    for words in ("Back pain", "555 010 0199", "Sister", "1 Sample Street"):
        assert words in record


async def test_the_trail_names_the_fields_and_never_what_is_in_them(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.coordinator_on_team)
    mark = await seen(client, clinic.patient)
    await client.post(path(clinic.patient), seen=mark, **TYPED | {"born_on": "1984-05-17"})
    async with database.read() as session:
        rows = await session.exec(select(AuditEvent).where(col(AuditEvent.tag) == "details:set"))
        [entry] = rows.all()
    assert entry.patient_id == clinic.patient.id
    assert entry.actor_id == clinic.coordinator_on_team.id
    changed = ["condition", "phone", "address", "companion_name", "companion_phone"]
    assert entry.detail == {"fields": changed}


async def test_the_second_to_save_is_told_who_was_first_and_loses_nothing(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    first = await client_for(clinic.coordinator_on_team)
    second = await client_for(clinic.second_nurse)
    mark = await seen(second, clinic.patient)
    await first.post(path(clinic.patient), seen=mark, **TYPED)
    other = TYPED | {"phone": "555 010 0177"}
    answer = await second.post(path(clinic.patient), seen=mark, **other)
    assert answer.status_code == 409
    words = html.unescape(answer.text)
    assert "Coordinator saved other details first, today" in words
    assert 'value="555 010 0177"' in words
    assert "555 010 0199" in words  # what is saved now, to compare
    assert (await held(database, clinic.patient)).phone == "555 010 0199"
    fresh = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert fresh
    again = await second.post(path(clinic.patient), seen=fresh[1], **other)
    assert again.status_code == 303


async def test_of_two_at_the_same_moment_one_saves(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    clients = [await client_for(clinic.coordinator_on_team), await client_for(clinic.second_nurse)]
    mark = await seen(clients[0], clinic.patient)
    phones = ("555 010 0101", "555 010 0102")
    answers = await asyncio.gather(
        *(
            client.post(path(clinic.patient), seen=mark, **TYPED | {"phone": phone})
            for client, phone in zip(clients, phones, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"born_on": "in May"}, "Enter the birth date as a day, a month and a year."),
        ({"born_on": "9999-01-01"}, "This day is still to come."),
        ({"born_on": "1790-01-01"}, "Check the year."),
        ({"condition": "x" * 121}, "Use 120 characters or fewer."),
        ({"phone": "ask the sister"}, "Check this number."),
        ({"phone": "12345"}, "Check this number."),
        ({"phone": "1" * 41}, "Use 40 characters or fewer."),
        ({"address": "x" * 201}, "Use 200 characters or fewer."),
        ({"companion_name": ""}, "Say whose number this is."),
        ({"companion_phone": "later"}, "Check this number."),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client_for: ClientFor,
    clinic: Clinic,
    database: Database,
    changes: dict[str, str],
    words: str,
) -> None:
    client = await client_for(clinic.coordinator_on_team)
    mark = await seen(client, clinic.patient)
    answer = await client.post(path(clinic.patient), seen=mark, **TYPED | changes)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "address" in changes or "1 Sample Street\nFloor 2</textarea>" in answer.text
    assert (await held(database, clinic.patient)).phone == ""


async def test_a_record_is_filled_in_as_it_becomes_known(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.coordinator_on_team)
    mark = await seen(client, clinic.patient)
    answer = await client.post(path(clinic.patient), seen=mark, phone="555 010 0199")
    assert answer.status_code == 303
    assert (await held(database, clinic.patient)).born_on is None


async def test_somebody_under_18_is_said_to_need_a_supervisor(
    client_for: ClientFor, clinic: Clinic
) -> None:
    client = await client_for(clinic.coordinator_on_team)
    mark = await seen(client, clinic.patient)
    young = TYPED | {"born_on": f"{clock.now().year - 16}-01-01"}
    await client.post(path(clinic.patient), seen=mark, **young)
    shown = (await client.get(f"/patients/{clinic.patient.id}")).text
    assert "Name a supervising clinician before any dose." in shown


async def test_who_may_not_touch_the_details(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    for person, status in (
        (clinic.nurse_elsewhere, 404),
        (clinic.patient, 403),
        (clinic.admin, 403),
    ):
        client = await client_for(person)
        shown = await client.get(path(clinic.patient))
        answer = await client.post(path(clinic.patient), **TYPED)
        assert (shown.status_code, answer.status_code) == (status, status)
    outsider = await client_for(clinic.nurse_elsewhere)
    nobody = await outsider.get(f"/patients/{clinic.team.id}/details")
    assert (await outsider.get(path(clinic.patient))).text == nobody.text
    assert (await held(database, clinic.patient)).phone == ""


async def test_the_adult_is_written_to_only_with_an_address_and_the_patients_word(
    client_for: ClientFor, clinic: Clinic, database: Database
) -> None:
    client = await client_for(clinic.coordinator_on_team)
    mark = await seen(client, clinic.patient)
    agreed = {**TYPED, "seen": mark, "companion_may_hear": "yes"}
    assert (await client.post(path(clinic.patient), **agreed)).status_code == 422
    wrong = await client.post(path(clinic.patient), **agreed, companion_email="nobody")
    assert wrong.status_code == 422
    await client.post(path(clinic.patient), **agreed, companion_email="sister@example.org")
    patient = await held(database, clinic.patient)
    assert (patient.companion_email, patient.companion_may_hear) == ("sister@example.org", True)
