"""What was understood: the kinds that rules ask for, the words that led there, what nobody read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.symptoms.understanding import QUIET, Mark, from_json, pieces, understood


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I cant breathe", {"danger"}),
        ("I want to die", {"self_harm"}),
        ("took two extra lozenges", {"overdose_addiction", "too_much"}),
        ("craving the next one", {"overdose_addiction", "addiction"}),
        ("cant keep water down", {"vomiting", "no_fluids"}),
        ("no nausea today but I've thrown up twice", {"vomiting"}),
        ("The nausea is gone now", set()),
    ],
)
def test_the_rules_see_effects_and_kinds(text: str, found: set[str]) -> None:
    assert set(understood(text).found) == found


@pytest.mark.parametrize(
    "text",
    [
        "мне плохо, меня тошнит",
        "今日は元気です",
        "mir ist sehr schlecht und ich habe erbrochen",
        "asdkjh qwe iuy zxc mnb lkj poi",
        "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm",
        "🤮🤢" * 4_000,
    ],
)
def test_another_script_or_language_and_noise_are_left_to_a_person(text: str) -> None:
    assert understood(text).unread


@pytest.mark.parametrize(
    "text",
    ["", "ok", "👍", "👍👍👍👍", "gracias", "BP 118/76 pulse 72", "See you on Tuesday at ten.",
     "Hasta el martes, y gracias por todo", "\x00\x07"],
)  # fmt: skip
def test_everyday_words_are_quiet(text: str) -> None:
    assert understood(text) is QUIET


def test_it_is_kept_and_read_back_as_it_was() -> None:
    found = understood("so anxious, and I threw up")
    assert from_json(found.as_json()) == found
    assert found.words("so anxious, and I threw up", "vomiting") == ["threw up"]


marks = st.lists(st.builds(Mark, st.just("nausea"), st.integers(0, 30), st.integers(0, 30)))


@given(st.text(max_size=30), marks)
def test_the_pieces_of_a_text_are_the_text(text: str, marked: list[Mark]) -> None:
    assert "".join(piece for piece, _ in pieces(text, marked)) == text
