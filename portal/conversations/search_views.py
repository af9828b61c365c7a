"""Searching a conversation: one's own, or a patient's of the care team. What is looked for is
posted, so that no address and no log ever holds it."""

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from portal.audit.actions import record
from portal.conversations.models import Conversation, Kind
from portal.conversations.queries import conversation_for
from portal.conversations.reading import AFTER_EVERYTHING, LINES_ON_A_PAGE
from portal.conversations.searching import LONGEST_QUERY, Results, says_nothing, search
from portal.errors import NotFound
from portal.languages import N_
from portal.people.queries import Named, name_of
from portal.permissions import Permission
from portal.web.forms import form_of
from portal.web.limits import SEARCHES
from portal.web.requests import actor_of, path_id, reading, work
from portal.web.routing import get, post
from portal.web.templates import page

ASK = N_("Type a word to look for.")
# Lines that are shown after the one that was found, so that it does not stand at the very end.
LINES_AFTER = 20


async def ask(request: Request) -> Response:
    async with reading(request) as session:
        found, patient = await _conversation(request, session)
    return await _page(request, found, patient)


async def look(request: Request) -> Response:
    form = await form_of(request)
    wanted = form.text("words", longest=LONGEST_QUERY, required=ASK)
    if wanted and says_nothing(wanted):
        form.errors["words"] = ASK
    before = form.raw("before")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    results = None
    async with reading(request) as session:
        found, patient = await _conversation(request, session)
        if not form.errors:
            results = await search(session, found, wanted, start or AFTER_EVERYTHING)
    if results is not None:
        await _note(request, found, results)
    return await _page(request, found, patient, wanted, results, form.errors)


async def _note(request: Request, found: Conversation, results: Results) -> None:
    """That it was searched and how much was shown; the words that were looked for are nobody's."""
    detail = {"found": len(results.found)}
    async with work(request) as unit:
        record(
            unit,
            "conversation:search",
            patient_id=found.patient_id,
            subject=found.id,
            detail=detail,
        )


async def _conversation(request: Request, session: AsyncSession) -> tuple[Conversation, Named]:
    """The one with the patient, and who that is; notes have their own way through the inbox."""
    conversation_id = path_id(request, "conversation_id")
    found = await conversation_for(session, actor_of(request), conversation_id)
    if found.kind is not Kind.CARE:
        raise NotFound
    return found, await name_of(session, found.patient_id)


async def _page(
    request: Request,
    found: Conversation,
    patient: Named,
    wanted: str = "",
    results: Results | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    is_staff = actor_of(request).is_staff
    return await page(
        request,
        f"conversations/search_{'team' if is_staff else 'patient'}.html",
        422 if errors else 200,
        conversation=found,
        patient=patient,
        home=f"/inbox/{found.id}" if is_staff else f"/conversations/{found.id}",
        place=lambda seq: _place(found, seq),
        wanted=wanted,
        results=results,
        errors=errors or {},
    )


def _place(conversation: Conversation, seq: int) -> str:
    """The page of the conversation on which this line stands."""
    after = seq + LINES_AFTER
    on_last_page = seq > conversation.last_seq - LINES_ON_A_PAGE
    return "" if on_last_page or after > conversation.last_seq else f"?before={after}"


routes: list[BaseRoute] = [
    get("/conversations/{conversation_id}/search", ask, allow=Permission.CONVERSATION_READ),
    post(
        "/conversations/{conversation_id}/search",
        look,
        allow=Permission.CONVERSATION_READ,
        pace=SEARCHES,
    ),
]
