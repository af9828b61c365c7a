"""Pregnancy told in words: the team hears before the next dose, and the gate is asked again."""

from dataclasses import replace
from uuid import uuid4

import pytest

from portal.check_ins.library import RULES
from portal.check_ins.own_words import note_answers
from portal.check_ins.rules import RuleSet
from portal.db import Database
from portal.flags.history import reasons_of
from portal.flags.queries import FlagState
from portal.people.models import Person
from portal.readings.replay import Change, Tally, replay
from portal.symptoms.levels import Level
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.check_ins.test_before_a_dose import GATE, START
from tests.check_ins.test_views import walk
from tests.conftest import ClientFor, Clock
from tests.conversations.people import opened, page_of
from tests.people import Clinic
from tests.readings.words import flags_after, wrote
from tests.serving import Served

TOLD = "A calm day. I think I might be pregnant"
WAITS = "Take no dose until we have talked."


async def rules_of(database: Database, state: FlagState) -> list[str]:
    async with database.read() as session:
        return [reason.rule for reason in await reasons_of(session, state.flag)]


async def test_a_note_raises_it_and_the_patient_reads_at_once_that_the_dose_waits(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=30)
    own = await client_for(patient)
    address = await walk(own, last={"note": TOLD})
    result = (await own.get(address)).text
    assert "We will call you" in result
    assert WAITS in result
    [state] = await flags_after(database, patient)
    assert (state.level, state.summary) == (Level.SOON, "Words: pregnant or nursing")
    assert await rules_of(database, state) == ["w-pregnancy"]
    page = await own.get(address.replace("/result", "").replace("/check", "/understood/check"))
    assert "might be <mark>pregnant</mark>" in page.text
    assert "We understood: pregnant, or may be. Is that right?" in page.text


async def test_a_message_raises_it_at_once_on_the_teams_open_page(
    server: Served, database: Database, clinic: Clinic, patient: Person
) -> None:
    care, _ = await opened(database, patient)
    async with page_of(server, patient) as phone, page_of(server, clinic.nurse_on_team) as desk:
        await desk.say("follow", topic="triage")
        await phone.send(care, TOLD)
        assert (await desk.hear("changed"))["topic"] == "triage"
    [state] = await flags_after(database, patient)
    assert state.level is Level.SOON
    assert await rules_of(database, state) == ["w-pregnancy"]


async def test_a_message_sent_without_scripts_can_be_corrected_and_nobody_else_sees_it(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person
) -> None:
    care, _ = await opened(database, patient)
    own = await client_for(patient)
    await own.post(f"/conversations/{care.id}/messages", body=TOLD, client_id=uuid4())
    [state] = await flags_after(database, patient)
    theirs = state.flag.patients_page
    page = (await own.get(theirs)).text
    assert WAITS in page
    assert "We understood: pregnant, or may be. Is that right?" in page
    await own.post(theirs, what="pregnancy", right="no")
    [after] = await flags_after(database, patient)
    assert (after.level, after.is_open) == (Level.SOON, True)
    nurse = await client_for(clinic.nurse_on_team)
    seen = (await nurse.get(f"/triage/{state.id}")).text
    assert "might be <mark>pregnant</mark>" in seen
    assert "the prescriber must know before the next dose" in seen
    assert "not right: pregnant, or may be" in seen
    other, outsider = (
        await client_for(clinic.other_patient),
        await client_for(clinic.nurse_elsewhere),
    )
    assert (await other.get(theirs)).status_code == 404
    assert (await outsider.get(f"/triage/{state.id}")).status_code == 404
    assert "pregnant" not in (await outsider.get("/triage")).text


@pytest.mark.parametrize(
    "words", ["I'm not pregnant", "The test was negative", "mi mujer está embarazada"]
)
async def test_what_is_denied_or_somebody_elses_raises_nothing(
    database: Database, clinic: Clinic, patient: Person, words: str
) -> None:
    await give_dose(database, clinic, hours_ago=30)
    await wrote(database, patient, words)
    assert not await flags_after(database, patient)
    note = {name: each for name, each in note_answers(words).items() if each is not None}
    await send(database, patient, **note)
    [state] = await flags_after(database, patient)
    assert (state.level, state.summary) == (Level.ROUTINE, "Wrote a note")


async def test_it_lets_the_next_later_check_in_ask_the_gate_again(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person, clock: Clock
) -> None:
    await give_dose(database, clinic, hours_ago=0)
    own = await client_for(patient)
    await walk(own, GATE, start=START)
    clock.forward(hours=20)
    await wrote(database, patient, "estoy embarazada")
    await flags_after(database, patient)
    clock.forward(hours=52)
    own = await client_for(patient)
    await walk(own, GATE, until="gate")


async def test_it_is_counted_by_its_rule_and_a_replay_says_what_would_go_without(
    client_for: ClientFor, database: Database, clinic: Clinic, patient: Person
) -> None:
    await give_dose(database, clinic, hours_ago=30)
    note = {name: each for name, each in note_answers(TOLD).items() if each is not None}
    await send(database, patient, **note)
    await wrote(database, patient, "I am breastfeeding")
    await flags_after(database, patient)
    lead = await client_for(clinic.clinician_on_team)
    assert "Rule w-pregnancy,2,0,0," in (await lead.get("/figures/false-alarms.csv")).text
    assert await changes(database, RULES) == [Change.SAME, Change.SAME]
    assert await changes(database, without("w-pregnancy")) == [Change.FALLS, Change.GOES]


async def changes(database: Database, rules: RuleSet) -> list[Change]:
    return [each.change async for each in replay(database, rules, Tally())]


def without(id: str) -> RuleSet:
    kept = tuple(replace(rule, unless=rule.unless - {id}) for rule in RULES.rules if rule.id != id)
    return replace(RULES, rules=kept)
