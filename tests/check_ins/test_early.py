"""A check-in that is sent before its end: at once in an emergency, or because it was left."""

import asyncio
import re

import pytest
from sqlmodel import col, func, select

from portal.audit.models import AuditEvent
from portal.check_ins.actions import save_answers, start_check_in
from portal.check_ins.answers import Answer
from portal.check_ins.clocks import send_if_left, send_unfinished
from portal.check_ins.early import send_left
from portal.check_ins.in_words import answers_in_words
from portal.check_ins.models import CheckIn, CutShort
from portal.check_ins.sent import submitted_check_ins
from portal.db import Database, UnitOfWork
from portal.flags.history import reasons_of
from portal.flags.models import Flag
from portal.flags.queries import flags_of
from portal.people.models import Person
from portal.symptoms.levels import Level
from portal.worker import JOBS
from tests.check_ins.doses import give_dose
from tests.check_ins.reading import grade
from tests.check_ins.test_views import SICK, begun, own, walk
from tests.clients import Client, actor_of
from tests.conftest import ClientFor, Clock
from tests.people import Clinic

__all__ = ["own"]
LEFT: dict[str, Answer] = {"who": "patient_with_adult", "effects": ("nausea",)}
QUIET: dict[str, Answer] = {"who": "patient_with_adult", "awake": 0}


async def flags(database: Database) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(Flag))).one()


async def left(database: Database, patient: Person, answers: dict[str, Answer]) -> CheckIn:
    async with database.work(await actor_of(database, patient)) as work:
        check_in = await start_check_in(work, patient.id)
        return await save_answers(work, check_in, answers)


def plain(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


async def test_the_answer_that_shows_danger_sends_the_check_in_at_once(
    own: Client, database: Database, patient: Person
) -> None:
    sent = await own.post(await begun(own, "awake"), answer="4")
    assert sent.headers["location"].endswith("/result")
    page = plain((await own.get(sent.headers["location"])).text)
    assert page.index("Call 911 now") < page.index("We stopped asking. Call first.")
    assert "Check in again" in page
    async with database.read() as session:
        [flag] = await flags_of(session, patient.id)
        [row] = await submitted_check_ins(session, patient.id)
    lines = {each.label: each.said for each in answers_in_words(row, [row])}
    assert (flag.level, row.check_in.cut_short) == (Level.EMERGENCY, CutShort.AT_ONCE)
    assert lines["How it was sent"] == "Sent at once; 6 questions were not asked"
    assert lines["Pain"] == "Not asked"
    assert row.title == "4 hour check-in, sent at once"


@pytest.mark.parametrize("danger", ["chest", "blood_vomit"])
async def test_a_red_flag_box_needs_no_last_page(
    own: Client, database: Database, danger: str
) -> None:
    address = await walk(own, until="red_now")
    assert (await own.post(address, answer=[danger])).headers["location"].endswith("/result")
    assert await flags(database) == 1


async def test_the_home_says_what_to_do_after_an_emergency_never_nothing(own: Client) -> None:
    await own.post(await begun(own, "awake"), answer="4")
    home = (await own.get("/")).text
    assert "See what to do now" in home
    assert "Nothing to do" not in home


async def test_double_taps_at_once_give_one_flag_and_the_same_page(
    own: Client, database: Database
) -> None:
    address = await begun(own, "awake")
    taps = await asyncio.gather(*(own.post(address, answer="4") for _ in range(4)))
    assert {tap.headers["location"] for tap in taps} == {address.replace("awake", "result")}
    assert await flags(database) == 1
    # No banner stands above the emergency words.
    assert not any("set-cookie" in tap.headers for tap in taps)


async def test_an_emergency_in_the_last_question_leaves_none_open(
    own: Client, database: Database, patient: Person
) -> None:
    address = await walk(own, until="self_harm")
    assert (await own.post(address, answer="wish")).headers["location"].endswith("/result")
    async with database.read() as session:
        [row] = await submitted_check_ins(session, patient.id)
    [first, *_] = answers_in_words(row, [row])
    assert first.said == "Sent at once; all questions were answered"


async def test_back_shows_the_result_and_a_new_check_in_mends_a_slip(own: Client) -> None:
    address = await begun(own, "awake")
    result = (await own.post(address, answer="4")).headers["location"]
    assert (await own.get(address)).headers["location"] == result
    assert (await own.get("/check-ins/now")).status_code == 200
    again = await walk(own)
    assert again != result
    assert "Sent. Thank you" in (await own.get(again)).text


async def test_what_is_urgent_but_no_emergency_is_asked_to_the_end(own: Client) -> None:
    assert (await walk(own, SICK, until="last")).endswith("/last")


async def test_the_last_page_finishes_even_when_it_shows_danger(
    own: Client, database: Database, patient: Person
) -> None:
    await walk(own, last={"systolic": "190", "diastolic": "95"})
    async with database.read() as session:
        [row] = await submitted_check_ins(session, patient.id)
    assert row.check_in.cut_short is None


async def test_a_check_in_left_for_half_an_hour_is_sent_once_by_two_workers(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=5)
    await left(database, patient, LEFT)
    assert await send_unfinished(database, clock.forward(minutes=29)) == 0
    now = clock.forward(minutes=2)
    assert sum(await asyncio.gather(*(send_unfinished(database, now) for _ in range(2)))) == 1
    assert await send_unfinished(database, now) == 0
    async with database.read() as session:
        [flag] = await flags_of(session, patient.id)
        reasons = await reasons_of(session, flag.flag)
        [sent] = await submitted_check_ins(session, patient.id)
        lines = {each.label: each.said for each in answers_in_words(sent, [sent])}
        query = select(AuditEvent).where(col(AuditEvent.tag) == "check_in:submit")
        [entry] = (await session.exec(query)).all()
    assert flag.level is Level.SOON  # nobody says how bad it is
    assert [reason.rule for reason in reasons] == ["untold", "13"]
    assert {reason.said for reason in reasons} == {"Feeling sick to the stomach, but not how bad"}
    assert lines["How it was sent"].startswith("Not finished; ")
    assert sent.title == "4 hour check-in, not finished"
    assert entry.actor_id is None
    assert entry.detail["cut_short"] == "left"
    # Its hours are those of the answer, not of the worker.
    assert sent.hours == 5


async def test_two_workers_that_read_the_same_list_send_it_once(
    database: Database, patient: Person, clock: Clock
) -> None:
    row = await left(database, patient, LEFT)
    now = clock.forward(minutes=31)

    async def one_worker() -> int:
        async with database.work(origin="worker") as work:
            return await send_if_left(work, row.id, now)

    assert sum(await asyncio.gather(*(one_worker() for _ in range(4)))) == 1
    assert await flags(database) == 1


async def test_one_with_nothing_that_fires_is_left_alone_until_it_is_answered_again(
    database: Database, patient: Person, clock: Clock
) -> None:
    row = await left(database, patient, QUIET)
    assert await send_unfinished(database, clock.forward(minutes=31)) == 0
    async with database.work(await actor_of(database, patient)) as work:
        held = await work.session.get_one(CheckIn, row.id)
        assert held.submitted_at is None
        await save_answers(work, held, LEFT)
    assert await send_unfinished(database, clock.forward(minutes=29)) == 0
    assert await send_unfinished(database, clock.forward(minutes=2)) == 1


async def test_each_answer_starts_the_half_hour_again(
    database: Database, patient: Person, clock: Clock
) -> None:
    await left(database, patient, LEFT)
    clock.forward(minutes=20)
    await left(database, patient, {"awake": 1})
    assert await send_unfinished(database, clock.forward(minutes=20)) == 0


async def test_one_that_cannot_be_sent_does_not_hold_up_the_others(
    database: Database,
    patient: Person,
    other_patient: Person,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = await left(database, patient, LEFT)
    clock.forward(minutes=1)
    await left(database, other_patient, LEFT)

    async def fails(work: UnitOfWork, row: CheckIn) -> bool:
        if row.id == broken.id:
            raise ValueError("broken")
        return await send_left(work, row)

    monkeypatch.setattr("portal.check_ins.clocks.send_left", fails)
    assert await send_unfinished(database, clock.forward(minutes=31)) == 1


async def test_the_patient_reads_that_it_was_sent_and_can_start_another(
    own: Client, client_for: ClientFor, patient: Person, database: Database, clock: Clock
) -> None:
    address = await walk(own, until="nausea", effects={"answer": ["nausea"]})
    await send_unfinished(database, clock.forward(minutes=31))
    again = await client_for(patient)
    late = await again.post(address, answer="4")
    result = late.headers["location"]
    assert result == address.replace("nausea", "result")
    page = (await again.get(result)).text
    assert "That answer came too late. Check in again to tell us." in page
    assert "You did not finish. We sent what you told us." in page
    assert "You told us: feeling sick to the stomach, but not how bad." in page
    assert "/check-ins/now" in page
    assert (await again.get(address)).headers["location"] == result
    assert "not finished" in (await again.get("/check-ins")).text
    assert (await again.get("/check-ins/now")).status_code == 200


async def test_the_care_team_reads_that_it_was_not_finished(
    client_for: ClientFor,
    patient: Person,
    nurse_on_team: Person,
    nurse_elsewhere: Person,
    database: Database,
    clock: Clock,
) -> None:
    await left(database, patient, LEFT)
    await send_unfinished(database, clock.forward(minutes=31))
    async with database.read() as session:
        [flag] = await flags_of(session, patient.id)
    nurse, outsider = await client_for(nurse_on_team), await client_for(nurse_elsewhere)
    detail = (await nurse.get(f"/triage/{flag.id}")).text
    assert "Check-in, not finished" in detail
    assert "Not finished; 7 questions were not asked" in detail
    assert "Patient stopped answering" in detail
    assert "Patient read" not in detail
    record = await nurse.get(f"/patients/{patient.id}")
    assert "Check-in, not finished" in record.text
    assert (await outsider.get(f"/triage/{flag.id}")).status_code == 404


async def test_the_words_about_an_early_end_are_easy() -> None:
    for each in CutShort:
        assert grade(*each.told.split(". ")) <= 5


async def test_the_home_offers_to_go_on_with_one_that_was_begun(
    client_for: ClientFor, patient: Person
) -> None:
    client = await client_for(patient)
    await begun(client)
    home = (await client.get("/")).text
    assert "Nothing to do" not in home
    assert "Go on with check-in" in home


def test_the_worker_looks_for_those_that_were_left() -> None:
    assert send_unfinished in JOBS
