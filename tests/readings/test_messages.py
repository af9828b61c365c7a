"""What patients write in messages raises a flag at its level, once, whatever is killed when."""

import asyncio
from uuid import uuid4

import pytest
from sqlmodel import select

from portal import clock
from portal.announcements import Announcement
from portal.audit.models import AuditEvent
from portal.check_ins.own_words import note_answers
from portal.conversations.reading_models import MessageReading
from portal.conversations.understood import TOPIC
from portal.db import Database
from portal.flags.history import reasons_of
from portal.flags.models import Flag
from portal.flags.queries import FlagState, flags_of
from portal.people.models import Person
from portal.readings.listener import Judge
from portal.readings.queries import reading_of
from portal.readings.raising import settle_alone
from portal.readings.waiting import settling_waiting
from portal.realtime.hub import MISSED, NOBODY, Hub
from portal.symptoms.levels import Level
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import Client
from tests.people import Clinic
from tests.readings.words import ClientFor, flags_after, reworded, wrote


@pytest.mark.parametrize(
    ("words", "level", "rules"),
    [
        ("I cant breathe properly", Level.EMERGENCY, ["w-danger"]),
        ("I want to die", Level.EMERGENCY, ["w-self-harm"]),
        ("took two extra lozenges", Level.URGENT, ["w-dose"]),
        ("took an extra lozenge and now I cant breathe", Level.EMERGENCY, [
            "w-danger", "w-dose-danger",
        ]),
        ("my words are slurred", Level.URGENT, ["w-speech-early"]),
        ("no nausea today but I've thrown up twice", Level.SOON, ["w-vomiting"]),
        ("tengo náuseas", Level.SOON, ["w-nausea"]),
        ("I keep craving the next lozenge", Level.SOON, ["w-addiction"]),
        ("мне плохо, меня тошнит", Level.ROUTINE, ["w-unread-message"]),
    ],
)  # fmt: skip
async def test_what_is_there_raises_a_flag_at_its_level(
    database: Database, clinic: Clinic, patient: Person, words: str, level: Level, rules: list[str]
) -> None:
    await give_dose(database, clinic, hours_ago=3)
    await wrote(database, patient, words)
    [state] = await flags_after(database, patient)
    async with database.read() as session:
        reasons = await reasons_of(session, state.flag)
    assert state.level is level
    assert sorted(reason.rule for reason in reasons) == rules
    assert state.flag.hours_since_dose == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    "words",
    [
        "See you on Tuesday",
        "no nausea at all",
        "sick of waiting",
        "The nausea is gone now",
        "My boss is stressed, I am fine",
        "Is nausea common?",
        "👍",
    ],
)
async def test_what_is_denied_over_asked_or_somebody_elses_raises_nothing(
    database: Database, patient: Person, words: str
) -> None:
    await wrote(database, patient, words)
    assert not await flags_after(database, patient)
    async with database.read() as session:
        assert not (await session.exec(select(MessageReading))).all()


async def test_what_the_care_team_writes_is_not_read(
    database: Database, patient: Person, nurse_on_team: Person
) -> None:
    await wrote(database, patient, "Call 911 if you cannot breathe or want to die", nurse_on_team)
    assert not await flags_after(database, patient)


async def test_a_message_is_judged_once_however_many_judge_it(
    database: Database, patient: Person
) -> None:
    message = await wrote(database, patient, "I threw up twice")
    done = await asyncio.gather(*(settle_alone(database, message.id) for _ in range(4)))
    assert sum(done) == 1
    assert len(await flags_after(database, patient)) == 1
    assert await settling_waiting()(database, clock.now()) == 0


async def test_the_worker_judges_what_was_committed_and_then_forgotten(
    database: Database, patient: Person
) -> None:
    # As after kill -9 between the message's commit and its flag.
    for words in ("I threw up twice", "so anxious tonight"):
        await wrote(database, patient, words)
    async with database.read() as session:
        assert not (await session.exec(select(Flag))).all()
    assert await settling_waiting()(database, clock.now()) == 2
    assert len(await flags_after(database, patient)) == 2


async def test_a_resend_is_not_read_twice(database: Database, patient: Person) -> None:
    name = uuid4()
    for _ in range(2):
        await wrote(database, patient, "I threw up twice", client_id=name)
    assert len(await flags_after(database, patient)) == 1


async def test_the_process_that_stored_it_judges_it_at_once(
    database: Database, patient: Person
) -> None:
    hub = Hub()
    judge = Judge(database, hub)
    message = await wrote(database, patient, "I cant breathe properly")
    hub.publish([Announcement(TOPIC, "found", message.id, patient.id)])
    await judge.finished()
    async with database.read() as session:
        assert [state.level for state in await flags_of(session, patient.id)] == [Level.EMERGENCY]
    await wrote(database, patient, "I threw up twice")
    hub.publish([Announcement(TOPIC, MISSED, NOBODY)])
    await judge.finished()
    assert len(await flags_after(database, patient)) == 2


async def test_a_message_that_says_something_is_announced_by_id_only(
    database: Database, patient: Person
) -> None:
    heard: list[Announcement] = []
    database.publish = heard.extend
    message = await wrote(database, patient, "I threw up twice")
    await wrote(database, patient, "See you on Tuesday")
    assert [each.id for each in heard if each.topic == TOPIC] == [message.id]


async def test_no_word_of_it_is_in_the_row_or_the_trail(
    database: Database, patient: Person
) -> None:
    await wrote(database, patient, "I threw up twice")
    await flags_after(database, patient)
    async with database.read() as session:
        row = (await session.exec(select(MessageReading))).one()
        details = (await session.exec(select(AuditEvent.detail))).all()
    assert b"vomit" not in row.found
    assert "threw" not in str(details)


async def test_staff_see_which_words_led_there(
    database: Database, patient: Person, nurse_on_team: Person, client_for: ClientFor
) -> None:
    await wrote(database, patient, "Lunch was fine, then I threw up <b>twice</b>")
    [state] = await flags_after(database, patient)
    page = await (await client_for(nurse_on_team)).get(f"/triage/{state.id}")
    assert "then I <mark>threw up</mark> &lt;b&gt;twice" in page.text
    assert "found it in the patient" in page.text
    assert "Rule w-vomiting" in page.text


async def own_page(client_for: ClientFor, patient: Person, state: FlagState) -> tuple[Client, str]:
    return await client_for(patient), state.flag.patients_page


async def test_the_patient_reads_what_to_do_and_may_say_that_it_is_wrong(
    database: Database, patient: Person, nurse_on_team: Person, client_for: ClientFor
) -> None:
    await wrote(database, patient, "I threw up twice")
    [state] = await flags_after(database, patient)
    own, address = await own_page(client_for, patient, state)
    page = (await own.get(address)).text
    assert "We understood: throwing up. Is that right?" in page
    assert "Take small sips and rest." in page
    said = await own.post(address, what="vomiting", right="no")
    assert said.headers["location"] == address
    assert "You said that is wrong." in (await own.get(address)).text
    [after] = await flags_after(database, patient)
    assert (after.level, after.is_open) == (state.level, True)
    nurse = await client_for(nurse_on_team)
    assert "not right: throwing up" in (await nurse.get(f"/triage/{state.id}")).text


async def test_nobody_else_can_answer_for_the_patient(
    database: Database,
    patient: Person,
    other_patient: Person,
    nurse_elsewhere: Person,
    client_for: ClientFor,
) -> None:
    await wrote(database, patient, "I threw up twice")
    [state] = await flags_after(database, patient)
    address = state.flag.patients_page
    other, outsider = await client_for(other_patient), await client_for(nurse_elsewhere)
    assert (await other.get(address)).status_code == 404
    assert (await other.post(address, what="vomiting", right="no")).status_code == 404
    assert (await outsider.get(address)).status_code == 403


async def test_what_was_not_understood_cannot_be_answered(
    database: Database, patient: Person, client_for: ClientFor
) -> None:
    await wrote(database, patient, "I threw up twice")
    [state] = await flags_after(database, patient)
    own, address = await own_page(client_for, patient, state)
    assert (await own.post(address, what="nausea", right="no")).status_code == 422
    async with database.read() as session:
        reading = await reading_of(session, state.flag)
    assert reading is not None
    assert [thing.answer for thing in reading.things] == [None]


async def test_a_note_of_a_check_in_is_shown_and_answered_alike(
    database: Database, clinic: Clinic, patient: Person, client_for: ClientFor
) -> None:
    await give_dose(database, clinic, hours_ago=3)
    note = note_answers("A calm day. no nausea but I threw up")
    found = {name: each for name, each in note.items() if each is not None}
    sent = await send(database, patient, **found)
    own, address = await client_for(patient), f"/understood/check-ins/{sent.check_in.id}"
    page = (await own.get(address)).text
    assert "but I <mark>threw up</mark>" in page
    assert "throwing up. Is that right?" in page
    await own.post(address, what="vomiting", right="yes")
    assert "You said that is right." in (await own.get(address)).text


async def test_a_correction_is_read_like_a_new_message(
    database: Database, patient: Person, nurse_on_team: Person, client_for: ClientFor
) -> None:
    heard: list[Announcement] = []
    message = await wrote(database, patient, "I feel alright")
    assert not await flags_after(database, patient)
    database.publish = heard.extend
    await reworded(database, patient, message, "I want to die")
    assert Announcement(TOPIC, "found", message.id, patient.id) in heard
    [state] = await flags_after(database, patient)
    assert state.level is Level.EMERGENCY
    nurse = await client_for(nurse_on_team)
    page = (await nurse.get(f"/triage/{state.flag.id}")).text
    assert "want to die" in page
    way = await nurse.get(f"/inbox/messages/{state.flag.source_id}")
    assert way.headers["location"].endswith(f"#m-{message.id}")
    thread = (await nurse.get(f"/inbox/{message.conversation_id}")).text
    assert f'href="/triage/{state.flag.id}"' in thread
    theirs = await (await client_for(patient)).get(f"/understood/messages/{state.flag.source_id}")
    assert theirs.status_code == 200
    assert "want to die" in theirs.text


async def test_a_correction_raises_only_what_the_words_before_did_not(
    database: Database, patient: Person
) -> None:
    message = await wrote(database, patient, "I threw up twice")
    await flags_after(database, patient)
    await reworded(database, patient, message, "I threw up twice!", "No, I did not throw up")
    assert len(await flags_after(database, patient)) == 1
    await reworded(database, patient, message, "I threw up twice and I cant breathe properly")
    last, first = await flags_after(database, patient)
    assert (first.level, last.level) == (Level.SOON, Level.EMERGENCY)
    async with database.read() as session:
        assert [one.rule for one in await reasons_of(session, last.flag)] == ["w-danger"]


async def test_what_is_corrected_away_before_it_was_judged_is_judged_all_the_same(
    database: Database, patient: Person
) -> None:
    message = await wrote(database, patient, "I want to die")
    await reworded(database, patient, message, "I threw up twice", "All is well")
    assert {state.level for state in await flags_after(database, patient)} == {
        Level.EMERGENCY,
        Level.SOON,
    }
