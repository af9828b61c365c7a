"""What stands between the messages of the patient's page."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.conversations.models import Conversation
from portal.conversations.packets import read_words
from portal.db import Database
from portal.people.models import Person
from tests.check_ins.sending import send
from tests.clients import Client
from tests.conftest import Clock
from tests.conversations.people import said
from tests.treatments.plans import given_dose, signed_plan

ClientFor = Callable[[Person | None], Awaitable[Client]]
# A Monday, 9 am at the clinic.
MORNING = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


async def test_a_check_in_of_the_last_day_stands_at_its_time_and_the_day_is_named_once(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clinician_on_team: Person,
    clock: Clock,
) -> None:
    clock.set(MORNING)
    await signed_plan(database, patient, clinician_on_team)
    await given_dose(database, patient, nurse_on_team)
    clock.forward(hours=1)
    await send(database, patient, pain=4)
    clock.forward(minutes=5)
    await said(database, care, nurse_on_team, "I read your check-in.")
    client, page = await client_for(patient), f"/conversations/{care.id}"
    text = (await client.get(page)).text
    event = text.index("sent at 10 am. Pain 4 of 10.")
    assert event < text.index("I read your check-in.")
    assert text.count('class="log__day"') == 1
    clock.forward(hours=25)
    assert "Pain 4 of 10" not in (await client.get(page)).text


def test_what_was_read_on_another_day_says_which() -> None:
    zone, sent = ZoneInfo("America/New_York"), datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert read_words(sent + timedelta(minutes=5), zone, sent) == "Read 3:05 pm"
    assert read_words(sent + timedelta(hours=20), zone, sent) == "Read Tue 24 Nov, 11 am"
