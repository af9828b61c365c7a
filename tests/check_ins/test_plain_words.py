"""Grade 5 or lower, short pages, and none of the words the design language bans."""

import re

import pytest

from portal.check_ins.library import QUESTIONNAIRES, RULES, questionnaire_in
from portal.check_ins.questionnaires import Page
from portal.check_ins.rules import Rule
from portal.languages import SPANISH
from tests.check_ins.reading import grade, spanish_grade, words

BANNED = re.compile(
    r"please consider|may wish to|invalid|failed|oops|adverse|compliance|!", re.IGNORECASE
)
PAGES = [page for each in QUESTIONNAIRES.values() for page in each.pages]


def texts(page: Page, adult: bool = False) -> list[str]:
    title, hint = (page.title_adult, page.hint_adult) if adult else (page.title, page.hint)
    labels = [choice.label_adult if adult else choice.label for choice in page.choices]
    return [title, hint, *labels, *(choice.hint for choice in page.choices), page.none]


@pytest.mark.parametrize("adult", [False, True])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_question_reads_at_grade_5_and_in_110_words(page: Page, adult: bool) -> None:
    assert grade(*texts(page, adult)) <= 5
    assert words(*texts(page, adult)) <= 90  # the frame of the page has some words, too


@pytest.mark.parametrize("version", QUESTIONNAIRES)
def test_every_question_reads_at_grade_5_in_spanish(version: str) -> None:
    pages = questionnaire_in(SPANISH, version).pages
    graded = {
        page.id: spanish_grade(*texts(page, adult)) for page in pages for adult in (False, True)
    }
    assert {id: found for id, found in graded.items() if found > 5} == {}


def test_every_advice_and_heading_reads_at_grade_5_in_spanish() -> None:
    said = {rule.id: rule.words_in(SPANISH) for rule in RULES.rules}
    graded = {id: spanish_grade(*each.advice, *each.meanwhile) for id, each in said.items()}
    assert {id: found for id, found in graded.items() if found > 5} == {}
    assert max(spanish_grade(each.heading_in(SPANISH)) for each in RULES.levels.values()) <= 5


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_the_advice_of_a_rule_reads_at_grade_5(rule: Rule) -> None:
    assert grade(*rule.advice, *rule.meanwhile) <= 5
    for sentence in [*rule.advice, *rule.meanwhile]:
        assert len(sentence.split()) < 15


@pytest.mark.parametrize("level", RULES.levels.values(), ids=lambda level: level.target)
def test_the_heading_of_a_level_reads_at_grade_5(level: object) -> None:
    assert grade(getattr(level, "heading", "")) <= 5


def test_no_text_uses_a_banned_word() -> None:
    advice = [text for rule in RULES.rules for text in [*rule.advice, *rule.meanwhile]]
    questions = [text for page in PAGES for text in [*texts(page), *texts(page, adult=True)]]
    assert not [text for text in advice + questions if BANNED.search(text)]
