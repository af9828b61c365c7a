"""The bell, its page, and choosing how to be told."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from portal.announcements import Announcement
from portal.db import Database
from portal.notices.actions import notify, seen
from portal.notices.models import Notice, NoticeChoice, PushSubscription
from portal.notices.push import PushKey
from portal.notices.reasons import Reason
from portal.people.models import Person
from portal.settings import Settings
from tests.conftest import ClientFor
from tests.notices.posts import POINT, SECRET, give_address, give_device, tell
from tests.people import Clinic

DEVICES = "/account/notices/devices"
BROWSER = {"endpoint": "https://push.example.org/abc", "p256dh": POINT, "auth": SECRET}


async def one_notice(database: Database) -> Notice:
    async with database.read() as session:
        return (await session.exec(select(Notice))).one()


async def notice_of(database: Database, person: Person) -> Notice:
    async with database.read() as session:
        query = select(Notice).where(col(Notice.person_id) == person.id)
        return (await session.exec(query)).one()


async def test_the_bell_counts_and_its_page_leads_to_what_waits(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    client = await client_for(patient)
    assert "Nothing is waiting for you" in (await client.get("/notices")).text
    await tell(database, patient)
    assert 'aria-label="Notices, 1 new"' in (await client.get("/")).text
    assert "There is a new message." in (await client.get("/notices")).text
    notice = await one_notice(database)
    answer = await client.post(f"/notices/{notice.id}/open")
    assert (answer.status_code, answer.headers["location"]) == (303, "/messages")
    assert 'aria-label="Notices"' in (await client.get("/")).text


async def test_a_nurse_is_led_to_the_patients_flag(
    client_for: ClientFor, database: Database, nurse_on_team: Person, patient: Person
) -> None:
    async with database.work() as work:
        await notify(work, nurse_on_team.id, Reason.FLAG_RAISED, subject_id=patient.id)
    client, notice = await client_for(nurse_on_team), await one_notice(database)
    assert 'data-count="notices">1<' in (await client.get("/triage")).text
    answer = await client.post(f"/notices/{notice.id}/open")
    assert answer.headers["location"] == f"/triage/{patient.id}"


@pytest.mark.parametrize("who", ["patient", "nurse_on_team"])
async def test_an_open_page_fetches_its_bell_anew(
    client_for: ClientFor, database: Database, clinic: Clinic, who: str
) -> None:
    person: Person = getattr(clinic, who)
    client = await client_for(person)
    await tell(database, person)
    await tell(database, clinic.coordinator_on_team)
    bell = (await client.get("/notices/bell", x_background="yes")).text
    assert bell.count("data-bell") == 1
    assert ">1</span>" in bell
    assert bell.strip() in (await client.get("/account")).text


async def test_whatever_changes_the_number_is_announced_to_that_person_alone(
    client_for: ClientFor, database: Database, patient: Person, nurse_on_team: Person
) -> None:
    heard: list[Announcement] = []
    database.publish = heard.extend
    await tell(database, patient)
    await tell(database, nurse_on_team)
    client = await client_for(patient)
    await client.post(f"/notices/{(await notice_of(database, patient)).id}/open")
    await client.post("/notices/seen")
    async with database.work() as work:
        await seen(work, nurse_on_team.id, [Reason.MESSAGE], nurse_on_team.id)
        await seen(work, nurse_on_team.id, [Reason.MESSAGE], nurse_on_team.id)
    rung = [one.id for one in heard if one.topic == "notices"]
    assert rung == [patient.id, nurse_on_team.id, patient.id, patient.id, nurse_on_team.id]


async def test_anothers_notice_is_not_there(
    client_for: ClientFor, database: Database, patient: Person, nurse_elsewhere: Person
) -> None:
    await tell(database, patient)
    client, notice = await client_for(nurse_elsewhere), await one_notice(database)
    assert (await client.post(f"/notices/{notice.id}/open")).status_code == 404
    assert (await client.post("/notices/seen")).status_code == 303
    assert (await one_notice(database)).seen_at is None


async def test_all_can_be_marked_as_seen(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    await tell(database, patient)
    client = await client_for(patient)
    await client.post("/notices/seen")
    assert (await one_notice(database)).seen_at is not None


async def test_a_choice_is_kept_and_shown_again(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    client = await client_for(patient)
    fields = {"first": "mail", "quiet": "on", "quiet_from": "22", "quiet_until": "6"}
    assert (await client.post("/account/notices", **fields)).status_code == 303
    async with database.read() as session:
        chosen = await session.get_one(NoticeChoice, patient.id)
    assert (chosen.first, chosen.quiet_from, chosen.quiet_until) == ("mail", 22 * 60, 6 * 60)
    page = (await client.get("/account/notices")).text
    assert '<option value="22" selected>10 pm</option>' in page
    await client.post("/account/notices", **fields | {"quiet": "off"})
    async with database.read() as session:
        chosen = await session.get_one(NoticeChoice, patient.id)
    assert chosen.quiet_from == chosen.quiet_until


@pytest.mark.parametrize(
    "wrong", [{"first": "pigeon"}, {"quiet_from": "25"}, {"quiet_until": "21"}, {"quiet_from": ""}]
)
async def test_a_choice_that_makes_no_sense_is_asked_again(
    client_for: ClientFor, patient: Person, wrong: dict[str, str]
) -> None:
    fields = {"first": "mail", "quiet": "on", "quiet_from": "21", "quiet_until": "8"}
    client = await client_for(patient)
    assert (await client.post("/account/notices", **fields | wrong)).status_code == 422


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, push_key=PushKey.make())


async def test_a_browser_is_kept_sealed_and_taken_off_again(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    client = await client_for(patient)
    assert "data-push-key" in (await client.get("/account/notices")).text
    assert (await client.post(DEVICES, **BROWSER)).status_code == 200
    assert (await client.post(DEVICES, **BROWSER)).status_code == 200
    async with database.read() as session:
        row = (await session.exec(select(PushSubscription))).one()
    assert b"push.example.org" not in row.endpoint
    assert (await client.post(f"{DEVICES}/{row.id}/remove")).status_code == 303
    async with database.read() as session:
        assert (await session.exec(select(PushSubscription))).all() == []


async def test_a_browser_belongs_to_whoever_used_it_last_and_only_they_take_it_off(
    client_for: ClientFor, database: Database, patient: Person, other_patient: Person
) -> None:
    await give_device(database, patient, "abc")
    client = await client_for(other_patient)
    await client.post(DEVICES, **BROWSER)
    async with database.read() as session:
        row = (await session.exec(select(PushSubscription))).one()
    assert row.person_id == other_patient.id
    await (await client_for(patient)).post(f"{DEVICES}/{row.id}/remove")
    async with database.read() as session:
        assert len((await session.exec(select(PushSubscription))).all()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example.org/abc"},
        {"endpoint": "https://127.0.0.1/abc"},
        {"endpoint": "https://localhost/abc"},
        {"p256dh": "AAAA"},
        {"auth": "AAAA"},
    ],
)
async def test_an_address_that_is_no_push_service_is_refused(
    client_for: ClientFor, patient: Person, wrong: dict[str, str]
) -> None:
    answer = await (await client_for(patient)).post(DEVICES, **BROWSER | wrong)
    assert answer.status_code == 422


async def test_the_page_says_which_address_mails_go_to(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    client = await client_for(patient)
    assert "We have no e-mail address of yours" in (await client.get("/account/notices")).text
    await give_address(database, patient)
    assert "We have no e-mail address" in (await client.get("/account/notices")).text
