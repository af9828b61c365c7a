"""The live protocol between people, over a real server and real sockets."""

from uuid import uuid4

from portal.conversations.models import Conversation
from portal.db import Database
from portal.people.models import Person
from tests.conversations.people import page_of, said
from tests.serving import Served


async def test_a_message_reaches_the_other_persons_open_page(
    server: Served, care: Conversation, patient: Person, nurse_on_team: Person
) -> None:
    async with page_of(server, patient) as phone, page_of(server, nurse_on_team) as desk:
        await phone.follow(care)
        await desk.follow(care)
        sent = await phone.send(care, "  I feel sick.  ")
        message = await desk.hear("message")
        assert (message["id"], message["seq"]) == (sent["id"], 1)
        assert message["body"] == "I feel sick."
        assert message["author"] == {
            "id": str(patient.id),
            "name": "Patient A",
            "role": "patient",
        }
        assert "I feel sick." in message["html"]
        assert (await phone.hear("message"))["id"] == sent["id"]
