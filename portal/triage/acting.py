"""Doing something to a flag: the form's page, the act, and what is answered to whoever was late."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid
from portal.flags.queries import flag_for
from portal.people.queries import name_of
from portal.triage.answers import (
    Screen,
    address,
    detail_pane,
    form_page,
    read_queue,
    view_of,
    whole_page,
)
from portal.triage.detail import open_detail
from portal.triage.forms import Posted
from portal.web.requests import actor_of, is_htmx, path_id, see_other, work

Act = Callable[[UnitOfWork], Awaitable[object]]


async def show_form(request: Request, template: str, posted: Posted) -> Response:
    async with work(request) as unit:
        detail = await open_detail(unit, actor_of(request), path_id(request, "flag_id"))
    return await form_page(request, template, detail, posted)


async def act_on(
    request: Request, act: Act, *, done: str, then: str, written: str = "", undo: bool = False
) -> Response:
    """Do it to a flag of the actor's patients; whoever comes second is told who was first, and
    gets back what they wrote. `done` may name the {patient}; `undo`: it can be taken back now."""
    try:
        async with work(request) as unit:
            flag = await flag_for(unit.session, actor_of(request), path_id(request, "flag_id"))
            patient = await name_of(unit.session, flag.patient_id)
            await act(unit)
    except (Conflict, Invalid) as refusal:
        return await _told(request, refusal.sentence, written)
    said = done.format(patient=patient.name)
    if not is_htmx(request):
        return see_other(address(view_of(request), then), said=said)
    async with work(request) as unit:
        detail = await open_detail(unit, actor_of(request), flag.id)
    return detail_pane(request, detail, said=said, undo=undo)


async def _told(request: Request, sentence: str, kept: str) -> Response:
    """The flag as it is now, under the sentence that says why nothing was done."""
    async with work(request) as unit:
        detail = await open_detail(unit, actor_of(request), path_id(request, "flag_id"))
        shown = None if is_htmx(request) else await read_queue(request, unit)
    if shown is None:
        return detail_pane(request, detail, 409, notice=sentence, said=sentence, kept=kept)
    return await whole_page(request, Screen(shown, detail, notice=sentence, kept=kept), 409)
