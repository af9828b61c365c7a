"""Sessions: how long they last, what prolongs them, and who may end them."""

import asyncio
import sqlite3
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select
from starlette.datastructures import FormData

from portal.accounts.actions import disable
from portal.accounts.models import Session
from portal.accounts.sessions import COOKIE, end_all_sessions
from portal.announcements import Announcement
from portal.db import Database, UnitOfWork
from portal.people.actions import enable_person
from portal.people.models import Person
from portal.web.late import words_in
from tests.conftest import ClientFor, Clock
from tests.people import Clinic


@pytest.mark.parametrize(("who", "minutes"), [("patient", 30), ("nurse_on_team", 15)])
async def test_an_unused_session_ends(
    client_for: ClientFor, clock: Clock, clinic: Clinic, who: str, minutes: int
) -> None:
    client = await client_for(getattr(clinic, who))
    clock.forward(minutes=minutes, seconds=-1)
    assert (await client.get("/account", x_background="yes")).status_code == 200
    clock.forward(seconds=1)
    answer = await client.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome?next=%2Faccount")


async def test_looking_at_pages_prolongs_a_session_and_refreshing_does_not(
    client_for: ClientFor, clock: Clock, nurse_on_team: Person
) -> None:
    used, refreshed = await client_for(nurse_on_team), await client_for(nurse_on_team)
    for _ in range(4):
        clock.forward(minutes=5)
        await used.get("/account")
        await refreshed.get("/account/session", x_background="yes")
    assert (await used.get("/account")).status_code == 200
    assert (await refreshed.get("/account")).status_code == 303


async def test_where_a_use_cannot_be_noted_the_page_opens_and_the_session_ends_in_time(
    client_for: ClientFor,
    clock: Clock,
    nurse_on_team: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = await client_for(nurse_on_team)

    async def is_full(work: UnitOfWork, session_id: UUID) -> None:
        raise OperationalError(None, None, sqlite3.OperationalError("disk is full"))

    monkeypatch.setattr("portal.accounts.backend.note_use", is_full)
    clock.forward(minutes=14)
    assert (await client.get("/help")).status_code == 200
    clock.forward(minutes=1)
    assert (await client.get("/account")).status_code == 303


@pytest.mark.parametrize("wanted", ["serviceworker", "report", "image"])
async def test_what_a_browser_fetches_by_itself_does_not_prolong_a_session(
    client_for: ClientFor, clock: Clock, nurse_on_team: Person, wanted: str
) -> None:
    client = await client_for(nurse_on_team)
    for _ in range(2):
        clock.forward(minutes=8)
        await client.get("/welcome", sec_fetch_dest=wanted)
    assert (await client.get("/account")).status_code == 303


async def test_no_session_outlives_twelve_hours(
    client_for: ClientFor, clock: Clock, patient: Person
) -> None:
    client = await client_for(patient)
    for _ in range(12 * 3 - 1):
        clock.forward(minutes=20)
        await client.post("/account/session")
    assert (await client.get("/account")).status_code == 200
    clock.forward(minutes=20)
    assert (await client.get("/account")).status_code == 303


async def test_an_htmx_request_is_led_to_signing_in(
    client_for: ClientFor, clock: Clock, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    clock.forward(minutes=16)
    answer = await client.get("/account?a=b", hx_request="true")
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/welcome?next=%2Faccount%3Fa%3Db"


async def test_a_form_that_comes_too_late_gives_its_words_back(
    client_for: ClientFor, clock: Clock, patient: Person
) -> None:
    client = await client_for(patient)
    clock.forward(minutes=31)
    answer = await client.http.post(
        "/account/theme",
        data={"csrf": client.csrf, "body": "I threw up <b>twice</b> & more", "severity": "mild"},
        headers={"referer": "https://portal.test/account?from=home"},
    )
    assert answer.status_code == 401
    assert "I threw up &lt;b&gt;twice&lt;/b&gt; &amp; more" in answer.text
    assert "/sign-in?next=/account%3Ffrom%3Dhome" in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_late_htmx_form_gives_its_words_back_in_place_of_the_page(
    client_for: ClientFor, clock: Clock, nurse_on_team: Person
) -> None:
    client = await client_for(nurse_on_team)
    clock.forward(minutes=16)
    answer = await client.http.post(
        "/account/theme", data={"note": "Dizzy"}, headers={"hx-request": "true"}
    )
    assert answer.status_code == 401
    assert answer.headers["hx-retarget"] == "#main"
    assert "<html" not in answer.text
    assert "Dizzy" in answer.text


@pytest.mark.parametrize(
    ("field", "value", "is_kept"),
    [
        ("body", "ok", True),
        ("note", "dizzy", True),
        ("other", "Dizzy", True),
        ("other", "no water stays down", True),
        ("other", "\u00fcbel", True),
        ("severity", "quite_bad", False),
        ("window", "2026-11-24:morning", False),
        ("id", "018f0000-0000-7000-8000-000000000000", False),
        ("csrf", "A token", False),
        ("body", "  ", False),
    ],
)
def test_words_are_told_from_picked_answers(field: str, value: str, is_kept: bool) -> None:
    assert words_in(FormData([(field, value)])) == ([value] if is_kept else [])


async def test_words_sent_from_another_site_are_not_shown(client_for: ClientFor) -> None:
    client = await client_for()
    answer = await client.http.post(
        "/account/theme",
        data={"body": "planted words"},
        headers={"sec-fetch-site": "cross-site", "origin": "https://evil.test"},
    )
    assert answer.status_code == 403
    assert "planted words" not in answer.text


async def test_a_person_ends_one_of_their_other_sessions(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    here, there = await client_for(patient), await client_for(patient)
    assert there.actor is not None
    answer = await here.post(f"/account/sessions/{there.actor.session_id}/end")
    assert answer.status_code == 303
    assert (await there.get("/account")).status_code == 303
    assert (await here.get("/account")).status_code == 200


async def test_nobody_ends_anothers_session_and_learns_nothing(
    client_for: ClientFor, patient: Person, nurse_elsewhere: Person
) -> None:
    theirs, outsider = await client_for(patient), await client_for(nurse_elsewhere)
    assert theirs.actor is not None
    held = await outsider.post(f"/account/sessions/{theirs.actor.session_id}/end")
    unheld = await outsider.post("/account/sessions/018f0000-0000-7000-8000-000000000000/end")
    assert held.status_code == unheld.status_code == 404
    assert (await theirs.get("/account")).status_code == 200


async def test_everywhere_else_means_not_here(client_for: ClientFor, patient: Person) -> None:
    here = await client_for(patient)
    others = [await client_for(patient) for _ in range(2)]
    await here.post("/account/sessions/end-others")
    assert (await here.get("/account")).status_code == 200
    assert [(await other.get("/account")).status_code for other in others] == [303, 303]


async def test_disabling_a_person_ends_all_their_sessions(
    client_for: ClientFor, database: Database, nurse_on_team: Person, nurse_elsewhere: Person
) -> None:
    theirs, bystander = await client_for(nurse_on_team), await client_for(nurse_elsewhere)
    async with database.work() as work:
        await disable(work, await work.session.get_one(Person, nurse_on_team.id))
    assert (await theirs.get("/account")).status_code == 303
    assert (await bystander.get("/account")).status_code == 200
    async with database.work() as work:
        await enable_person(work, await work.session.get_one(Person, nurse_on_team.id))
    assert (await theirs.get("/account")).status_code == 303  # they have to sign in again


async def test_every_end_is_announced_to_that_persons_sockets(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    heard: list[Announcement] = []
    client = await client_for(patient)
    database.publish = heard.extend
    await client.post("/sign-out")
    async with database.work() as work:
        await end_all_sessions(work, patient.id)
    assert client.actor is not None
    assert [(one.topic, one.kind, one.id) for one in heard] == [
        (f"person:{patient.id}", "session_ended", client.actor.session_id),
        (f"person:{patient.id}", "access", patient.id),
    ]


async def test_signing_out_works_without_the_old_key_and_keeps_no_token(
    client_for: ClientFor, database: Database, patient: Person
) -> None:
    client = await client_for(patient)
    async with database.work() as work:
        held = (await work.session.exec(select(Session))).one()
        held.id_token = b"sealed"
    await client.post("/sign-out")
    async with database.read() as session:
        ended = (await session.exec(select(Session).where(col(Session.id) == held.id))).one()
    assert ended.id_token is None
    assert ended.ended_at is not None


async def test_pages_at_once_leave_one_clear_session(
    client_for: ClientFor, clock: Clock, patient: Person
) -> None:
    client = await client_for(patient)
    clock.forward(minutes=2)
    answers = await asyncio.gather(*(client.get("/account") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("cookie", ["", "x" * 5000, "\u00e9", "a.b.c", "0" * 43])
async def test_a_made_up_cookie_is_nobody(client_for: ClientFor, cookie: str) -> None:
    client = await client_for()
    answer = await client.http.get("/account", headers=[(b"cookie", f"{COOKIE}={cookie}".encode())])
    assert answer.status_code == 303


async def test_a_session_is_never_taken_from_the_address(
    client_for: ClientFor, patient: Person
) -> None:
    signed_in, nobody = await client_for(patient), await client_for()
    token = signed_in.http.cookies[COOKIE]
    assert (await nobody.get(f"/account?{COOKIE}={token}&session={token}")).status_code == 303
