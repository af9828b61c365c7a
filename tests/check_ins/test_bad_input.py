"""Contradictory, replayed, duplicate, out-of-order and very late answers; noise; moved clocks.

Each ends in a clear sentence or in the more careful reading; nothing is lost, nothing doubled.
"""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from sqlmodel import col, select

from portal.check_ins.clocks import follow_silence, send_unfinished
from portal.check_ins.coming import missed_check_ins
from portal.check_ins.models import CheckIn, SymptomReport
from portal.check_ins.sent import submitted_check_ins
from portal.check_ins.silence_models import SilenceStep
from portal.db import Database
from portal.flags.models import Flag
from portal.flags.queries import FlagState, flags_of
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.check_ins.doses import give_dose
from tests.check_ins.test_views import SICK, Presses, begun, count, own, walk
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.people import Clinic

__all__ = ["own"]  # a fixture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def flags(database: Database, patient: Person) -> list[FlagState]:
    async with database.read() as session:
        return await flags_of(session, patient.id)


async def test_two_answers_to_one_question_are_asked_again(own: Client) -> None:
    address = await begun(own, "awake")
    for answers in (["0", "4"], ["4", "0"]):
        response = await own.post(address, answer=answers)
        assert response.status_code == 422
        assert "We got two answers. Tap the right one." in response.text
    assert (await own.post(address, answer=["1", "1"])).status_code == 303


async def test_an_answer_counts_more_than_skipping_the_same_question(
    own: Client, database: Database, patient: Person
) -> None:
    nausea = {"answer": "4", "skip": "yes"}
    await walk(own, effects={"answer": ["nausea"]}, nausea=nausea)
    [state] = await flags(database, patient)
    assert state.summary == "Severe nausea"


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        # Wide awake, and fainted; nothing ticked, and written about.
        ({"awake": {"answer": "0"}, "red_now": {"answer": ["fainted"]}}, Level.EMERGENCY),
        ({"effects": {"none": "yes"}, "last": {"note": "I threw up twice"}}, Level.SOON),
        ({"self_harm": {"answer": "none"}, "last": {"note": "I want to die"}}, Level.EMERGENCY),
        # With an adult, who cannot wake them: nobody who sleeps so deeply answers.
        ({"who": {"answer": "patient_with_adult"}, "awake": {"answer": "4"}}, Level.EMERGENCY),
        ({"effects": {"answer": ["anxiety"]}, "anxiety": {"answer": "4"},
          "anxiety_stops": {"answer": "0"}}, Level.URGENT),
    ],
)  # fmt: skip
async def test_of_answers_that_contradict_each_other_the_graver_one_counts(
    own: Client, database: Database, patient: Person, answers: Presses, level: Level
) -> None:
    await walk(own, answers)
    [state] = await flags(database, patient)
    assert state.level is level


async def test_one_device_denies_what_the_other_told_and_is_told_that_it_was_not_kept(
    own: Client, client_for: ClientFor, patient: Person
) -> None:
    address = await walk(own, until="vomit_count", effects={"answer": ["vomiting"]})
    start = address.rpartition("/")[0]
    other = await client_for(patient)
    assert 'name="answered" value="yes"' in (await other.get(f"{start}/effects")).text
    await other.post(f"{start}/effects", none="yes", answered="yes")
    late = await own.post(address, answer="6")
    assert late.headers["location"] == f"{start}/pain"
    assert "so we did not keep that answer" in (await own.get(f"{start}/pain")).text


@pytest.mark.parametrize(
    ("page", "told", "denied", "asked"),
    [
        ("effects", {"answer": ["vomiting"]}, {"none": "yes"}, "Which one is right?"),
        ("awake", {"answer": "2"}, {"answer": "0"}, "We got two answers. Tap the right one."),
        ("pain", {"answer": "7"}, {"skip": "yes"}, "We got two answers. Tap the right one."),
    ],
)
async def test_a_tab_that_was_open_before_takes_no_answer_back_without_asking(
    own: Client, page: str, told: dict[str, Any], denied: dict[str, Any], asked: str
) -> None:
    address = await walk(own, until=page)
    await own.post(address, **told)
    stale = await own.post(address, **denied)
    assert (stale.status_code, asked in html.unescape(stale.text)) == (422, True)
    graver = await own.post(address, **told)
    assert graver.status_code == 303
    # Whoever was shown the answer may change it.
    assert (await own.post(address, **denied, answered="yes")).status_code == 303


async def test_all_posts_of_an_evening_replayed_later_change_nothing(
    own: Client, database: Database, patient: Person
) -> None:
    posts: list[tuple[str, bytes]] = []

    async def note(request: httpx2.Request) -> None:
        if request.method == "POST":
            posts.append((request.url.path, request.content))

    own.http.event_hooks = {"request": [note]}
    result = await walk(own, SICK)
    own.http.event_hooks = {}
    form = {"content-type": "application/x-www-form-urlencoded"}
    for address, body in [*posts[1:], *posts[:0:-1]]:
        again = await own.http.post(address, content=body, headers=form)
        assert again.headers["location"] == result
    assert (await count(database, Flag), await count(database, SymptomReport)) == (1, 1)
    async with database.read() as session:
        (sent,) = await submitted_check_ins(session, patient.id)
    assert sent.told.answers["vomit_count"] == 2


async def test_answers_that_come_in_the_wrong_order_are_all_kept(
    own: Client, database: Database, patient: Person
) -> None:
    start = await begun(own, "")
    for page, answer in (("self_harm", "none"), ("pain", "7"), ("awake", "1")):
        assert (await own.post(f"{start}{page}", answer=answer)).status_code == 303
    for page in ("red_now", "effects", "since"):
        await own.post(f"{start}{page}", none="yes")
    await own.post(f"{start}weekday", answer="monday")
    assert (await own.post(f"{start}last")).headers["location"] == f"{start}result"
    async with database.read() as session:
        (sent,) = await submitted_check_ins(session, patient.id)
    assert (sent.pain, sent.told.answers["awake"]) == (7, 1)


async def test_what_was_begun_hours_ago_is_asked_anew(
    own: Client, client_for: ClientFor, clock: Clock, database: Database, patient: Person
) -> None:
    clock.forward(hours=4)
    address = await walk(await client_for(patient), until="since", effects={"none": "yes"})
    clock.forward(hours=2.5)
    later = await client_for(patient)
    assert (await later.get(address)).headers["location"] == "/check-ins/now"
    page = (await later.get("/check-ins/now")).text
    assert "Some time has passed. How are you now?" in page
    assert "Who is answering?" in page
    assert "Go on with check-in" not in (await later.get("/")).text
    await walk(later)
    async with database.read() as session:
        (sent,) = await submitted_check_ins(session, patient.id)
        left = await session.exec(select(CheckIn).where(col(CheckIn.submitted_at).is_(None)))
        assert [row.point for row in left.all()] == ["+8h"]
    assert (sent.check_in.point, sent.check_in.round) == ("+8h", 2)


async def test_a_tap_that_comes_hours_late_is_not_lost(
    own: Client, client_for: ClientFor, clock: Clock, database: Database, patient: Person
) -> None:
    """A phone held it until its network was back."""
    address = await walk(own, until="vomit_count", effects={"answer": ["vomiting"]})
    clock.forward(hours=3)
    late = await client_for(patient)
    answer = await late.post(address, answer="6")
    assert answer.headers["location"] == "/check-ins/now"
    assert "Some time has passed." in (await late.get("/check-ins/now")).text
    clock.forward(hours=0.6)
    assert await send_unfinished(database, clock.now()) == 1
    [state] = await flags(database, patient)
    assert state.level is Level.URGENT


async def test_danger_that_comes_hours_late_is_danger_now(
    own: Client, client_for: ClientFor, clock: Clock, patient: Person
) -> None:
    address = await walk(own, until="awake")
    clock.forward(hours=3)
    late = await client_for(patient)
    answer = await late.post(address, answer="3")
    assert "Call 911 now" in (await late.get(answer.headers["location"])).text


async def test_a_send_that_comes_hours_late_sends_what_was_answered(
    own: Client, client_for: ClientFor, clock: Clock, database: Database, patient: Person
) -> None:
    last = await walk(own, SICK, until="last")
    clock.forward(hours=3)
    late = await client_for(patient)
    assert (await late.post(last)).headers["location"].endswith("/result")
    assert [state.level for state in await flags(database, patient)] == [Level.URGENT]


NOISE = [
    "x" * 8_000,
    "x" * 8_001,
    "🤢" * 8_000,
    "na\u0301usea? " * 800,
    "\u202egnitimov ma I\u202c",
    "\x07\x1b[31m\x00\ufffe nausea",
    "a\u0301" * 900,
    "' OR 1=1; -- <script>alert(1)</script>",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]


@pytest.mark.parametrize("noise", NOISE, ids=range(len(NOISE)))
async def test_noise_in_a_note_is_refused_in_a_sentence_or_read_by_a_person(
    own: Client, database: Database, patient: Person, noise: str
) -> None:
    last = await walk(own, until="last")
    answer = await own.post(last, note=noise, systolic="", diastolic="")
    if len(noise) > 8_000:
        assert answer.status_code == 422
        assert "Use 8,000 characters or fewer." in answer.text
        assert noise in answer.text
        return
    result = (await own.get(answer.headers["location"])).text
    assert "A nurse" in result
    assert "<script>alert" not in result
    [state] = await flags(database, patient)
    assert state.level in {Level.ROUTINE, Level.SOON}


async def test_a_long_night_told_at_length_is_read_to_its_end(
    own: Client, database: Database, patient: Person
) -> None:
    last = await walk(own, until="last")
    # A browser would cut what is pasted here, without a word.
    [box] = re.findall(r"<textarea[^>]*>", (await own.get(last)).text)
    assert "maxlength" not in box
    told = "It was a long night and I lay in bed and thought about it. " * 100
    await own.post(last, note=f"{told}Now I cannot breathe.", systolic="", diastolic="")
    [state] = await flags(database, patient)
    assert state.level is Level.EMERGENCY


@pytest.mark.parametrize("number", ["1e3", "-120", "9" * 400, "١٢٠", "120.5", "0x78", "NaN", "٪"])
async def test_absurd_numbers_are_refused_in_a_sentence(own: Client, number: str) -> None:
    last = await begun(own, "last")
    answer = await own.post(last, systolic=number, diastolic="80")
    assert answer.status_code == 422
    assert "from 50 to 300" in answer.text or "Use 6 characters or fewer." in answer.text
    pain = await own.post(await begun(own, "pain"), answer=number)
    assert pain.status_code == 422


async def test_a_form_that_is_none_changes_nothing(own: Client, database: Database) -> None:
    address = await begun(own, "awake")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    many = urlencode([("csrf", own.csrf), *(("answer", "1") for _ in range(200))])
    for body in (b"\xff\xfe\x00", b"answer=4", many.encode()):
        answer = await own.http.post(address, content=body, headers=headers)
        assert answer.status_code in {403, 422}
    assert await count(database, CheckIn) == 1


async def test_a_clock_that_falls_behind_the_dose_loses_no_report(
    client_for: ClientFor, clinic: Clinic, database: Database, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=1)
    clock.forward(hours=-3)
    client = await client_for(patient)
    assert (await client.get("/")).status_code == 200
    result = await client.get(await walk(client, awake={"answer": "3"}))
    assert "Call 911 now" in result.text
    clock.forward(hours=30 * 24)
    again = await client_for(patient)
    assert (await again.get("/check-ins")).status_code == 200
    assert len(await flags(database, patient)) == 1


async def test_a_time_zone_changed_in_mid_series_asks_each_once_and_misses_none(
    clinic: Clinic, database: Database, patient: Person, clock: Clock
) -> None:
    start = clock.now().replace(year=2026, month=10, day=30, hour=16, minute=0)
    clock.set(start)
    await give_dose(database, clinic, hours_ago=0)
    zones = ["Pacific/Kiritimati", "America/New_York", "Pacific/Pago_Pago", "Europe/Madrid"]
    for hour in range(1, 9 * 24):
        if hour % 20 == 0:
            async with database.work() as work:
                row = await work.session.get_one(Person, patient.id)
                row.time_zone = zones[hour // 20 % len(zones)]
        clock.set(start + timedelta(hours=hour))
        await follow_silence(database, clock.now())
    async with database.read() as session:
        steps = (await session.exec(select(SilenceStep))).all()
        missed = await missed_check_ins(session, patient.id, clock.now())
    asked = [step.point for step in steps if step.rung == "due"]
    assert asked == ["+1h", "+2h", "+4h", "+8h", "+24h", "+72h", "+7d"]
    assert [each.point.name for each in missed][:5] == ["+1h", "+2h", "+4h", "+8h", "+24h"]
