"""Reading check-ins, sent or not: `check_in_for` goes through the actor, the rest takes a patient
who did. Those that were sent are in `sent.py`, what comes next in `coming.py`."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins import schedule
from portal.check_ins.answers import Answer, Told
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, questionnaire_in
from portal.check_ins.models import CheckIn
from portal.check_ins.questionnaires import Page
from portal.errors import NotFound
from portal.languages import N_, language
from portal.people.access import is_visible
from portal.permissions import Actor
from portal.sealing import CannotOpen, unseal
from portal.treatments.models import Dose

NOTE = "note"

log = structlog.get_logger()


async def check_in_for(session: AsyncSession, actor: Actor, check_in_id: UUID) -> CheckIn:
    """The check-in, sent or not, found through the actor; raises NotFound."""
    query = select(CheckIn).where(
        col(CheckIn.id) == check_in_id, is_visible(actor, CheckIn.patient_id)
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def check_ins_of(session: AsyncSession, patient_id: UUID, series: str) -> Sequence[CheckIn]:
    """All check-ins that belong to one dose, sent or not."""
    query = select(CheckIn).where(
        col(CheckIn.patient_id) == patient_id, col(CheckIn.series) == series
    )
    return (await session.exec(query.order_by(col(CheckIn.started_at)))).all()


def opened(session: AsyncSession, check_in: CheckIn) -> dict[str, Answer]:
    """The answers so far, `note` among them. Unreadable ones count as not given: whatever
    happened to our keys, a patient must be able to check in."""
    try:
        return opened_strictly(session, check_in)
    except CannotOpen:
        log.exception("check_in.cannot_open")
        return {}


def opened_strictly(session: AsyncSession, check_in: CheckIn) -> dict[str, Answer]:
    """Raises CannotOpen without the key of these answers."""
    text = unseal(session, check_in.answers, "check_in", check_in.id, check_in.patient_id)
    return {
        name: tuple(answer) if isinstance(answer, list) else answer
        for name, answer in json.loads(text).items()
    }


async def require_readable(session: AsyncSession) -> None:
    """Raises CannotOpen when our keys do not open the last check-in of all."""
    found = await session.exec(select(CheckIn).order_by(col(CheckIn.id).desc()).limit(1))
    newest = found.first()
    if newest is not None:
        opened_strictly(session, newest)


def point_of(check_in: CheckIn) -> schedule.Point | None:
    return next((each for each in schedule.POINTS if each.name == check_in.point), None)


def title_of(check_in: CheckIn) -> str:
    point = point_of(check_in)
    if check_in.point == schedule.BEFORE:
        return schedule.BEFORE_TITLE
    return point.title if point else N_("Check-in")


def hours_since(dose: Dose | None, at: datetime) -> float | None:
    return (at - dose.ended_at).total_seconds() / 3600 if dose else None


def path_of(check_in: CheckIn, answers: dict[str, Answer]) -> list[Page]:
    """The pages of this check-in, as its answers so far lead."""
    told = Told(answers, check_in.started_at, None)
    asked = questionnaire_in(language(), check_in.questionnaire)
    return asked.path(Case(told, PAGES))


def unanswered(check_in: CheckIn, answers: dict[str, Answer]) -> list[str]:
    """The pages still open, in their order; the last one is never answered."""
    path = path_of(check_in, answers)
    return [page.id for page in path if page.id != "last" and page.id not in answers]
