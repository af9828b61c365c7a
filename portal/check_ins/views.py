"""The patient's check-in, one question a page. What comes after sending it is in after.py."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from portal import clock
from portal.audit.actions import record
from portal.check_ins import after
from portal.check_ins.actions import (
    AlreadySent,
    save_answers,
    start_check_in,
    submit_check_in,
)
from portal.check_ins.answers import Answer
from portal.check_ins.early import send_in_emergency
from portal.check_ins.forms import TAP_ONE, ask_if_denied, read_page
from portal.check_ins.ladder import LATER_CHOICES
from portal.check_ins.library import questionnaire_in, rules_of
from portal.check_ins.models import CheckIn, CutShort
from portal.check_ins.opening import Opening, opening_of
from portal.check_ins.queries import check_in_for, opened, path_of
from portal.check_ins.reminding import TooLateForLater, choices_for, remind_later
from portal.check_ins.results import needs_crisis_line
from portal.check_ins.steps import LAST, Step, is_whole, next_page, step_of
from portal.db import UnitOfWork
from portal.languages import N_, _, language
from portal.people.access import patient_for
from portal.permissions import Permission
from portal.web.forms import Form, form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.templates import page
from portal.web.times import clock_time

NOW = "/check-ins/now"
PUT_OFF = tuple(str(minutes) for minutes in LATER_CHOICES)
TEXTS = ("note", "systolic", "diastolic")
SENT_BEFORE = N_("You sent this check-in already. This is what we told you.")
SENT_WITHOUT_WORDS = N_("This check-in was sent before you wrote more. Send the rest as a message.")
WE_SENT_IT = N_("We sent this check-in for you. This is what we told you.")
TOO_LATE = N_("That answer came too late. Check in again to tell us.")
TOO_OLD = N_("Some time has passed. How are you now? Please start again.")
NOT_ASKED = N_("We do not ask that any more, so we did not keep that answer.")
STILL_OPEN = N_("One question is still open. Answer it, then send.")


async def show_first(request: Request) -> Response:
    return await _show_first(request, before_dose=False)


async def show_before(request: Request) -> Response:
    return await _show_first(request, before_dose=True)


async def _show_first(request: Request, *, before_dose: bool) -> Response:
    """The first question, or the one where a check-in was left. Opening it makes no row."""
    actor = actor_of(request)
    async with reading(request) as session:
        patient = await patient_for(session, actor, actor.person_id)
        opening = await opening_of(session, patient.id, clock.now(), before_dose=before_dose)
        left = opening.left
        answers = opened(session, left) if left else {}
    if left is not None and answers:
        return see_other(_address(left.id, next_page(path_of(left, answers), answers).id))
    return await _first_page(request, opening, None)


async def put_off(request: Request) -> Response:
    """Be reminded in some minutes; where nobody may wait, the question comes at once."""
    minutes = (await form_of(request)).choice("minutes", PUT_OFF, TAP_ONE)
    actor = actor_of(request)
    try:
        async with work(request) as unit:
            patient = await patient_for(unit.session, actor, actor.person_id)
            at = await remind_later(unit, patient.id, int(minutes or 0))
    except TooLateForLater as refusal:
        return see_other(NOW, refusal.sentence)
    return see_other("/", _("We will remind you at %(at)s.", at=clock_time(at, _zone(request))))


async def begin(request: Request) -> Response:
    return await _begin(request, before_dose=False)


async def begin_before(request: Request) -> Response:
    return await _begin(request, before_dose=True)


async def _begin(request: Request, *, before_dose: bool) -> Response:
    """The first answer starts the check-in."""
    actor, form = actor_of(request), await form_of(request)
    async with work(request) as unit:
        patient = await patient_for(unit.session, actor, actor.person_id)
        opening = await opening_of(unit.session, patient.id, clock.now(), before_dose=before_dose)
        found = read_page(opening.asked.pages[0], form, clock.now(), _zone(request))
        if found:
            check_in = await start_check_in(unit, patient.id, before_dose=before_dose)
            check_in = await save_answers(unit, check_in, found)
            then = await _go_on(unit, check_in, "who")
    return then if found else await _first_page(request, opening, form)


async def resume(request: Request) -> Response:
    check_in, answers = await _found(request)
    if check_in.submitted_at is not None:
        return see_other(_address(check_in.id, "result"))
    path = path_of(check_in, answers)
    if check_in.is_too_old(clock.now()) and not is_whole(path, answers):
        return see_other(NOW, TOO_OLD)
    return see_other(_address(check_in.id, next_page(path, answers).id))


async def show_page(request: Request) -> Response:
    check_in, answers = await _found(request)
    if check_in.submitted_at is not None:
        return see_other(_address(check_in.id, "result"), _seen_again(check_in.cut_short))
    path = path_of(check_in, answers)
    step = step_of(path, answers, request.path_params["page"])
    if check_in.is_too_old(clock.now()) and not (step and is_whole(path, answers)):
        return see_other(NOW, TOO_OLD)
    if step is None:
        return see_other(_address(check_in.id, next_page(path, answers).id))
    return await _question(request, check_in.id, step, None)


async def answer_page(request: Request) -> Response:
    """Keep one page's answer and go on; the last page also sends the check-in."""
    form, id = await form_of(request), path_id(request, "check_in_id")
    try:
        async with work(request) as unit:
            then = await _take(unit, request, id, form)
    except AlreadySent as sent:
        # Two presses on Send meet here: the second sees what the first one gave.
        said = _too_late(sent.cut_short, request.path_params["page"])
        return see_other(_address(id, "result"), said)
    if isinstance(then, Step):
        return await _question(request, id, then, form)
    return then


async def _take(unit: UnitOfWork, request: Request, id: UUID, form: Form) -> Response | Step:
    """Where to go next, or the step to ask again because of what is in `form.errors`."""
    asked = request.path_params["page"]
    check_in = await check_in_for(unit.session, actor_of(request), id)
    answers = opened(unit.session, check_in)
    if check_in.submitted_at is not None:
        return _sent_before(check_in, asked, form, answers)
    path = path_of(check_in, answers)
    step = step_of(path, answers, asked)
    if step is None:
        return see_other(_address(id, next_page(path, answers).id), NOT_ASKED)
    found = read_page(step.page, form, clock.now(), _zone(request))
    ask_if_denied(step.page, form, step.so_far, found)
    if form.errors:
        return step
    return await _go_on(unit, await save_answers(unit, check_in, found), asked)


async def _go_on(unit: UnitOfWork, check_in: CheckIn, asked: str) -> Response:
    """The next question; the result after the last one, or at once in an emergency."""
    answers = opened(unit.session, check_in)
    following = next_page(path_of(check_in, answers), answers)
    if asked == LAST and following.id == LAST:
        await submit_check_in(unit, check_in)
        return see_other(_address(check_in.id, "result"))
    if await send_in_emergency(unit, check_in):
        return see_other(_address(check_in.id, "result"))
    if check_in.is_too_old(clock.now()) and following.id != LAST:
        # What came so late is kept with what was said then, and is looked at like the rest of it.
        return see_other(NOW, TOO_OLD)
    # What was written on the last page is kept; it is sent when the open one is answered.
    return see_other(_address(check_in.id, following.id), STILL_OPEN if asked == LAST else None)


def _sent_before(
    check_in: CheckIn, asked: str, form: Form, answers: Mapping[str, Answer]
) -> Response:
    """A stale page. A second press on Send is no news; what came too late is."""
    said = _too_late(check_in.cut_short, asked)
    note = form.raw("note").strip()
    if note and note != answers.get("note"):
        said = SENT_WITHOUT_WORDS
    return see_other(_address(check_in.id, "result"), said)


def _too_late(cut_short: CutShort | None, asked: str) -> str | None:
    """What to say to an answer that came after sending. Nothing stands above emergency words."""
    if cut_short is CutShort.AT_ONCE:
        return None
    if cut_short is CutShort.LEFT:
        return WE_SENT_IT if asked == LAST else TOO_LATE
    return None if asked == LAST else SENT_BEFORE


def _seen_again(cut_short: CutShort | None) -> str | None:
    """What to say to somebody who goes back to a question of a check-in that was sent."""
    words = {None: SENT_BEFORE, CutShort.LEFT: WE_SENT_IT}
    return words.get(cut_short)


async def _found(request: Request) -> tuple[CheckIn, dict[str, Answer]]:
    """The check-in with its answers so far: showing them is a reading of the record."""
    async with work(request) as unit:
        actor, id = actor_of(request), path_id(request, "check_in_id")
        check_in = await check_in_for(unit.session, actor, id)
        record(unit, "check_in:open", patient_id=check_in.patient_id, subject=check_in.id)
        return check_in, opened(unit.session, check_in)


async def _first_page(request: Request, opening: Opening, form: Form | None) -> Response:
    asked = questionnaire_in(language(), opening.asked.version)
    pages = [each for each in asked.pages if each.when is None]
    later = choices_for(opening)
    return await _question(request, None, Step(pages[0], pages, {}), form, later)


async def _question(
    request: Request,
    id: UUID | None,
    step: Step,
    form: Form | None,
    later: Sequence[int] = (),
) -> Response:
    """One question; a form that could not be read is shown again with what was given."""
    async with reading(request) as session:
        rules = rules_of(session)
    context: dict[str, Any] = {
        "step": step,
        "question": step.page,
        "back": _address(id, step.back.id) if step.back else "/",
        "given": _given(step, form),
        "later": later,
        "crisis": needs_crisis_line(rules, step.answers, clock.now()),
        "errors": form.errors if form else {},
    }
    status = 422 if form else 200
    return await page(request, "check_ins/question.html", status, **context)


def _given(step: Step, form: Form | None) -> dict[str, Any]:
    """What to show as chosen or written: what was just posted, else what was kept."""
    if form is None:
        so_far = step.so_far
        chosen = so_far if isinstance(so_far, tuple) else (so_far,)
        texts = {name: step.answers.get(name, "") for name in TEXTS}
        return {"chosen": [str(each) for each in chosen], **texts}
    return {"chosen": form.data.getlist("answer"), **{name: form.raw(name) for name in TEXTS}}


def _address(id: UUID | None, page_id: str) -> str:
    return f"/check-ins/{id}/{page_id}" if id else NOW


def _zone(request: Request) -> ZoneInfo:
    return ZoneInfo(actor_of(request).time_zone)


ANSWER = Permission.CHECK_IN_ANSWER

routes = [
    get("/check-ins", after.list_own, allow=ANSWER),
    get("/check-ins/now", show_first, allow=ANSWER),
    post("/check-ins/now", begin, allow=ANSWER),
    post("/check-ins/now/later", put_off, allow=ANSWER),
    get("/check-ins/before", show_before, allow=ANSWER),
    post("/check-ins/before", begin_before, allow=ANSWER),
    get("/check-ins/{check_in_id}", resume, allow=ANSWER),
    get("/check-ins/{check_in_id}/result", after.show_result, allow=ANSWER),
    get("/check-ins/{check_in_id}/answers", after.show_answers, allow=ANSWER),
    get("/check-ins/{check_in_id}/{page}", show_page, allow=ANSWER),
    post("/check-ins/{check_in_id}/{page}", answer_page, allow=ANSWER),
]
