"""The forms between taking a flag and closing it: each is a page of its own and a dialog."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.conversations.actions import send_message
from portal.conversations.queries import care_conversation_of
from portal.db import UnitOfWork, clinic_of
from portal.errors import Conflict, PortalError
from portal.flags import steps, undo
from portal.flags.care import Callee, CallResult
from portal.flags.clocks import climb
from portal.flags.holding import actor_of as person_of
from portal.flags.holding import locked
from portal.flags.ladder import next_rung
from portal.flags.queries import climbed, state_of_flag
from portal.permissions import Permission
from portal.triage import care_forms
from portal.triage.acting import act_on, show_form
from portal.triage.care_forms import Read
from portal.triage.forms import Posted
from portal.web.forms import form_of
from portal.web.requests import path_id
from portal.web.routing import get, post

Do = Callable[[UnitOfWork, UUID, Read], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One form. `done` is said afterwards; `leaves`: it takes the flag out of the way."""

    name: str
    read: Callable[..., Read]
    do: Do
    done: str
    leaves: bool = False
    undo: bool = False


async def _call(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    callee, result = Callee(read.values["callee"]), CallResult(read.values["result"])
    await steps.record_call(work, flag_id, callee, result, read.values["call_words"])


async def _write(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    """The message goes into the care conversation as any other; the flag keeps its number."""
    flag = await locked(work, flag_id)
    conversation = await care_conversation_of(work.session, flag.patient_id)
    author_id = person_of(work).person_id
    try:
        sent = await send_message(
            work, conversation, author_id, read.values["message"], read.id("message_id")
        )
    except PortalError as refusal:
        raise Conflict(refusal.sentence) from refusal
    if sent.is_new:
        await steps.link_message(work, flag_id, sent.id)


async def _note(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    await steps.write_note(work, flag_id, read.values["team_note"])


async def _snooze(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    until = care_forms.until(read.values["for"], clock.now(), clinic_of(work.session))
    await steps.snooze_flag(work, flag_id, until)


async def _wake(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    await steps.wake_flag(work, flag_id)


async def _hand_over(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    await steps.hand_over(work, flag_id, care_forms.receiver(read), read.values["hand_words"])


async def _escalate(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    """Do not wait for the clock: the next rung hears of it now."""
    flag = await locked(work, flag_id)
    state = await state_of_flag(work.session, flag)
    if not state.is_open or state.is_acknowledged:
        raise Conflict("Somebody has this now. Hand it over instead.")
    done = [row.rung for row in await climbed(work.session, flag, state.care.handovers)]
    following = next_rung(flag.level, state.waiting_since, done, clinic_of(work.session))
    if following is None:
        raise Conflict("Everybody has been told already. Call them.")
    await climb(work, state, following.rung, clock.now())


async def _close(work: UnitOfWork, flag_id: UUID, read: Read) -> None:
    await steps.close_untold(work, flag_id, read.values["close_reason"])


KINDS = (
    Kind("call", care_forms.read_call, _call, "Recorded the call to {patient}"),
    Kind("message", care_forms.read_message, _write, "Sent to {patient}"),
    Kind("note", care_forms.read_note, _note, "Saved the note on {patient}"),
    Kind("snooze", care_forms.read_snooze, _snooze, "Snoozed {patient}", leaves=True, undo=True),
    Kind("hand-over", care_forms.read_hand_over, _hand_over, "Handed {patient} over", undo=True),
    Kind("escalate", care_forms.read_nothing, _escalate, "Escalated {patient}"),
    Kind("close", care_forms.read_close, _close, "Closed {patient}", leaves=True),
)
WAKE = Kind("wake", care_forms.read_nothing, _wake, "{patient} is back in the list")


def _shown(kind: Kind) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        return await show_form(request, "triage/step.html", Posted(step=kind.name))

    return show


def _done(kind: Kind) -> Callable[[Request], Awaitable[Response]]:
    async def do(request: Request) -> Response:
        flag_id, read = path_id(request, "flag_id"), kind.read(await form_of(request))
        if read.errors:
            posted = Posted(errors=read.errors, values=read.values, step=kind.name)
            return await show_form(request, "triage/step.html", posted)
        return await act_on(
            request,
            lambda unit: kind.do(unit, flag_id, read),
            done=kind.done,
            then="/triage" if kind.leaves else f"/triage/{flag_id}",
            written=read.written,
            undo=kind.undo,
        )

    return do


async def take_back(request: Request) -> Response:
    """Undo what this person did last to the flag, within ten seconds."""
    flag_id = path_id(request, "flag_id")
    return await act_on(
        request,
        lambda unit: undo.undo(unit, flag_id),
        done="Undone: {patient} is as it was",
        then=f"/triage/{flag_id}",
    )


ROW = "/triage/{flag_id}"
routes = [
    *(get(f"{ROW}/{kind.name}", _shown(kind), allow=Permission.FLAG_ACT) for kind in KINDS),
    *(post(f"{ROW}/{kind.name}", _done(kind), allow=Permission.FLAG_ACT) for kind in KINDS),
    post(f"{ROW}/{WAKE.name}", _done(WAKE), allow=Permission.FLAG_ACT),
    post(f"{ROW}/undo", take_back, allow=Permission.FLAG_ACT),
]
