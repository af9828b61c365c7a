"""A form is read carefully: bounded, cleaned, and wrong values answered with a sentence."""

from uuid import UUID

import pytest
from starlette.datastructures import FormData

from portal.web.forms import Form, clean


def form(*pairs: tuple[str, str]) -> Form:
    return Form(FormData(list(pairs)))


def test_a_text_is_trimmed() -> None:
    assert form(("note", "  hello \r\n there ")).text("note", longest=20) == "hello \n there"


def test_a_missing_text_is_said_in_its_own_sentence() -> None:
    read = form(("note", "   "))
    assert read.text("note", longest=20, required="Write a note first.") == ""
    assert read.errors == {"note": "Write a note first."}


def test_a_text_that_is_too_long_is_kept_and_said() -> None:
    read = form(("note", "x" * 21))
    assert read.text("note", longest=20) == "x" * 21
    assert read.errors == {"note": "Use 20 characters or fewer."}


def test_a_choice_outside_the_options_is_not_taken() -> None:
    read = form(("level", "root"))
    assert read.choice("level", ["a", "b"], "Pick one.") == ""
    assert read.errors == {"level": "Pick one."}


def test_of_many_only_the_options_count_and_each_once() -> None:
    read = form(("has", "nausea"), ("has", "root"), ("has", "nausea"), ("has", "vomiting"))
    assert read.many("has", ["vomiting", "nausea"]) == ["nausea", "vomiting"]


@pytest.mark.parametrize("text", ["", "7", "x" * 5000, "١٢٣", "0" * 31])
def test_what_is_no_id_is_none(text: str) -> None:
    assert form(("id", text)).uuid("id") is None


def test_an_id_is_read() -> None:
    text = "0193a1b2-0000-7000-8000-000000000001"
    assert form(("id", text)).uuid("id") == UUID(text)


def test_what_a_database_refuses_is_taken_out() -> None:
    assert clean("a\x00b\ud800c\r\nd") == "abc\nd"
