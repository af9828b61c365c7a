"""The pages of a check-in as a browser without scripts meets them."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import func, select

from portal import clock as portal_clock
from portal.check_ins.models import CheckIn, SymptomReport
from portal.check_ins.questionnaires import Kind
from portal.check_ins.sent import submitted_check_ins
from portal.db import Database
from portal.flags.actions import acknowledge_flag
from portal.flags.models import Flag
from portal.flags.queries import flags_of
from portal.people.models import Person
from portal.symptoms.levels import Level
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import Client, actor_of
from tests.conftest import ClientFor, Clock
from tests.people import Clinic

Presses = dict[str, dict[str, Any]]

# What to press on each page of a quiet evening, but for the day of the week.
QUIET: Presses = {
    "who": {"answer": "patient_with_adult"},
    "awake": {"answer": "0"},
    "red_now": {"none": "yes"},
    "effects": {"none": "yes"},
    "pain": {"answer": "3"},
    "since": {"none": "yes"},
    "self_harm": {"answer": "none"},
    "urge": {"answer": "0"},
    "doses": {"none": "yes"},
    "bladder": {"answer": "none"},
    "last": {},
}
SICK: Presses = {
    "effects": {"answer": ["vomiting"]},
    "vomit_count": {"answer": "2"},
    "sips": {"answer": "no"},
}
MOST_PAGES = 35


def weekday_there() -> str:
    """Where the patients of these tests live."""
    return portal_clock.now().astimezone(ZoneInfo("America/New_York")).strftime("%A").lower()


async def walk(
    client: Client,
    differently: Presses | None = None,
    until: str = "result",
    start: str = "/check-ins/now",
    **presses: Any,
) -> str:
    """Answer page after page from the home link on; the address where it ends.

    `differently` and `presses` are the forms posted on pages that differ from a quiet evening.
    """
    address, page = start, "who"
    for _ in range(MOST_PAGES):
        if page == until:
            return address
        quiet = {**SICK, **QUIET, "weekday": {"answer": weekday_there()}}
        answer = {**quiet, **(differently or {}), **presses}[page]
        response = await client.post(address, **answer)
        assert response.status_code == 303, response.text
        address = response.headers["location"]
        page = address.rpartition("/")[2]
    raise AssertionError("the check-in has no end")


async def begun(client: Client, page: str = "who") -> str:
    """Give the first answer only; the address of any page of that check-in."""
    response = await client.post("/check-ins/now", answer="patient_with_adult")
    return f"{response.headers['location'].rpartition('/')[0]}/{page}"


@pytest.fixture
async def own(client_for: ClientFor, database: Database, clinic: Clinic, clock: Clock) -> Client:
    """The patient's browser, five hours after an infusion, on a Monday afternoon."""
    clock.set(clock.now().replace(year=2026, month=11, day=23, hour=20, minute=0))
    await give_dose(database, clinic, hours_ago=5)
    return await client_for(clinic.patient)


async def count(database: Database, table: Any) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_opening_the_first_question_makes_no_row(own: Client, database: Database) -> None:
    page = await own.get("/check-ins/now")
    assert page.status_code == 200
    assert "Who is answering?" in page.text
    assert await count(database, CheckIn) == 0


async def test_a_quiet_evening_is_nine_presses_and_raises_no_flag(
    own: Client, database: Database, patient: Person
) -> None:
    result = await own.get(await walk(own))
    assert "Sent. Thank you" in result.text
    assert "Next check-in" in result.text
    assert await count(database, Flag) == 0
    async with database.read() as session:
        [sent] = await submitted_check_ins(session, patient.id)
    assert sent.hours == 5
    assert sent.pain == 3
    assert sent.check_in.point == "+4h"


async def test_threw_up_twice_and_cannot_keep_water_down_is_urgent(
    own: Client, database: Database, patient: Person
) -> None:
    result = await own.get(await walk(own, SICK))
    assert "Please call us now" in result.text
    assert "You told us: threw up 2 times, water does not stay down." in result.text
    assert "555 010 0142" in result.text
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
        reports = (await session.exec(select(SymptomReport))).all()
    assert state.level is Level.URGENT
    assert state.summary == "Cannot keep water down"
    assert [(report.effect.value, report.flag_id) for report in reports] == [("vomiting", state.id)]


async def test_an_emergency_comes_first_with_the_emergency_number(own: Client) -> None:
    result = await own.get(await walk(own, awake={"answer": "3"}))
    assert result.text.index("Call 911 now") < result.text.index("Call the nurse line")
    assert "Lay them on their side." in result.text


async def test_a_wish_to_act_shows_the_crisis_line(own: Client) -> None:
    result = await own.get(await walk(own, self_harm={"answer": "wish"}))
    assert "You are not alone." in result.text
    assert "tel:988" in result.text


async def test_an_adult_who_answers_is_asked_about_the_patient_and_named_in_the_record(
    own: Client, database: Database, patient: Person
) -> None:
    address = await walk(own, until="awake", who={"answer": "adult"})
    assert "How awake are they?" in (await own.get(address)).text
    await walk(own, who={"answer": "adult"})
    async with database.read() as session:
        [sent] = await submitted_check_ins(session, patient.id)
    assert sent.by_adult
    assert sent.check_in.adult_present


async def test_what_was_answered_is_there_on_another_device(
    own: Client, client_for: ClientFor, patient: Person
) -> None:
    address = await walk(own, until="pain")
    other = await client_for(patient)
    assert (await other.get("/check-ins/now")).headers["location"] == address


async def test_back_shows_the_answer_so_far_and_changing_it_changes_the_way(own: Client) -> None:
    address = await walk(own, until="nausea", effects={"answer": ["nausea"]})
    start = address.rpartition("/")[0]
    page = await own.get(f"{start}/effects")
    assert re.search(r'value="nausea" checked', page.text)
    assert 'name="answered" value="yes"' in page.text
    again = await own.post(f"{start}/effects", none="yes", answered="yes")
    assert again.headers["location"] == f"{start}/pain"
    assert (await own.get(address)).headers["location"] == f"{start}/pain"


async def test_ticks_and_none_together_are_asked_again_with_the_ticks_kept(own: Client) -> None:
    address = await begun(own, "red_now")
    response = await own.post(address, answer=["chest"], none="yes")
    assert response.status_code == 422
    assert "Which one is right?" in response.text
    assert re.search(r'value="chest" checked', response.text)


NONSENSE: list[tuple[str, dict[str, Any]]] = [
    ("awake", {"answer": "17"}),
    ("awake", {}),
    ("awake", {"skip": "yes"}),
    ("red_now", {"answer": "dragons"}),
    ("pain", {"answer": "-1"}),
    ("pain", {"answer": "\u0663"}),
    ("weekday", {"answer": "someday"}),
    ("self_harm", {"answer": "\x00"}),
]


async def test_nonsense_is_asked_again_in_a_sentence(own: Client) -> None:
    for page, posted in NONSENSE:
        response = await own.post(await begun(own, page), **posted)
        assert response.status_code == 422
        assert "There is a problem" in response.text
        assert "<title>Error: " in response.text


LAST_PAGES = [
    ({"note": "x" * 8_001}, "Use 8,000 characters or fewer."),
    ({"systolic": "high"}, "Write the upper number as on the screen, from 50 to 300."),
    ({"diastolic": "7"}, "Write the lower number as on the screen, from 20 to 200."),
    ({"systolic": "80", "diastolic": "120"}, "The upper number is the larger one."),
]


async def test_a_last_page_that_cannot_be_right_keeps_what_was_written(own: Client) -> None:
    last = await begun(own, "last")
    for posted, sentence in LAST_PAGES:
        response = await own.post(last, **{"note": "Felt odd", **posted})
        assert response.status_code == 422
        assert sentence in response.text
        assert posted.get("note", "Felt odd") in response.text


async def test_a_skipped_question_is_skipped_and_a_safety_question_cannot_be(own: Client) -> None:
    result = await own.get(await walk(own, pain={"skip": "yes"}))
    assert "Sent. Thank you" in result.text


async def test_sending_twice_gives_the_same_page_and_one_flag(
    own: Client, database: Database
) -> None:
    last = await walk(own, SICK, until="last")
    first, second = await own.post(last), await own.post(last)
    assert first.headers["location"] == second.headers["location"]
    assert "set-cookie" not in second.headers
    assert await count(database, Flag) == 1


async def test_a_stale_page_says_that_it_was_sent_and_leads_to_the_result(own: Client) -> None:
    result = await walk(own)
    stale = await own.post(result.replace("result", "awake"), answer="4")
    assert stale.headers["location"] == result
    assert "You sent this check-in already." in (await own.get(result)).text


async def test_words_written_too_late_are_not_swallowed(own: Client) -> None:
    result = await walk(own)
    await own.post(result.replace("result", "last"), note="One more thing")
    assert "Send the rest as a message." in (await own.get(result)).text


@pytest.mark.parametrize(
    ("note", "level", "heading"),
    [
        ("The garden looks lovely", Level.ROUTINE, "Thank you. A nurse will read this"),
        ("мне плохо и тошнит", Level.SOON, "Thank you. A nurse will read this"),
        ("no nausea but I threw up twice", Level.SOON, "We will call you"),
        ("words come out slurred", Level.URGENT, "Please call us now"),
        ("My chest feels very tight", Level.EMERGENCY, "Call 911 now"),
    ],
)
async def test_a_note_alone_counts_for_what_is_found_in_it(
    own: Client, database: Database, patient: Person, note: str, level: Level, heading: str
) -> None:
    result = await own.get(await walk(own, last={"note": note}))
    assert heading in result.text
    async with database.read() as session:
        [state] = await flags_of(session, patient.id)
    assert state.level is level


async def test_a_page_that_the_answers_do_not_lead_to_leads_on(own: Client) -> None:
    address = await begun(own, "awake")
    assert (await own.get(address.replace("awake", "sips"))).headers["location"] == address
    assert (await own.post(address.replace("awake", "sips"), answer="no")).headers[
        "location"
    ] == address
    assert (await own.get(address.replace("awake", "nowhere"))).headers["location"] == address


async def test_the_last_page_sent_too_soon_keeps_the_words_and_asks_what_is_open(
    own: Client,
) -> None:
    address = await walk(own, until="pain")
    last = address.replace("pain", "last")
    response = await own.post(last, note="Felt odd")
    assert response.headers["location"] == address
    assert "Felt odd" in (await own.get(last)).text


async def test_an_ended_session_leads_back_to_the_same_question_with_all_that_was_saved(
    own: Client, client_for: ClientFor, patient: Person
) -> None:
    address = await walk(own, until="last")
    nobody = await client_for(None)
    nobody.http.headers["referer"] = f"https://portal.test{address}"
    response = await nobody.post(address, note="My hands shake a lot")
    assert response.status_code == 401
    assert "My hands shake a lot" in response.text
    assert address in response.text
    again = await client_for(patient)
    assert "Anything else?" in (await again.get(address)).text
    assert (await again.post(address)).headers["location"].endswith("/result")


async def test_other_patients_and_staff_find_nothing(
    own: Client,
    client_for: ClientFor,
    other_patient: Person,
    nurse_elsewhere: Person,
    nurse_on_team: Person,
) -> None:
    start = await begun(own, "")
    stranger, nobody = await client_for(other_patient), await client_for(None)
    staff = [await client_for(nurse) for nurse in (nurse_elsewhere, nurse_on_team)]
    for address in (start.rstrip("/"), f"{start}awake", f"{start}result", f"{start}answers"):
        assert (await stranger.get(address)).status_code == 404
        assert [(await nurse.get(address)).status_code for nurse in staff] == [403, 403]
        assert (await nobody.get(address)).status_code == 303


async def test_nobody_answers_for_another_patient(
    own: Client, client_for: ClientFor, other_patient: Person
) -> None:
    address = await begun(own, "awake")
    stranger = await client_for(other_patient)
    assert (await stranger.post(address, answer="4")).status_code == 404
    assert (await own.get(address.rpartition("/")[0])).headers["location"] == address


async def test_an_unscheduled_check_in_can_be_sent_at_any_time(
    own: Client, database: Database, patient: Person
) -> None:
    await walk(own)
    await walk(own)
    await walk(own)
    async with database.read() as session:
        sent = await submitted_check_ins(session, patient.id)
    assert [(each.check_in.point, each.check_in.round) for each in sent] == [
        ("+4h", 1),
        ("extra", 1),
        ("extra", 2),
    ]


async def test_three_days_after_the_dose_the_follow_up_is_asked(
    client_for: ClientFor, clinic: Clinic, database: Database, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=73)
    own = await client_for(patient)
    result = await own.get(await walk(own, doses={"answer": ["used_up_early"]}))
    assert "We will call you" in result.text
    assert "This does not end your care." in result.text
    async with database.read() as session:
        [sent] = await submitted_check_ins(session, patient.id)
    assert (sent.check_in.point, sent.check_in.kind) == ("+72h", Kind.FOLLOW_UP)


async def test_own_check_ins_and_answers_can_be_read_again(own: Client) -> None:
    result = await walk(own, last={"note": "Slept well"})
    answers = await own.get(result.replace("result", "answers"))
    assert "Slept well" in answers.text
    assert "Wide awake" in answers.text
    listed = await own.get("/check-ins")
    assert result.replace("result", "answers") in listed.text


async def test_the_result_says_who_saw_it_and_when(
    own: Client, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    result = await walk(own, SICK)
    assert "We told your care team." in (await own.get(result)).text
    nurse = await actor_of(database, nurse_on_team)
    async with database.work(nurse) as work:
        [state] = await flags_of(work.session, patient.id)
        await acknowledge_flag(work, state.id)
    seen = await own.get(result)
    assert "Night nurse saw this at" in seen.text
    assert "We told your care team." not in seen.text


async def test_old_advice_says_when_it_was_given(
    own: Client, client_for: ClientFor, clock: Clock, patient: Person
) -> None:
    result = await walk(own, SICK)
    clock.forward(hours=13)
    again = await client_for(patient)
    assert "Do you feel this way now?" in (await again.get(result)).text


async def test_a_long_list_shows_the_newest_and_folds_the_rest(
    own: Client, database: Database, patient: Person, clock: Clock
) -> None:
    for _ in range(7):
        await send(database, patient)
        clock.forward(minutes=1)
    listed = (await own.get("/check-ins")).text
    assert "Show 2 earlier" in listed
    assert listed.index("</h2>") < listed.index("<details")
    assert listed[: listed.index("<details")].count("/answers") == 5
