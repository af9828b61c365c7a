"""Answers to press: only where a question asks for one of them, and each is a real message."""

from collections.abc import Awaitable, Callable

import pytest

from portal.conversations.models import Conversation
from portal.conversations.queries import messages_after
from portal.conversations.quick_answers import BETTER_OR_WORSE, YES_OR_NO, answers_to
from portal.db import Database
from portal.people.models import Person
from tests.clients import Client
from tests.conftest import Clock
from tests.conversations.people import said

ClientFor = Callable[[Person | None], Awaitable[Client]]
PRESS = 'class="quick"'


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ("Thank you. Is it getting better or worse?", BETTER_OR_WORSE),
        ("¿Está mejor o peor?", BETTER_OR_WORSE),
        ("Can you keep water down?", YES_OR_NO),
        ("You are not alone. May I call you now?", YES_OR_NO),
        ("Small sips are fine.\nDid you throw up again?", YES_OR_NO),
        ("Is somebody with you? Take small sips.", ()),
        ("How is your stomach now?", ()),
        ("Did you take the tablet, or did it come up?", ()),
        ("Can you tell me more?", ()),
        ("Could you please send a photo?", ()),
        ("Do you know when it began?", ()),
        ("Rest now.", ()),
        ("?", ()),
        ("", ()),
    ],
)
def test_only_a_question_with_few_answers_has_them(words: str, answers: tuple[str, ...]) -> None:
    assert tuple(answers_to(words)) == answers


async def test_they_stand_above_the_composer_until_somebody_has_said_something(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
    clock: Clock,
) -> None:
    client, page = await client_for(patient), f"/conversations/{care.id}"
    await said(database, care, nurse_on_team, "Is it getting better or worse?")
    for address in (page, f"{page}/answering"):
        assert (await client.get(address)).text.count(PRESS) == 1
    await said(database, care, patient, "I do not know yet")
    assert PRESS not in (await client.get(page)).text
    await said(database, care, nurse_on_team, "Did you sleep?")
    assert PRESS in (await client.get(page)).text
    clock.forward(hours=25)
    assert PRESS not in (await client.get(page)).text


async def test_one_pressed_is_a_message_and_a_question_is_answered_once(
    client_for: ClientFor,
    database: Database,
    care: Conversation,
    patient: Person,
    nurse_on_team: Person,
) -> None:
    client, page = await client_for(patient), f"/conversations/{care.id}"
    await said(database, care, nurse_on_team, "Is it getting better or worse?")
    form = (await client.get(page)).text.partition(PRESS)[2]
    name = form.partition('name="client_id" value="')[2].partition('"')[0]
    data = {"client_id": name, "body": "Worse"}
    for _ in range(2):
        assert (await client.post(f"{page}/messages", **data)).status_code == 303
    other = await client.post(f"{page}/messages", **(data | {"body": "Better"}))
    assert other.status_code == 409
    async with database.read() as session:
        bodies = [line.body for line in await messages_after(session, care, 0)]
    assert bodies == ["Is it getting better or worse?", "Worse"]


async def test_nobody_of_the_team_is_asked(
    client_for: ClientFor, database: Database, care: Conversation, nurse_on_team: Person
) -> None:
    await said(database, care, nurse_on_team, "Is it getting better or worse?")
    client = await client_for(nurse_on_team)
    assert PRESS not in (await client.get(f"/inbox/{care.id}")).text
