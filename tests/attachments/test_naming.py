"""Nothing of a file's name is believed but what can be shown without harm."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.attachments.naming import LONGEST_NAME, disposition, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("results.pdf", "results.pdf"),
        ("Results.PDF", "Results.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\letters\\mine.pdf", "mine.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ('a"; filename="b.exe', "a filename= b.exe.pdf"),
        ("", "File.pdf"),
        ("...", "File.pdf"),
        ("résumé \u200b.pdf", "résumé.pdf"),
        ("x" * 300, "x" * 76 + ".pdf"),
    ],
)
def test_a_name_loses_its_path_and_its_tricks(given: str, kept: str) -> None:
    assert safe_name(given, ".pdf") == kept


@given(st.text())
def test_any_name_becomes_one_that_does_no_harm(text: str) -> None:
    name = safe_name(text, ".pdf")
    assert name.endswith(".pdf")
    assert len(name) <= LONGEST_NAME
    assert not any(sign in name for sign in '"\\/;%')
    assert not any(unicodedata.category(sign)[0] == "C" for sign in name)
    header = disposition("attachment", name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
