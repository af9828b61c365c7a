"""A whole check-in in one line, through the actions."""

from collections.abc import Mapping

from portal.check_ins.actions import Sent, save_answers, start_check_in, submit_check_in
from portal.check_ins.answers import Answer
from portal.check_ins.questionnaires import Kind
from portal.db import Database
from portal.people.models import Person
from tests.check_ins.cases import LATER, NO_SCALES, WELL
from tests.clients import actor_of


async def send(database: Database, patient: Person, **answers: Answer) -> Sent:
    """Start, answer all and send, as the patient; nothing wrong but what is said."""
    async with database.work(await actor_of(database, patient)) as work:
        check_in = await start_check_in(work, patient.id)
        usual: Mapping[str, Answer] = WELL if check_in.kind is Kind.ACUTE else LATER | NO_SCALES
        check_in = await save_answers(work, check_in, {**usual, **answers})
        return await submit_check_in(work, check_in)
