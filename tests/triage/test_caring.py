"""The forms between taking and closing a flag, as pages without scripts."""

import pytest

from portal import clock as portal_clock
from portal.db import Database
from portal.flags.models import Flag
from portal.flags.promises import tell_of_late_promises
from portal.ids import new_id
from portal.people.models import Patient, Person
from portal.symptoms.levels import Level
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.conversations.people import opened
from tests.flags.raising import raised
from tests.triage.test_views import ROW, page_of


@pytest.fixture
async def nurse(client_for: ClientFor, nurse_on_team: Person, clock: Clock) -> Client:
    return await client_for(nurse_on_team)


@pytest.fixture
async def flag(database: Database, patient: Person, clock: Clock) -> Flag:
    return await raised(database, patient)


async def act(client: Client, flag: Flag, step: str, **form: str) -> str:
    """Post one form; where it leads."""
    answer = await client.post(f"/triage/{flag.id}/{step}", **form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_call_offers_both_numbers_and_its_attempts_are_kept(
    nurse: Client, flag: Flag, database: Database
) -> None:
    async with database.work() as work:
        patient = await work.session.get_one(Patient, flag.patient_id)
        patient.phone, patient.companion_phone = "555 010 0199", "555 010 0198"
    page = await page_of(nurse, f"/triage/{flag.id}/call")
    assert 'href="tel:5550100199"' in page
    assert 'href="tel:5550100198"' in page
    await act(nurse, flag, "call", callee="patient", result="no_answer")
    await act(nurse, flag, "call", callee="companion", result="left_word", call_words="Rings back")
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert "Night nurse called the patient: no answer" in page
    assert "Night nurse called the adult with them: left word" in page
    assert "Rings back" in page


async def test_the_second_call_that_nobody_answers_says_before_and_after_that_on_call_has_it(
    nurse: Client, flag: Flag
) -> None:
    warning = "A call before this one reached nobody."
    await nurse.post(f"/triage/{flag.id}/acknowledge")
    assert warning not in await page_of(nurse, f"/triage/{flag.id}/call")
    await act(nurse, flag, "call", callee="patient", result="no_answer")
    assert warning in await page_of(nurse, f"/triage/{flag.id}/call")
    await act(nurse, flag, "call", callee="patient", result="no_answer")
    page = await page_of(nurse, f"/triage/{flag.id}")
    for words in ("to <b>on call</b>, not taken yet", "Two calls reached nobody.", "Take over"):
        assert words in page


async def test_a_row_says_when_its_patient_should_have_heard_from_us(
    nurse: Client, flag: Flag, clock: Clock, database: Database
) -> None:
    waits = "The patient waits to hear from us"
    await nurse.post(f"/triage/{flag.id}/acknowledge")
    for minutes in (8, 7):
        clock.forward(minutes=minutes)
        assert waits not in await page_of(nurse, "/triage")
    clock.forward(minutes=1)
    assert waits in await page_of(nurse, "/triage")
    await tell_of_late_promises(database, portal_clock.now())
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert "The patient was to hear from us by now. Told: Night nurse" in page
    await act(nurse, flag, "call", callee="patient", result="reached")
    assert waits not in await page_of(nurse, "/triage")


async def test_a_message_from_the_flag_stands_in_the_conversation_once(
    nurse: Client, flag: Flag, database: Database, patient: Person, client_for: ClientFor
) -> None:
    care, _ = await opened(database, patient)
    words = {"message": "Small sips. I call you at nine.", "message_id": str(new_id())}
    for _ in range(2):
        await act(nurse, flag, "message", **words)
    chat = await page_of(await client_for(patient), f"/conversations/{care.id}")
    assert chat.count("Small sips. I call you at nine.") == 1
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert page.count("Night nurse wrote to the patient") == 1
    assert "Night nurse sent a message" not in page


async def test_an_empty_form_says_what_is_missing(nurse: Client, flag: Flag) -> None:
    for step, sentence in (
        ("call", "Say what came of the call."),
        ("message", "Write what the patient should read."),
        ("note", "Write the note first."),
        ("hand-over", "Choose who is to have it."),
        ("snooze", "Choose for how long."),
        ("close", "Say why the patient is not told."),
    ):
        answer = await nurse.post(f"/triage/{flag.id}/{step}")
        assert answer.status_code == 422
        assert sentence in answer.text


async def test_what_is_snoozed_leaves_the_list_and_stands_under_snoozed(
    nurse: Client, flag: Flag, clock: Clock
) -> None:
    await act(nurse, flag, "acknowledge")
    assert await act(nurse, flag, "snooze", **{"for": "60"}) == "/triage"
    assert ROW.findall(await page_of(nurse, "/triage")) == []
    assert ROW.findall(await page_of(nurse, "/triage?view=snoozed")) == [str(flag.id)]
    await act(nurse, flag, "wake")
    assert ROW.findall(await page_of(nurse, "/triage")) == [str(flag.id)]


async def test_an_urgent_flag_that_nobody_has_cannot_be_snoozed(nurse: Client, flag: Flag) -> None:
    assert "Acknowledge it first." in await page_of(nurse, f"/triage/{flag.id}/snooze")
    answer = await nurse.post(f"/triage/{flag.id}/snooze", **{"for": "15"})
    assert answer.status_code == 409
    assert "nobody has this yet" in answer.text


async def test_undo_stands_on_the_next_page_for_ten_seconds(
    nurse: Client, flag: Flag, clock: Clock
) -> None:
    await act(nurse, flag, "acknowledge")
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert f'action="/triage/{flag.id}/undo"' in page
    clock.forward(seconds=9)
    await act(nurse, flag, "undo")
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert "Undone: Patient A is as it was" in page
    assert "Night nurse undid acknowledging" in page
    assert f'action="/triage/{flag.id}/acknowledge"' in page
    await act(nurse, flag, "acknowledge")
    clock.forward(seconds=11)
    answer = await nurse.post(f"/triage/{flag.id}/undo")
    assert answer.status_code == 409
    assert "too late to undo" in answer.text


async def test_a_hand_over_names_the_next_one_and_waits_for_them(
    nurse: Client, flag: Flag, client_for: ClientFor, second_nurse: Person
) -> None:
    await act(nurse, flag, "acknowledge")
    form = {"to": str(second_nurse.id), "hand_words": "Her mother is with her"}
    await act(nurse, flag, "hand-over", **form)
    day = await client_for(second_nurse)
    page = await page_of(day, f"/triage/{flag.id}")
    assert "to <b>Day nurse</b>, not taken yet" in page
    assert "Her mother is with her" in page
    assert ROW.findall(await page_of(day, "/triage?view=mine")) == [str(flag.id)]
    await act(day, flag, "acknowledge")
    assert "<b>Day nurse</b> has this" in await page_of(nurse, f"/triage/{flag.id}")


async def test_escalating_by_hand_tells_the_next_one_now(
    nurse: Client, database: Database, patient: Person, clock: Clock
) -> None:
    flag = await raised(database, patient, Level.SOON)
    assert "second clinician" in await page_of(nurse, f"/triage/{flag.id}/escalate")
    await act(nurse, flag, "escalate")
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert "Night nurse escalated it. Second clinician: nobody in the rota." in page
    assert "Second clinician told" in await page_of(nurse, "/triage")


async def test_what_has_an_end_waits_until_the_patient_is_told(
    nurse: Client, flag: Flag, clock: Clock
) -> None:
    await act(nurse, flag, "resolve", outcome="advised")
    assert ROW.findall(await page_of(nurse, "/triage?view=untold")) == [str(flag.id)]
    clock.forward(minutes=3)
    await act(nurse, flag, "call", callee="patient", result="reached")
    assert ROW.findall(await page_of(nurse, "/triage?view=untold")) == []
    assert "The patient knows" in await page_of(nurse, f"/triage/{flag.id}")


async def test_a_message_of_another_teams_patient_is_not_there(
    flag: Flag, client_for: ClientFor, nurse_elsewhere: Person
) -> None:
    outsider = await client_for(nurse_elsewhere)
    for step in ("call", "message", "note", "snooze", "hand-over", "escalate", "undo"):
        answer = await outsider.post(f"/triage/{flag.id}/{step}", team_note="x", message="x")
        assert answer.status_code == 404
        assert "Patient A" not in answer.text
