"""The answer to "now, or can it wait?", and what stands above the composer, for an open page."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from portal import clock
from portal.conversations.corrections import own_message
from portal.conversations.models import Conversation, Kind
from portal.conversations.queries import conversation_for, messages_before
from portal.conversations.quick_answers import quick_answers
from portal.conversations.reading import AFTER_EVERYTHING, receipt_for
from portal.conversations.urgent import LOOKED_AT, answer, question_about
from portal.errors import Invalid, NotFound
from portal.languages import N_, _
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import fragment
from portal.web.times import clock_time

NOW, LATER = "now", "later"
CAN_WAIT = N_("Thank you. If it gets worse, press I need help now.")


async def above_composer(request: Request) -> Response:
    """Who is here, when the answer comes, what can be pressed, and what was understood and read;
    asked for again and again."""
    actor = actor_of(request)
    async with reading(request) as session:
        found = await conversation_for(session, actor, path_id(request, "conversation_id"))
        _require_patients(request, found)
        lines = await messages_before(session, found, AFTER_EVERYTHING, LOOKED_AT)
        question = await question_about(session, lines)
        answering = await state_of(request).answering(session, found.patient_id)
        understood = await state_of(request).understood(session, lines)
        receipt = await receipt_for(session, actor, lines)
    return fragment(
        request,
        "conversations/_answering_now.html",
        question=question,
        answering=answering,
        quick=quick_answers(lines),
        looked_at=[line.id for line in lines],
        understood=understood,
        receipt=receipt,
    )


async def say(request: Request) -> Response:
    """The patient's answer about their own message. It changes nothing about the message."""
    actor, form = actor_of(request), await form_of(request)
    ids = path_id(request, "conversation_id"), path_id(request, "message_id")
    async with work(request) as unit:
        found, message = await own_message(unit.session, actor, *ids)
        _require_patients(request, found)
        said = form.raw("answer")
        if said not in {NOW, LATER}:
            raise Invalid(N_("Press one of the two buttons."))
        await answer(unit, found, message, needs_help_now=said == NOW)
    if said == LATER:
        return see_other(f"/conversations/{found.id}", CAN_WAIT)
    at = clock_time(clock.now(), state_of(request).settings.clinic.zone)
    return see_other(
        "/help", _("We told your care team at %(at)s. If it gets worse, do not wait. Call.", at=at)
    )


def _require_patients(request: Request, conversation: Conversation) -> None:
    """The care team is never asked."""
    if not actor_of(request).is_patient or conversation.kind is not Kind.CARE:
        raise NotFound


routes: list[BaseRoute] = [
    get(
        "/conversations/{conversation_id}/answering",
        above_composer,
        allow=Permission.CONVERSATION_READ,
    ),
    post(
        "/conversations/{conversation_id}/messages/{message_id}/urgency",
        say,
        allow=Permission.CONVERSATION_WRITE,
    ),
]
