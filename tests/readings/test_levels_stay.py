"""A level never falls by itself: not with time, milder answers, other rules, a replay, corrections.

No verb sets a level after a flag was raised; a person who thinks it too high resolves the flag.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from portal import worker
from portal.check_ins.actions import submit_check_in
from portal.check_ins.answers import Answer
from portal.check_ins.models import CheckIn
from portal.db import Database
from portal.flags.models import FlagSource
from portal.flags.queries import FlagState, flags_of
from portal.people.models import Caution, Patient
from portal.readings.actions import answer_reading
from portal.readings.queries import reading_for
from portal.readings.replay import Tally, replay
from portal.symptoms.levels import Level
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import actor_of
from tests.conftest import Clock
from tests.people import Clinic
from tests.readings.test_replay import changed
from tests.readings.words import flags_after, reworded, wrote

MILD = changed(n9="routine", w_danger="routine", w_fluids="routine", w_dose="routine")
SICK: dict[str, Answer] = {"effects": ("vomiting",), "vomit_count": 2, "sips": "no"}


@dataclass
class Story:
    """Two grave flags, one from a check-in and one from a message, raised while pregnant."""

    database: Database
    clinic: Clinic
    clock: Clock
    flags: dict[FlagSource, FlagState]

    async def levels(self) -> dict[FlagSource, Level]:
        async with self.database.read() as session:
            every = await flags_of(session, self.clinic.patient.id)
        ids = {state.id: source for source, state in self.flags.items()}
        return {ids[state.id]: state.level for state in every if state.id in ids}


async def time_passes(story: Story) -> None:
    for _ in range(9):
        story.clock.forward(hours=24)
        await worker.run_once(story.database)


async def all_is_well_again(story: Story) -> None:
    for _ in range(3):
        story.clock.forward(hours=1)
        await send(story.database, story.clinic.patient)
        await wrote(story.database, story.clinic.patient, "I feel fine now, no vomiting any more")
    await flags_after(story.database, story.clinic.patient)


async def sent_again(story: Story) -> None:
    patient = story.clinic.patient
    async with story.database.work(await actor_of(story.database, patient)) as work:
        row = await work.session.get_one(CheckIn, story.flags[FlagSource.CHECK_IN].flag.source_id)
        await submit_check_in(work, row)


async def milder_rules_and_a_replay(story: Story) -> None:
    story.database.info["rules"] = MILD
    _ = [each async for each in replay(story.database, MILD, Tally())]
    await worker.run_once(story.database)


async def the_words_are_taken_back(story: Story) -> None:
    patient = story.clinic.patient
    again = await wrote(story.database, patient, "I cant breathe properly")
    await reworded(story.database, patient, again, "All good")
    source_id = story.flags[FlagSource.READING].flag.source_id
    actor = await actor_of(story.database, patient)
    async with story.database.work(actor) as work:
        reading = await reading_for(work.session, actor, FlagSource.READING, source_id)
        await answer_reading(work, reading, reading.things[0].code, right=False)
    await flags_after(story.database, patient)


async def the_caution_is_gone(story: Story) -> None:
    async with story.database.work() as work:
        record = await work.session.get_one(Patient, story.clinic.patient.id)
        record.cautions = []
        work.session.add(record)
    await worker.run_once(story.database)


@pytest.fixture
async def story(database: Database, clinic: Clinic, clock: Clock) -> Story:
    await give_dose(database, clinic, hours_ago=6)
    async with database.work() as work:
        record = await work.session.get_one(Patient, clinic.patient.id)
        record.cautions = [Caution.PREGNANCY.value]
        work.session.add(record)
    await send(database, clinic.patient, **SICK)
    await wrote(database, clinic.patient, "I cant breathe properly")
    every = await flags_after(database, clinic.patient)
    return Story(database, clinic, clock, {FlagSource(each.flag.source): each for each in every})


@pytest.mark.parametrize(
    "happens",
    [
        time_passes,
        all_is_well_again,
        sent_again,
        milder_rules_and_a_replay,
        the_words_are_taken_back,
        the_caution_is_gone,
    ],
)
async def test_whatever_happens_by_itself_leaves_a_level_as_it_was_raised(
    story: Story, happens: Callable[[Story], Awaitable[None]]
) -> None:
    before = await story.levels()
    assert before == {FlagSource.CHECK_IN: Level.EMERGENCY, FlagSource.READING: Level.EMERGENCY}
    await happens(story)
    assert await story.levels() == before
