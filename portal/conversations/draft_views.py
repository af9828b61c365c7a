"""Keeping a draft: by the page itself every few seconds, or by a button of the plain form."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from portal.conversations.drafts import keep_draft
from portal.conversations.queries import care_conversation_of, conversation_for
from portal.conversations.rules import require_writer
from portal.ids import new_id
from portal.languages import N_
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.requests import actor_of, is_background, path_id, see_other, work
from portal.web.routing import post


async def keep(request: Request) -> Response:
    actor, form = actor_of(request), await form_of(request)
    body, client_id = form.raw("body"), form.uuid("client_id") or new_id()
    async with work(request) as unit:
        found = await conversation_for(unit.session, actor, path_id(request, "conversation_id"))
        require_writer(actor, found.kind)
        await keep_draft(unit, found, actor.person_id, body, client_id)
        care = await care_conversation_of(unit.session, found.patient_id)
    if is_background(request):
        return Response(status_code=204)
    home = f"/inbox/{care.id}" if actor.is_staff else f"/conversations/{care.id}"
    return see_other(home, said=N_("Kept for later"))


routes: list[BaseRoute] = [
    post("/conversations/{conversation_id}/draft", keep, allow=Permission.CONVERSATION_WRITE)
]
