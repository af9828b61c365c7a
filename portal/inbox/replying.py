"""A reply or a note sent by its plain form, from a page that runs no scripts."""

from starlette.requests import Request
from starlette.responses import Response

from portal.conversations.models import Kind
from portal.conversations.queries import care_conversation_of, conversation_for
from portal.conversations.views import say
from portal.errors import NotAllowed, NotFound, PortalError
from portal.ids import new_id
from portal.inbox.screens import Typed, thread_answer, view_of, view_query
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.requests import actor_of, path_id, reading, see_other
from portal.web.routing import post


async def send(request: Request) -> Response:
    """What is not sent stays in its box, beside the reason: also when somebody else has written
    since its writer last looked. Sent again from there it is sent."""
    actor, form = actor_of(request), await form_of(request)
    async with reading(request) as session:
        found = await conversation_for(session, actor, path_id(request, "conversation_id"))
        care = await care_conversation_of(session, found.patient_id)
    try:
        line, _ = await say(request, found.id, form)
    except (NotFound, NotAllowed):
        raise
    except PortalError as error:
        kind = "note" if found.kind is Kind.NOTES else "reply"
        typed = Typed(kind, form.raw("body"), form.uuid("client_id") or new_id())
        return await thread_answer(
            request, care.id, error.status, notice=error.sentence, typed=typed
        )
    return see_other(f"/inbox/{care.id}{view_query(view_of(request))}#m-{line.id}")


routes = [
    post("/inbox/{conversation_id}/messages", send, allow=Permission.INBOX_READ),
]
