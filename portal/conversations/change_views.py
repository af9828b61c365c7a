"""Correcting or withdrawing one's own message, and, for the team, what it said before."""

from collections.abc import Awaitable, Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from portal import clock
from portal.audit.actions import record
from portal.conversations.corrections import (
    correct,
    may_change_until,
    message_in,
    own_message,
    withdraw,
    words_now,
)
from portal.conversations.files import files_of
from portal.conversations.models import Conversation, Message
from portal.conversations.queries import care_conversation_of, conversation_for
from portal.conversations.revisions import versions_of
from portal.conversations.rules import TooLate, require_writer
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid, PortalError
from portal.ids import new_id
from portal.languages import N_
from portal.people.queries import name_of
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import page

CORRECTED = N_("Your message was corrected.")
TAKEN_BACK = N_("Your message was withdrawn.")

Step = Callable[[UnitOfWork, Conversation, UUID], Awaitable[Message]]


async def change(request: Request) -> Response:
    """What the message says now, to be changed or taken back."""
    return await _page(request)


async def save(request: Request) -> Response:
    form = await form_of(request)
    seen, words = _number(form.raw("seen")), form.raw("body")

    async def step(unit: UnitOfWork, found: Conversation, message_id: UUID) -> Message:
        return await correct(unit, found, message_id, seen, words)

    return await _do(request, step, CORRECTED, words)


async def take_back(request: Request) -> Response:
    seen = _number((await form_of(request)).raw("seen"))

    async def step(unit: UnitOfWork, found: Conversation, message_id: UUID) -> Message:
        return await withdraw(unit, found, message_id, seen)

    return await _do(request, step, TAKEN_BACK, None)


async def _do(request: Request, step: Step, said: str, words: str | None) -> Response:
    actor = actor_of(request)
    conversation_id, message_id = _ids(request)
    try:
        async with work(request) as unit:
            found, _ = await own_message(unit.session, actor, conversation_id, message_id)
            require_writer(actor, found.kind)
            await step(unit, found, message_id)
            care = await care_conversation_of(unit.session, found.patient_id)
    except (Conflict, Invalid) as refusal:
        return await _page(request, words, refusal)
    home = f"/inbox/{care.id}" if actor.is_staff else f"/conversations/{care.id}"
    return see_other(f"{home}#m-{message_id}", said)


async def _page(
    request: Request, typed: str | None = None, refusal: PortalError | None = None
) -> Response:
    """`typed` are words that could not be saved: they stay in the box."""
    actor = actor_of(request)
    async with reading(request) as session:
        found, message = await own_message(session, actor, *_ids(request))
        words = await words_now(session, found, message)
        care = await care_conversation_of(session, found.patient_id)
        is_late = clock.now() > may_change_until(session, message)
    status = refusal.status if refusal else 200
    if refusal is None and is_late:
        refusal = TooLate(state_of(request).settings.clinic.correct_minutes)
    return await page(
        request,
        f"conversations/change_{'team' if actor.is_staff else 'patient'}.html",
        status,
        message=message,
        conversation=found,
        home=f"/inbox/{care.id}" if actor.is_staff else f"/conversations/{care.id}",
        words=words or "" if typed is None else typed,
        now_says=words,
        may_change=not is_late and words is not None,
        errors={"body": refusal.sentence} if refusal else {},
        client_id=new_id(),
    )


async def history(request: Request) -> Response:
    """All that a message has said, for the care team; that it was looked at is in the trail."""
    actor, (conversation_id, message_id) = actor_of(request), _ids(request)
    async with work(request) as unit:
        found = await conversation_for(unit.session, actor, conversation_id)
        message = await message_in(unit.session, found, message_id)
        versions = await versions_of(unit.session, found, message)
        files = await files_of(unit.session, found.patient_id, [message])
        author = await name_of(unit.session, message.author_id)
        patient = await name_of(unit.session, found.patient_id)
        care = await care_conversation_of(unit.session, found.patient_id)
        record(unit, "message:history", patient_id=found.patient_id, subject=message.id)
    return await page(
        request,
        "conversations/history.html",
        home=f"/inbox/{care.id}",
        versions=versions,
        line={"files": files.get(message.id, ()), "author": author},
        author=author,
        patient=patient,
        their_zone=ZoneInfo(patient.time_zone),
    )


def _ids(request: Request) -> tuple[UUID, UUID]:
    return path_id(request, "conversation_id"), path_id(request, "message_id")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


_MESSAGE = "/conversations/{conversation_id}/messages/{message_id}"
routes: list[BaseRoute] = [
    get(f"{_MESSAGE}/change", change, allow=Permission.CONVERSATION_WRITE),
    post(f"{_MESSAGE}/correct", save, allow=Permission.CONVERSATION_WRITE),
    post(f"{_MESSAGE}/withdraw", take_back, allow=Permission.CONVERSATION_WRITE),
    get(f"{_MESSAGE}/history", history, allow=Permission.RECORD_READ),
]
