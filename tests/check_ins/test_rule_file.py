"""A wrong rule file is refused at start, in one sentence that names the rule."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.check_ins.library import (
    FOLDER,
    NUMBERS,
    PAGES,
    RULES,
    SHIPPED,
    WORDS,
    read,
    rules_from,
)
from portal.check_ins.rule_file import CAUTIONS, NEEDED, rule_set
from portal.check_ins.rule_shape import RuleFileError
from portal.check_ins.sane import require_sane
from portal.flags.due import due_at
from portal.people.models import Caution
from portal.settings import Clinic
from portal.symptoms.levels import Level


@pytest.fixture
def file() -> dict[str, Any]:
    return deepcopy(read("rules.toml"))


def refusal(file: dict[str, Any]) -> str:
    with pytest.raises(RuleFileError) as caught:
        rule_set(file, WORDS, NUMBERS)
    return str(caught.value)


def test_the_shipped_file_is_accepted(file: dict[str, Any]) -> None:
    assert rule_set(file, WORDS, NUMBERS).version == RULES.version


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("fever >= 3", "rule 1: fever is never asked"),
        ("sips == maybe", "rule 1: sips has no answer maybe"),
        ("gin in since", "rule 1: since has no answer gin"),
        ("any_of(since, gin)", "rule 1: since has no answer gin"),
        ("reported(rash)", "rule 1: effects has no answer rash"),
        ("nausea >=", "rule 1: cannot be read: nausea >="),
        ("not nausea", "rule 1: is no condition: not nausea"),
        ("nausea != 0", "rule 1: may not be compared like this: nausea"),
        ("before(nausea, pain) > 1", "rule 1: before(nausea, pain) is not known"),
        ("open(nausea) > 1", "rule 1: open(nausea) is not known"),
        ("before(nausea)", "rule 1: before(...) must be compared with something"),
        ("nausea.real > 1", "rule 1: a name is needed: nausea.real"),
        ("(lambda: 1)() > 0", "rule 1: a name is needed: lambda: 1"),
    ],
)
def test_a_condition_that_cannot_be_right_is_refused(
    file: dict[str, Any], when: str, sentence: str
) -> None:
    file["rule"][0]["when"] = when
    assert refusal(file) == sentence


@pytest.mark.parametrize("key", [key for key in NEEDED if key != "id"])
def test_a_rule_that_lacks_something_is_refused(file: dict[str, Any], key: str) -> None:
    del file["rule"][0][key]
    assert refusal(file) == f"rule 1 has no {key}"


def test_a_rule_with_empty_advice_is_refused(file: dict[str, Any]) -> None:
    file["rule"][3]["advice"] = []
    assert refusal(file) == "rule 4 has no advice"


def test_an_unknown_level_is_refused(file: dict[str, Any]) -> None:
    file["rule"][0]["level"] = "soonish"
    assert refusal(file) == "rule 1: there is no level soonish"


def test_an_unknown_effect_is_refused(file: dict[str, Any]) -> None:
    file["rule"][3]["effect"] = "rash"
    assert refusal(file) == "rule 4: there is no effect rash"


def test_an_answer_that_is_never_asked_cannot_be_quoted(file: dict[str, Any]) -> None:
    file["rule"][0]["about"] = ["fever"]
    assert refusal(file) == "rule 1: fever is never asked"


def test_two_rules_with_one_id_are_refused(file: dict[str, Any]) -> None:
    file["rule"][1]["id"] = "1"
    assert refusal(file) == "rule 1 is there twice"


def test_a_rule_that_waits_for_an_unknown_one_is_refused(file: dict[str, Any]) -> None:
    file["rule"][0]["unless"] = ["99"]
    assert refusal(file) == "rule 1 names rule 99, which is not there"


def test_a_modifier_of_an_unknown_rule_is_refused(file: dict[str, Any]) -> None:
    file["modifier"][1]["rules"] = ["99"]
    assert refusal(file) == "modifier dementia names rule 99, which is not there"


def test_a_summary_that_would_not_fit_is_refused(file: dict[str, Any]) -> None:
    file["rule"][0]["summary"] = "x" * 29
    assert refusal(file) == "rule 1: the summary is longer than 28 characters"


@pytest.mark.parametrize("key", ["advice", "meanwhile"])
def test_a_rule_without_translation_is_refused(file: dict[str, Any], key: str) -> None:
    del file["rule"][0]["es"][key]
    assert refusal(file) == f"rule 1 has no {key} in Spanish"


def test_a_heading_without_translation_is_refused(file: dict[str, Any]) -> None:
    file["rule"][0]["heading"] = "Call now"
    assert refusal(file) == "rule 1 has no heading in Spanish"
    del file["rule"][0]["heading"]
    del file["levels"]["soon"]["es"]
    assert refusal(file) == "the level soon has no heading in Spanish"


@pytest.mark.parametrize(
    "when",
    [
        "nausea >= 5",
        "awake == 2 and awake == 3",
        "pain > 8 and pain < 8",
        "self_harm == wish and self_harm == done",
        "awake >= 1 and hours > 8 and hours < 2",
    ],
)
def test_a_rule_that_can_never_fire_is_refused(file: dict[str, Any], when: str) -> None:
    file["rule"][0]["when"] = when
    assert refusal(file) == "rule 1 can never be heard, whatever is answered"


def test_a_rule_that_a_graver_one_always_silences_is_refused(file: dict[str, Any]) -> None:
    file["rule"][0] |= {"when": "awake == 4", "unless": ["2"]}
    file["rule"][1] |= {"when": "awake >= 2"}
    assert refusal(file) == "rule 1 can never be heard, whatever is answered"


def test_a_file_must_say_who_wrote_it_and_a_signed_one_who_signed(file: dict[str, Any]) -> None:
    assert refusal({**file, "sign_off": {}}) == (
        "the rule file does not say who wrote and who signed it"
    )
    signed = {"signed": True, "written_by": "The project team", "name": "Day doctor"}
    assert refusal({**file, "sign_off": signed}) == (
        "the rule file is signed without a name, a role and a day"
    )
    whole = {**signed, "role": "clinician", "on": "2026-11-23"}
    assert rule_set({**file, "sign_off": whole}, WORDS, NUMBERS).sign_off.signed


def test_a_file_without_version_or_level_words_is_refused(file: dict[str, Any]) -> None:
    assert refusal({**file, "version": ""}) == "the rule file has no version"
    assert refusal({**file, "levels": {}}) == "the level emergency has no words"


def test_the_targets_of_the_file_are_those_the_clock_keeps() -> None:
    minutes = {"5 minutes": 5, "15 minutes": 15, "4 hours": 240}
    since = datetime(2026, 11, 23, 20, 12, tzinfo=UTC)
    for level in (Level.EMERGENCY, Level.URGENT, Level.SOON):
        target = timedelta(minutes=minutes[RULES.levels[level].target])
        assert due_at(level, since, Clinic()) == since + target


def test_the_cautions_of_the_rules_are_those_of_the_record() -> None:
    assert {caution.value for caution in Caution} == CAUTIONS


def test_every_rule_says_where_it_comes_from_and_every_gap_how_it_was_closed() -> None:
    text = (FOLDER / "rules.toml").read_text("utf-8")
    assert text.count("\nsource = ") == len(RULES.rules)
    assert all(rule.source for rule in RULES.rules)
    added = {"1b", "9b", "15b", "16b", "17b", "27b", "31c"}
    assert all(rule.gap for rule in RULES.rules if rule.id in added)


@pytest.mark.parametrize("version", ["rules 1", "a/b", "x" * 41, "-1"])
def test_a_version_that_could_not_stand_in_an_address_is_refused(
    file: dict[str, Any], version: str
) -> None:
    assert refusal({**file, "version": version}) == (
        "the version may only have letters, digits, dots and dashes, at most 40"
    )


def test_an_id_that_could_not_stand_in_an_address_is_refused(file: dict[str, Any]) -> None:
    file["rule"][0]["id"] = "1 a"
    assert refusal(file).startswith("rule 1 a: an id may only have letters")


@pytest.mark.parametrize("key", ["about", "advice", "meanwhile", "unless"])
def test_one_sentence_where_a_list_belongs_is_refused(file: dict[str, Any], key: str) -> None:
    file["rule"][0][key] = "awake"
    assert refusal(file) == f"rule 1: {key} must be a list of words in quotes"


def test_a_heading_that_cannot_be_filled_in_is_refused(file: dict[str, Any]) -> None:
    for hole in ("our_number", "nurse_line.digits"):
        file["levels"]["urgent"]["heading"] = f"Call {{{hole}}} now"
        assert refusal(file) == f"a heading cannot be filled in: Call {{{hole}}} now"


def test_a_level_without_target_is_refused(file: dict[str, Any]) -> None:
    del file["levels"]["urgent"]["target"]
    assert refusal(file) == "the level urgent has no target"


def test_what_ships_is_sane() -> None:
    require_sane(RULES, PAGES)


def test_a_file_that_leaves_an_effect_unseen_is_refused() -> None:
    mute = replace(RULES, rules=tuple(rule for rule in RULES.rules if rule.id != "21"))
    with pytest.raises(RuleFileError, match="foggy_memory raises no flag when nobody knows"):
        require_sane(mute, PAGES)


def test_a_file_in_which_a_worse_answer_counts_for_less_is_refused() -> None:
    text = SHIPPED.read_text("utf-8").replace('when = "awake >= 3"', 'when = "awake == 3"')
    with pytest.raises(RuleFileError, match="awake 4 counts for less than a better answer"):
        rules_from(text)


@pytest.mark.parametrize(
    ("place", "key", "value", "sentence"),
    [
        (("rule", 0), "unles", ["2"], "rule 1: unles is not known"),
        (("rule", 0), "crisis", "no", "rule 1: crisis must be true or false"),
        (("rule", 0), "id", 1, "rule 1: id must be words in quotes"),
        (("rule", 0), "when", 3, "rule 1: when must be words in quotes"),
        (("rule", 0), "title", "  ", "rule 1 has no title"),
        (("rule", 0), "advice", ["Stay", " "], "rule 1: a line of advice is empty"),
        (("rule", 0), "es", "sí", "rule 1: es must be a table of its own"),
        (("rule", 0, "es"), "advise", ["Sí"], "rule 1 in Spanish: advise is not known"),
        (("rule", 0, "es"), "advice", ["Sí", ""], "rule 1 in Spanish: a line of advice is empty"),
        (("rule", 0, "es"), "advice", ["Sí"], "rule 1 has 2 lines of advice, and 1 in Spanish"),
        (("modifier", 1), "rules", "17", "modifier dementia: rules must be a list of words in"),
        (("modifier", 1), "why", "", "modifier dementia has no why"),
        (("modifier", 1), "level", "soon", "modifier dementia: level is not known"),
        (("modifier", 1), "id", "no-adult", "modifier no-adult is there twice"),
        (("modifier", 1), "when", "awake >= 9", "modifier dementia can never be heard"),
        (("sign_off",), "rank", 3, "the sign-off: rank is not known"),
        (("sign_off",), "signed", "no", "the sign-off: signed must be true or false"),
        (("levels",), "whenever", {}, "there is no level whenever"),
        (("levels", "soon"), "target", 4, "the level soon: target must be words in quotes"),
        (("levels", "soon"), "advice", ["Wait"], "the level soon: advice is not known"),
        ((), "rules", [], "the rule file: rules is not known"),
        ((), "rule", ["1"], "the rule file: rule must be tables, each headed [[rule]]"),
        ((), "rule", {"id": "1"}, "the rule file: rule must be tables, each headed [[rule]]"),
    ],
)
def test_what_is_no_part_of_a_rule_file_or_no_such_part_is_refused(
    file: dict[str, Any], place: tuple[str | int, ...], key: str, value: object, sentence: str
) -> None:
    part: Any = file
    for step in place:
        part = part[step]
    part[key] = value
    assert refusal(file).startswith(sentence)


def test_brackets_without_end_are_refused_in_a_sentence() -> None:
    with pytest.raises(RuleFileError, match="does not have the form"):
        rules_from("version = " + "[" * 60_000)
