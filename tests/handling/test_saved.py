"""Saved replies: variables, and who changed what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from portal.audit.models import AuditEvent
from portal.db import Database
from portal.demo.saved_replies import SAVED_REPLIES
from portal.errors import Conflict, NotFound
from portal.handling.saved import (
    add_reply,
    change_reply,
    fill,
    retire_reply,
    saved_replies,
    saved_reply,
    unknown_variables,
)
from portal.people.models import Person
from tests.clients import actor_of

VALUES = {"patient": "Patient A", "next visit": None, "nurse line": "555 010 0142"}


def test_variables_stand_for_what_is_known() -> None:
    assert fill("{patient}: call {nurse line}.", VALUES) == "Patient A: call 555 010 0142."


def test_what_is_not_known_yet_shows_in_square_brackets() -> None:
    assert fill("We come on {next visit}.", VALUES) == "We come on [next visit]."


@given(st.text())
def test_any_words_can_be_filled(words: str) -> None:
    filled = fill(words, VALUES)
    assert "{patient}" not in filled


def test_the_demos_replies_use_only_variables_that_exist() -> None:
    assert len(SAVED_REPLIES) >= 12
    for words in SAVED_REPLIES.values():
        assert unknown_variables(words) == []


async def test_a_change_keeps_the_old_words_and_both_are_in_the_trail(
    database: Database, nurse_on_team: Person, second_nurse: Person
) -> None:
    async with database.work(await actor_of(database, nurse_on_team)) as work:
        first = await add_reply(work, nurse_on_team.id, "sips", "Small sips.")
    async with database.work(await actor_of(database, second_nurse)) as work:
        held = await saved_reply(work.session, first.id)
        await change_reply(work, second_nurse.id, held, "sips", "One small sip each minute.")
    async with database.read() as session:
        (now,) = await saved_replies(session)
        with pytest.raises(NotFound):
            await saved_reply(session, first.id)
        tags = await session.exec(
            select(AuditEvent.tag)
            .where(col(AuditEvent.tag).startswith("saved_reply:"))
            .order_by(col(AuditEvent.seq))
        )
        assert tags.all() == ["saved_reply:add", "saved_reply:retire", "saved_reply:change"]
    assert (now.words, now.changed_by) == ("One small sip each minute.", second_nurse.id)


async def test_a_name_is_used_once_until_its_reply_is_retired(
    database: Database, nurse_on_team: Person
) -> None:
    async with database.work() as work:
        first = await add_reply(work, nurse_on_team.id, "sips", "Small sips.")
    with pytest.raises(Conflict):
        async with database.work() as work:
            await add_reply(work, nurse_on_team.id, "Sips", "Others.")
    async with database.work() as work:
        retire_reply(work, await saved_reply(work.session, first.id))
    async with database.work() as work:
        await add_reply(work, nurse_on_team.id, "Sips", "Others.")
    async with database.read() as session:
        assert [one.words for one in await saved_replies(session)] == ["Others."]
