"""The page after each rule: short, easy, emergency first, and never with a number left out."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from portal.check_ins.library import RULES
from portal.check_ins.models import CheckIn
from portal.check_ins.questionnaires import Kind
from portal.check_ins.results import advice
from portal.check_ins.rules import Rule
from portal.flags.reasons import Reason
from portal.ids import new_id
from portal.settings import Clinic
from portal.symptoms.levels import Level
from portal.web.state import Counts
from portal.web.templates import render
from tests.check_ins.reading import grade

MOST_WORDS = 110
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


def reason(rule: Rule, level: Level) -> Reason:
    said = "Threw up 2 times, water does not stay down"
    return Reason(rule.id, "v", level, rule.title, said, rule.limit, None, None, rule.source)


def page_after(*reasons: Reason) -> str:
    """The words of the result page, line by line."""
    clinic = Clinic()
    html = render(
        "check_ins/result.html",
        actor=None,
        advice=advice(RULES, reasons, NOW, clinic),
        check_in=CheckIn(
            patient_id=new_id(),
            series="none",
            point="extra",
            kind=Kind.ACUTE,
            questionnaire="acute-1",
            answers=b"",
            started_at=NOW,
        ),
        clinic=clinic,
        coming=None,
        counts=Counts(),
        csrf="",
        nonce="",
        demo=False,
        is_old=False,
        path="/",
        said=None,
        seen=None,
        standing=None,
        understood=False,
        zone=clinic.zone,
    )
    main = html[html.index("<main") : html.index("</main>")]
    blocks = re.sub(r"</(h1|h2|p|li|a|small)>|<small>", "\n", main)
    return unescape(re.sub(r"<[^>]+>", "", blocks))


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_the_page_after_a_rule_is_short_and_easy(rule: Rule) -> None:
    for level in {rule.level, rule.level.raised()}:
        text = page_after(reason(rule, level))
        lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
        assert len(text.split()) <= MOST_WORDS, text
        assert grade(*lines) <= 5, lines
        assert "{" not in text


@pytest.mark.parametrize("level", Level)
def test_the_emergency_number_stands_before_what_to_do_meanwhile(level: Level) -> None:
    text = page_after(reason(RULES.rules[0], level))
    assert text.index("Call 911") < text.index("While you wait")


def test_a_crisis_line_is_shown_even_when_another_rule_is_graver() -> None:
    rules = {rule.id: rule for rule in RULES.rules}
    text = page_after(reason(rules["2"], Level.EMERGENCY), reason(rules["28a"], Level.URGENT))
    assert "988" in text


def test_tips_come_from_the_gravest_rules_only() -> None:
    rules = {rule.id: rule for rule in RULES.rules}
    text = page_after(reason(rules["1"], Level.EMERGENCY), reason(rules["13"], Level.ROUTINE))
    assert "Check that they breathe" in text
    assert "Move slowly" not in text


def test_a_rule_keeps_its_own_heading_only_at_its_own_level() -> None:
    note = next(rule for rule in RULES.rules if rule.id == "note")
    assert "A nurse will read this" in page_after(reason(note, note.level))
    assert "Please call us now" in page_after(reason(note, Level.URGENT))


def test_a_rule_that_is_no_longer_in_the_file_still_gives_its_level() -> None:
    gone = Reason("99", "old", Level.URGENT, "Old", "Something", "", None, None, "")
    assert "Please call us now" in page_after(gone)
