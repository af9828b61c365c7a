"""The small forms above a thread: who has it, snooze, resolve, "no reply needed"."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.conversations.models import Conversation, Kind
from portal.conversations.queries import conversation_for
from portal.db import UnitOfWork
from portal.errors import Conflict, NotFound
from portal.handling import actions
from portal.handling.actions import Seen
from portal.handling.models import Did, Handling
from portal.inbox.forms import owner_of, seen_of, snooze_until
from portal.inbox.screens import thread_answer, view_of, view_query
from portal.people.queries import name_of
from portal.permissions import Actor, Permission
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, is_htmx, path_id, see_other, work
from portal.web.routing import post
from portal.web.state import state_of
from portal.web.times import when

Step = Callable[[UnitOfWork, Conversation, Seen], Awaitable[Handling]]
Say = Callable[[Handling, Actor], str]


async def owner(request: Request) -> Response:
    form = await form_of(request)

    async def hand_over(work: UnitOfWork, conversation: Conversation, seen: Seen) -> Handling:
        return await actions.assign(work, conversation, seen, owner_of(form))

    return await _do(request, form, hand_over, _owner_words)


def _owner_words(made: Handling, actor: Actor) -> str:
    if made.owner_id is None:
        return "{patient} is with the team"
    return "{patient} is yours" if made.owner_id == actor.person_id else "Handed {patient} over"


async def snooze(request: Request) -> Response:
    form = await form_of(request)
    clinic = state_of(request).settings.clinic

    async def rest(work: UnitOfWork, conversation: Conversation, seen: Seen) -> Handling:
        until = snooze_until(form, clock.now(), clinic)
        return await actions.snooze(work, conversation, seen, until)

    return await _do(request, form, rest, _snooze_words)


def _snooze_words(made: Handling, actor: Actor) -> str:
    until = made.snoozed_until or made.at
    return f"Snoozed {{patient}} until {when(until, ZoneInfo(actor.time_zone))}"


async def wake(request: Request) -> Response:
    return await _do(request, await form_of(request), actions.wake)


async def close(request: Request) -> Response:
    return await _do(request, await form_of(request), actions.close)


async def reopen(request: Request) -> Response:
    return await _do(request, await form_of(request), actions.reopen)


async def no_reply(request: Request) -> Response:
    return await _do(request, await form_of(request), actions.need_no_reply)


async def undo(request: Request) -> Response:
    return await _do(request, await form_of(request), actions.undo, lambda made, actor: UNDONE)


def _words(made: Handling, actor: Actor) -> str:
    return SAID[made.did]


SAID = {
    Did.WAKE: "{patient} is awake again",
    Did.CLOSE: "Resolved {patient}. A new message opens it again",
    Did.REOPEN: "Opened {patient} again",
    Did.NO_REPLY: "{patient} needs no reply now",
}
UNDONE = "Undone for {patient}"
# After these the thread is out of the way: a page without scripts goes back to the list.
LEAVES = {Did.SNOOZE, Did.CLOSE}


async def _do(request: Request, form: Form, step: Step, say: Say = _words) -> Response:
    """One step with a thread of the actor's patients; the second of two is told who was first."""
    id, actor = path_id(request, "conversation_id"), actor_of(request)
    try:
        async with work(request) as unit:
            found = await _found(request, unit)
            patient = await name_of(unit.session, found.patient_id)
            made = await step(unit, found, seen_of(form))
    except Conflict as conflict:
        return await thread_answer(request, id, 409, notice=conflict.sentence)
    said = say(made, actor).format(patient=patient.name)
    if is_htmx(request):
        may_undo = said != UNDONE.format(patient=patient.name) and made.did in actions.UNDOES
        return await thread_answer(request, id, said=said, undo=made.number if may_undo else None)
    query = view_query(view_of(request))
    return see_other(f"/inbox{query}" if made.did in LEAVES else f"/inbox/{id}{query}", said=said)


async def _found(request: Request, unit: UnitOfWork) -> Conversation:
    """The thread, found through the actor. Notes have no state of their own."""
    id = path_id(request, "conversation_id")
    found = await conversation_for(unit.session, actor_of(request), id)
    if found.kind is Kind.NOTES:
        raise NotFound
    return found


ROW = "/inbox/{conversation_id}"
STEPS = {
    "owner": owner,
    "snooze": snooze,
    "wake": wake,
    "close": close,
    "reopen": reopen,
    "no-reply": no_reply,
    "undo": undo,
}
routes = [
    post(f"{ROW}/{name}", handler, allow=Permission.INBOX_READ) for name, handler in STEPS.items()
]
