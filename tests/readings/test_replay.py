"""A rule set on stored history: the same rules give the same flags, others say what differs."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from portal.audit.models import AuditEvent
from portal.check_ins.clocks import follow_silence
from portal.check_ins.library import FOLDER, NUMBERS, RULES, WORDS, rules_from
from portal.check_ins.own_words import note_answers
from portal.check_ins.rule_file import rule_set
from portal.check_ins.rule_shape import RuleFileError
from portal.check_ins.rules import RuleSet
from portal.cli import main
from portal.cli.rules import table
from portal.db import Database
from portal.flags.models import FlagSource
from portal.people.models import Caution, Patient, Person
from portal.readings.replay import Change, Judged, Tally, replay
from portal.symptoms.levels import Level
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import actor_of
from tests.conftest import Clock
from tests.people import Clinic
from tests.readings.words import ClientFor, flags_after, reworded, wrote

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
TEXT = (FOLDER / "rules.toml").read_text("utf-8")


def changed(**levels: str) -> RuleSet:
    """The rules with other levels for some; `n13="soon"` is rule 13."""
    data: dict[str, Any] = tomllib.loads(TEXT)
    for rule in data["rule"]:
        rule["level"] = levels.get(f"n{rule['id']}".replace("-", "_"), rule["level"])
    return rule_set({**data, "version": "tried"}, WORDS, NUMBERS)


async def history(database: Database, clinic: Clinic, patient: Person) -> None:
    await give_dose(database, clinic, hours_ago=5)
    await send(database, patient, effects=("nausea",), nausea=2)
    note = {name: each for name, each in note_answers("so anxious").items() if each is not None}
    await send(database, patient, **note)
    await send(database, patient)
    await wrote(database, patient, "I threw up twice")
    await flags_after(database, patient)


async def judged_by(database: Database, rules: RuleSet) -> tuple[list[Judged], Tally]:
    tally = Tally()
    return [each async for each in replay(database, rules, tally)], tally


async def test_the_same_rules_on_the_same_history_give_the_same_flags_exactly(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await history(database, clinic, patient)
    every, tally = await judged_by(database, RULES)
    assert len(every) == 4
    assert all(each.rules_now == each.rules_were for each in every)
    assert tally.total == {Change.SAME: 4}
    assert not tally.by_rule
    assert (await judged_by(database, RULES))[0] == every


async def eventful(database: Database, clinic: Clinic, patient: Person, clock: Clock) -> None:
    """Cautions, being alone, silence twice, and a message corrected to something worse."""
    clock.set(NOON)
    await give_dose(database, clinic, hours_ago=0)
    async with database.work(await actor_of(database, clinic.clinician_on_team)) as work:
        record = await work.session.get_one(Patient, patient.id)
        record.cautions = [Caution.PREGNANCY.value]
        work.session.add(record)
    clock.set(NOON + timedelta(hours=1))
    await send(database, patient, who="patient_alone", effects=("nausea",), nausea=1)
    for minutes in (151, 271):
        clock.set(NOON + timedelta(minutes=minutes))
        await follow_silence(database, clock.now())
    clock.set(NOON + timedelta(hours=5))
    message = await wrote(database, patient, "I threw up twice")
    await reworded(database, patient, message, "I threw up twice and I cant breathe properly")
    await flags_after(database, patient)


async def test_silence_corrections_and_what_raises_a_level_replay_exactly(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await eventful(database, clinic, patient, clock)
    every, tally = await judged_by(database, RULES)
    levels = [(each.source, each.was, each.now) for each in every]
    assert levels == [
        (FlagSource.CHECK_IN, Level.SOON, Level.SOON),
        (FlagSource.READING, Level.URGENT, Level.URGENT),
        (FlagSource.READING, Level.EMERGENCY, Level.EMERGENCY),
        (FlagSource.SILENCE, Level.EMERGENCY, Level.EMERGENCY),
        (FlagSource.SILENCE, None, None),  # the first was still open
    ]
    assert tally.is_exact
    assert [name for name, _ in tally.rows] == ["23 Nov 2026", "All"]
    _, tally = await judged_by(database, changed(n32a="routine", n13="emergency"))
    assert tally.by_move == [("emergency", "soon", 1), ("soon", "emergency", 1)]


async def test_a_replay_may_begin_at_a_day_and_still_knows_what_was_before(
    database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await eventful(database, clinic, patient, clock)
    tally, since = Tally(), NOON + timedelta(hours=2)
    every = [each async for each in replay(database, RULES, tally, since)]
    assert {each.source for each in every} == {FlagSource.READING, FlagSource.SILENCE}
    assert tally.is_exact


async def test_a_changed_level_or_a_rule_that_is_gone_is_counted_by_week(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await history(database, clinic, patient)
    _, tally = await judged_by(database, changed(n13="urgent", nw_anxiety="routine"))
    assert (tally.total[Change.RISES], tally.total[Change.FALLS]) == (1, 1)
    data = tomllib.loads(TEXT)
    data["rule"] = [rule for rule in data["rule"] if rule["id"] == "29"]
    data["rule"][0] |= {"when": "pain >= 1"}
    every, tally = await judged_by(database, rule_set({**data, "modifier": []}, WORDS, NUMBERS))
    assert {each.change for each in every} == {Change.COMES, Change.GOES, Change.RISES, Change.SAME}
    assert ("+29", 3) in tally.by_rule
    assert tally.rows[-1][0] == "All"
    assert len(tally.rows) == 2


async def test_replaying_writes_nothing_and_says_no_word(
    database: Database, clinic: Clinic, patient: Person
) -> None:
    await history(database, clinic, patient)

    async def entries() -> int:
        async with database.read() as session:
            return (await session.exec(select(func.count()).select_from(AuditEvent))).one()

    before = await entries()
    every, tally = await judged_by(database, changed(n13="urgent"))
    said = "\n".join([table(RULES, tally), *(each.line for each in every)])
    assert await entries() == before
    assert not any(word in said.lower() for word in ("threw", "anxious", "patient a"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("version = ", "it is not TOML"),
        ("rule = 3", "the rule file has no version"),
        (TEXT.replace("awake >= 3", "awake >= 9", 1), "rule 1 can never be heard"),
        (TEXT.replace("es.advice", "es.said", 1), "rule 1 has no advice in Spanish"),
        ('version = "1"\nrule = 3', "rule must be tables, each headed"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    with pytest.raises(RuleFileError, match=sentence):
        rules_from(text)
    path = tmp_path / "rules.toml"
    path.write_text(text, "utf-8")
    assert main(["rules", "replay", "--rules", str(path)]) == 2
    refusal = capsys.readouterr().err
    assert sentence in refusal
    assert refusal.count("\n") == 1


async def test_an_administrator_tries_a_file_on_a_page(
    database: Database, clinic: Clinic, patient: Person, admin: Person, client_for: ClientFor
) -> None:
    await history(database, clinic, patient)
    own = await client_for(admin)
    assert "Leave it empty" in (await own.get("/rules/replay")).text
    same = await own.post("/rules/replay", rules="", weeks="")
    assert "The same flags, exactly." in same.text
    assert re.search(r'<th scope="row">\d+ [A-Z][a-z]{2} \d{4}</th>', same.text)
    louder = await own.post("/rules/replay", rules=TEXT.replace('"rules-2026', '"tried-2026', 1))
    assert "tried-2026" in louder.text
    other = TEXT.replace('level = "routine"', 'level = "soon"')
    moved = (await own.post("/rules/replay", rules=other, weeks="4")).text
    assert '<th scope="row">Routine</th><td>Soon</td><td>1</td>' in moved
    refused = await own.post("/rules/replay", rules="version = ")
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    assert '<a href="#rules">This file cannot be used: it is not TOML' in refused.text
