"""The queue and a flag as pages, without scripts."""

import re
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.check_ins.library import RULES
from portal.check_ins.rule_sets import keep_rules
from portal.db import Database
from portal.flags.models import Flag
from portal.ids import new_id
from portal.people.models import Patient, Person
from portal.symptoms.levels import Level
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.flags.raising import a_reason, raised
from tests.people import Clinic

ROW = re.compile(r'<li class="queue-row[^"]*" id="row-([0-9a-f-]+)"')


async def page_of(client: Client, url: str) -> str:
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.text


async def _patients_recorded(database: Database, tag: str) -> list[object]:
    async with database.read() as session:
        query = select(AuditEvent.patient_id).where(col(AuditEvent.tag) == tag)
        return list((await session.exec(query)).all())


@pytest.fixture
async def nurse(client_for: ClientFor, nurse_on_team: Person) -> Client:
    return await client_for(nurse_on_team)


@pytest.fixture
async def flag(database: Database, patient: Person) -> Flag:
    return await raised(database, patient)


async def test_an_empty_queue_says_so(nurse: Client) -> None:
    assert "Nothing is waiting" in await page_of(nurse, "/triage")


async def test_rows_stand_by_level_then_least_time_left(
    nurse: Client, database: Database, patient: Person, clock: Clock
) -> None:
    first = await raised(database, patient, Level.URGENT)
    routine = await raised(database, patient, Level.ROUTINE)
    clock.forward(minutes=2)
    second = await raised(database, patient, Level.URGENT)
    emergency = await raised(database, patient, Level.EMERGENCY)
    page = await page_of(nurse, "/triage")
    assert ROW.findall(page) == [str(f.id) for f in (emergency, first, second, routine)]


async def test_who_hears_next_is_said_with_the_day_when_that_is_not_today(
    client_for: ClientFor,
    nurse_on_team: Person,
    database: Database,
    patient: Person,
    clock: Clock,
) -> None:
    clock.set(clock.now().astimezone(ZoneInfo(nurse_on_team.time_zone)).replace(hour=23, minute=0))
    late = await raised(database, patient, Level.SOON)
    page = await page_of(await client_for(nurse_on_team), f"/triage/{late.id}")
    assert re.search(r"If nobody takes it: [a-z ]+ tomorrow, \d", page)
    assert "at tomorrow" not in page


async def test_each_row_names_its_level_its_reason_and_its_waiting(
    client_for: ClientFor, nurse_on_team: Person, flag: Flag, clock: Clock
) -> None:
    clock.forward(minutes=22)
    page = await page_of(await client_for(nurse_on_team), "/triage")
    for words in ("Urgent", "Patient A", "Cannot keep water down", "22 min", "7 min late"):
        assert words in page


async def test_a_patient_is_a_year_older_when_the_birthday_begins_where_they_are(
    client_for: ClientFor, database: Database, clinic: Clinic, clock: Clock
) -> None:
    evening = clock.forward(days=1).replace(hour=20)
    clock.set(evening)
    today = evening.astimezone(ZoneInfo("Pacific/Auckland")).date()
    async with database.work() as work:
        person = await work.session.get_one(Person, clinic.patient.id)
        patient = await work.session.get_one(Patient, clinic.patient.id)
        person.time_zone, patient.born_on = "Pacific/Auckland", today.replace(year=1992)
        work.session.add_all([person, patient])
    flag = await raised(database, clinic.patient)
    page = await page_of(await client_for(clinic.nurse_on_team), f"/triage/{flag.id}")
    assert re.search(rf'<p class="second">{today.year - 1992}\b', page)


async def test_the_first_flag_that_nobody_took_is_shown_beside_the_list(
    nurse: Client, database: Database, patient: Person
) -> None:
    taken = await raised(database, patient, Level.EMERGENCY)
    await nurse.post(f"/triage/{taken.id}/acknowledge")
    waiting = await raised(database, patient, Level.SOON)
    assert f'data-detail-for="{waiting.id}"' in await page_of(nurse, "/triage")


async def test_the_detail_says_why(nurse: Client, database: Database, patient: Person) -> None:
    reasons = [a_reason(Level.URGENT), a_reason(Level.SOON, title="Pain up 3 points", rule="29")]
    flag = await raised(database, patient, reasons=reasons)
    page = await page_of(nurse, f"/triage/{flag.id}")
    for words in (
        "Why this is urgent",
        "2 rules fired, rule set",
        "Cannot keep small sips down",
        "Fires at: sips stay down less than 2 h.",
        "Last time: sips stayed down",
        "Rule 29",
    ):
        assert words in page


async def test_acknowledging_without_scripts_comes_back_to_the_flag(
    nurse: Client, flag: Flag
) -> None:
    answer = await nurse.post(f"/triage/{flag.id}/acknowledge", round="1")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/triage/{flag.id}"
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert "Acknowledged Patient A" in page
    assert "<b>Night nurse</b> has this since" in page
    assert "/acknowledge" not in page


async def test_the_second_clinician_sees_who_was_first_above_the_flag(
    nurse: Client, flag: Flag, client_for: ClientFor, second_nurse: Person
) -> None:
    await nurse.post(f"/triage/{flag.id}/acknowledge")
    second = await client_for(second_nurse)
    answer = await second.post(f"/triage/{flag.id}/acknowledge")
    assert answer.status_code == 409
    assert "Night nurse acknowledged this first, at" in answer.text
    assert f'data-detail-for="{flag.id}"' in answer.text


async def test_a_flag_cannot_be_resolved_without_saying_what_was_done(
    nurse: Client, flag: Flag
) -> None:
    answer = await nurse.post(f"/triage/{flag.id}/resolve", note="Words that must stay")
    assert answer.status_code == 422
    assert "Say what was done." in answer.text
    assert "Words that must stay" in answer.text
    assert "Error: " in answer.text


async def test_resolving_without_scripts_goes_back_to_the_list(nurse: Client, flag: Flag) -> None:
    assert "What was done" in await page_of(nurse, f"/triage/{flag.id}/resolve")
    answer = await nurse.post(f"/triage/{flag.id}/resolve", outcome="called", note="Called back")
    assert (answer.status_code, answer.headers["location"]) == (303, "/triage")
    assert ROW.findall(await page_of(nurse, "/triage")) == []
    resolved = await page_of(nurse, "/triage?view=resolved")
    assert str(flag.id) in resolved
    assert "Called back" in await page_of(nurse, f"/triage/{flag.id}")


async def test_a_resolved_flag_is_reopened_with_a_reason(nurse: Client, flag: Flag) -> None:
    await nurse.post(f"/triage/{flag.id}/resolve", outcome="called")
    refused = await nurse.post(f"/triage/{flag.id}/reopen", reason=" ")
    assert refused.status_code == 422
    answer = await nurse.post(f"/triage/{flag.id}/reopen", reason="Threw up again")
    assert answer.status_code == 303
    assert "Threw up again" in await page_of(nurse, f"/triage/{flag.id}")
    assert str(flag.id) in await page_of(nurse, "/triage?view=unowned")


async def test_mine_holds_what_i_acknowledged(
    nurse: Client, flag: Flag, client_for: ClientFor, second_nurse: Person
) -> None:
    await nurse.post(f"/triage/{flag.id}/acknowledge")
    assert str(flag.id) in await page_of(nurse, "/triage?view=mine")
    other = await client_for(second_nurse)
    assert ROW.findall(await page_of(other, "/triage?view=mine")) == []


async def test_an_open_page_gets_the_flag_its_row_and_the_status_line(
    nurse: Client, flag: Flag
) -> None:
    url = f"/triage/{flag.id}/acknowledge"
    answer = await nurse.http.post(url, data={"csrf": nurse.csrf}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f'<hx-partial hx-target="#row-{flag.id}"' in answer.text
    assert "Acknowledged Patient A" in answer.text


async def test_every_opening_of_a_flag_is_recorded(
    nurse: Client, flag: Flag, database: Database, patient: Person
) -> None:
    await nurse.get(f"/triage/{flag.id}", hx_request="true")
    assert await _patients_recorded(database, "flag:read") == [patient.id]


async def test_opening_the_list_is_recorded_for_each_patient_on_it(
    nurse: Client, flag: Flag, database: Database, patient: Person
) -> None:
    await nurse.get("/triage?view=unowned")
    assert await _patients_recorded(database, "triage:list") == [patient.id]


async def test_a_page_that_refreshes_itself_leaves_one_entry_for_all(
    nurse: Client, flag: Flag, database: Database
) -> None:
    await nurse.get("/triage/rows", hx_request="true", x_background="yes")
    assert await _patients_recorded(database, "triage:refresh") == [None]
    assert await _patients_recorded(database, "triage:list") == []


async def test_each_rule_has_a_place_that_a_flag_can_point_at(
    nurse: Client, database: Database, flag: Flag
) -> None:
    await keep_rules(database)
    rulebook = await page_of(nurse, "/rules")
    assert [f'id="rule-{rule.id}"' in rulebook for rule in RULES.rules] == [True] * len(RULES.rules)
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert f'href="/rules?version={RULES.version}#rule-9"' in page


async def test_a_flag_of_a_rule_set_that_is_not_kept_points_at_no_rule(
    nurse: Client, database: Database, patient: Person
) -> None:
    flag = await raised(database, patient, reasons=[a_reason(rule_set="rules-2020-01-01")])
    page = await page_of(nurse, f"/triage/{flag.id}")
    assert "Rule 9 of a rule set that was not kept" in page
    assert "#rule-" not in page


async def test_the_rules_are_not_for_patients(client_for: ClientFor, patient: Person) -> None:
    client = await client_for(patient)
    assert (await client.get("/rules")).status_code == 403


@pytest.mark.parametrize("path", ["", "/resolve", "/reopen"])
async def test_a_flag_of_another_team_is_answered_like_one_that_is_not_there(
    client_for: ClientFor, nurse_elsewhere: Person, flag: Flag, path: str
) -> None:
    outsider = await client_for(nurse_elsewhere)
    theirs = await outsider.get(f"/triage/{flag.id}{path}")
    missing = await outsider.get(f"/triage/{new_id()}{path}")
    assert theirs.status_code == missing.status_code == 404
    assert "Patient A" not in theirs.text


@pytest.mark.parametrize("verb", ["acknowledge", "resolve", "reopen"])
async def test_an_outsider_acts_on_nothing(
    client_for: ClientFor, nurse_elsewhere: Person, database: Database, flag: Flag, verb: str
) -> None:
    outsider = await client_for(nurse_elsewhere)
    fields = {"outcome": "called", "reason": "Because"}
    for flag_id in (flag.id, new_id()):
        answer = await outsider.post(f"/triage/{flag_id}/{verb}", **fields)
        assert answer.status_code == 404
    assert await _patients_recorded(database, f"flag:{verb}") == []


async def test_an_outsiders_queue_does_not_hold_the_flag(
    client_for: ClientFor, nurse_elsewhere: Person, flag: Flag
) -> None:
    outsider = await client_for(nurse_elsewhere)
    for url in ("/triage", "/triage/rows", "/triage?view=resolved"):
        assert str(flag.id) not in await page_of(outsider, url)


async def test_a_coordinator_reads_the_queue_and_acts_on_nothing(
    client_for: ClientFor, coordinator_on_team: Person, flag: Flag
) -> None:
    coordinator = await client_for(coordinator_on_team)
    page = await page_of(coordinator, f"/triage/{flag.id}")
    assert "/acknowledge" not in page
    answer = await coordinator.post(f"/triage/{flag.id}/acknowledge")
    assert answer.status_code == 403


@pytest.mark.parametrize("role", ["patient", "admin"])
async def test_patients_and_administrators_have_no_queue(
    client_for: ClientFor, flag: Flag, role: str, request: pytest.FixtureRequest
) -> None:
    client = await client_for(request.getfixturevalue(role))
    for url in ("/triage", "/triage/rows", f"/triage/{flag.id}"):
        assert (await client.get(url)).status_code == 403


@pytest.mark.parametrize("id", ["1", "none", "é", "9" * 80])
async def test_an_id_that_is_none_is_not_there(nurse: Client, id: str) -> None:
    assert (await nurse.get(f"/triage/{id}")).status_code == 404
    assert (await nurse.post(f"/triage/{id}/acknowledge")).status_code == 404


async def test_words_of_a_patient_cannot_become_markup(
    nurse: Client, database: Database, patient: Person
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    flag = await raised(database, patient, summary=evil, reasons=[a_reason(said=evil)])
    assert "<img" not in await page_of(nurse, f"/triage/{flag.id}")


async def test_who_comes_second_with_a_note_gets_the_note_back(
    nurse: Client, client_for: ClientFor, second_nurse: Person, flag: Flag
) -> None:
    await nurse.post(f"/triage/{flag.id}/resolve", outcome="advised", round="1")
    late = await client_for(second_nurse)
    answer = await late.post(
        f"/triage/{flag.id}/resolve", outcome="called", note="Spoke to her partner", round="1"
    )
    assert answer.status_code == 409
    assert "Spoke to her partner" in answer.text


async def test_one_flag_that_cannot_be_read_hides_no_other(
    nurse: Client, database: Database, patient: Person, flag: Flag
) -> None:
    await raised(database, patient, Level.SOON, summary="Severe nausea")
    async with database.work() as work:
        held = await work.session.get_one(Flag, flag.id)
        held.summary = held.summary[:-1] + bytes([held.summary[-1] ^ 1])
    page = await page_of(nurse, "/triage")
    assert "These words cannot be read here" in page
    assert "Severe nausea" in page
    assert "Urgent" in await page_of(nurse, f"/triage/{flag.id}")
