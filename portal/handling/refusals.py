"""The sentences a second person reads: who was first, what they did, and when."""

from uuid import UUID
from zoneinfo import ZoneInfo

from portal.db import UnitOfWork
from portal.errors import Conflict
from portal.handling.models import Did, Handling
from portal.people.queries import Named, named
from portal.web.times import clock_time

_TOOK = "{who} took this first, at {at}."
_DID = {
    Did.ASSIGN: "{who} handed this to {owner} first, at {at}.",
    Did.RELEASE: "{who} gave this back to the team first, at {at}.",
    Did.RETURN: "This went back to the team at {at}, because its owner was silent.",
    Did.SNOOZE: "{who} snoozed this first, at {at}.",
    Did.WAKE: "This came back from its snooze at {at}.",
    Did.CLOSE: "{who} closed this first, at {at}.",
    Did.REOPEN: "{who} opened this again first, at {at}.",
    Did.NO_REPLY: "{who} said first that no reply is needed, at {at}.",
}


def new_words() -> Conflict:
    return Conflict("A new message has come meanwhile. Read it first.")


async def who_was_first(work: UnitOfWork, state: Handling | None) -> Conflict:
    """`state`: what the other one made of it."""
    if state is None or work.actor is None:
        return Conflict()
    names = await named(work.session, [state.by_id, state.owner_id])
    words = {
        "who": _name(state.by_id, names, work.actor.person_id),
        "owner": _name(state.owner_id, names, work.actor.person_id).replace("You", "you"),
        "at": clock_time(state.at, ZoneInfo(work.actor.time_zone)),
    }
    said = _TOOK if state.did is Did.ASSIGN and state.by_id == state.owner_id else _DID[state.did]
    return Conflict(said.format(**words))


def _name(id: UUID | None, names: dict[UUID, Named], me: UUID) -> str:
    if id == me:
        return "You"
    return names[id].name if id is not None and id in names else "The portal"
