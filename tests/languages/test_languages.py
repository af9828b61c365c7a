"""Which language somebody reads, and what times and counts are in it."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.check_ins.library import read
from portal.check_ins.questionnaires import QuestionnaireError, questionnaire
from portal.check_ins.wording import PLAIN_EFFECTS
from portal.languages import SPANISH, accepted, catalogues, gettext, language, ngettext, reading_in
from portal.languages.catalogue import read_catalogue
from portal.symptoms.vocabulary import Effect
from portal.web import times
from tests.architecture.tracked import ROOT
from tests.conftest import Clock

ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "en"),
        ("", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,es;q=0.9", "en"),
        ("de,es;q=0.4,en;q=0.5", "en"),
        ("es;q=0", "en"),
        ("es;q=x,;;,🙂", "es"),
        ("q" * 10_000, "en"),
    ],
)
def test_the_browsers_wishes_are_weighed(header: str | None, code: str) -> None:
    assert accepted(header) == code


def test_a_language_ends_where_it_began() -> None:
    with reading_in(SPANISH):
        assert language() == SPANISH
        with reading_in("xx"):
            assert language() == "en"
    assert language() == "en"


def test_times_are_said_in_spanish(clock: Clock) -> None:
    clock.set(datetime(2026, 11, 23, 15, tzinfo=UTC))
    at = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
    with reading_in(SPANISH):
        assert times.when(at, ZONE) == "hoy, 8:12 p. m."
        assert times.clock_time(at.replace(minute=0), ZONE) == "8:00 p. m."
        assert times.day(at, ZONE) == "lun 23 nov"
        assert times.in_days(at + timedelta(days=6), ZONE) == "en 6 días"
        assert times.in_days(at + timedelta(days=1), ZONE) == "mañana"
        assert times.long_day(at.date()) == "24 de noviembre"
        assert times.duration(timedelta(days=1)) == "1 día"


def test_counts_have_their_form() -> None:
    with reading_in(SPANISH):
        assert ngettext("%(n)s new message", "%(n)s new messages", 1) == "1 mensaje nuevo"
        assert ngettext("%(n)s new message", "%(n)s new messages", 3) == "3 mensajes nuevos"
        assert gettext("A sentence that nobody says") == "A sentence that nobody says"
        assert gettext("") == ""


@pytest.mark.parametrize("effect", Effect)
def test_what_was_understood_is_said_in_spanish(effect: Effect) -> None:
    assert effect.plain in PLAIN_EFFECTS
    assert effect.plain in catalogues[SPANISH].sentences


def test_the_emergency_words_are_exact() -> None:
    with reading_in(SPANISH):
        assert gettext("Call %(number)s if you", number="911") == "Llame al 911 si usted"
        assert gettext("Call %(number)s", number="911") == "Llamar al 911"


def test_a_doubtful_entry_is_not_said(tmp_path: Path) -> None:
    file = tmp_path / "portal.po"
    file.write_text('#, fuzzy\nmsgid "Yes"\nmsgstr "No"\n\nmsgid "No"\nmsgstr "N"\n"o"\n', "utf-8")
    assert read_catalogue(file).sentences == {"No": ("No",)}
    file.write_text("msgid nonsense", "utf-8")
    with pytest.raises(ValueError, match="cannot be read"):
        read_catalogue(file)


def test_a_questionnaire_without_its_spanish_is_refused() -> None:
    data = read("acute_1.toml")
    del data["page"][1]["es"]["title"]
    with pytest.raises(QuestionnaireError, match="awake has no title in Español"):
        questionnaire(data, SPANISH)


def test_no_sentence_hides_from_the_catalogue_inside_another() -> None:
    """What collects the sentences does not look between the braces of a string."""
    hidden = re.compile(r"\{(_|gettext|ngettext)\([\"']")
    files = (ROOT / "portal").rglob("*.py")
    assert [str(file) for file in files if hidden.search(file.read_text("utf-8"))] == []


def test_every_sentence_has_its_spanish() -> None:
    """What `./run check` says; it also finds sentences that nobody says any more."""
    command = [sys.executable, ".ci/words.py", "--check"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stderr == ""
    assert found.returncode == 0
