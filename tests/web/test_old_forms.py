"""A page that was open before its person signed in again: its form is not done, its words kept."""

from portal.people.models import Person
from tests.conftest import ClientFor

WORDS = "I feel sick since dinner"


async def test_a_form_of_an_earlier_sign_in_gives_the_words_back(
    client_for: ClientFor, patient: Person
) -> None:
    client = await client_for(patient)
    answer = await client.http.post("/visits/ask", data={"csrf": "0" * 64, "words": WORDS})
    assert answer.status_code == 403
    assert WORDS in answer.text
    assert "Open the page again" in answer.text


async def test_a_form_without_any_token_is_none_of_ours_and_shows_nothing_back(
    client_for: ClientFor, patient: Person
) -> None:
    client = await client_for(patient)
    answer = await client.http.post("/visits/ask", data={"words": WORDS})
    assert answer.status_code == 403
    assert WORDS not in answer.text
