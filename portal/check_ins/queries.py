"""Reading check-ins: `check_in_for` goes through the actor, the rest takes a patient who did."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins import schedule
from portal.check_ins.answers import Answer, Told, reported_effects
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, PAGES_IN, questionnaire_in
from portal.check_ins.models import NO_DOSE, AnsweredBy, CheckIn
from portal.check_ins.own_words import marks_of
from portal.check_ins.questionnaires import Page
from portal.check_ins.wording import Line, lines, not_asked, scores
from portal.errors import NotFound
from portal.languages import N_, _, gettext, language
from portal.people.access import is_visible
from portal.people.queries import zone_of
from portal.permissions import Actor
from portal.sealing import CannotOpen, unseal
from portal.symptoms.understanding import pieces
from portal.symptoms.vocabulary import Effect
from portal.treatments.models import Dose
from portal.treatments.queries import latest_dose
from portal.web.times import clock_time

NOTE = "note"
LONG = {schedule.Asks.SCALES, schedule.Asks.SCALES_AND_GATE}

_ORDER = (col(CheckIn.submitted_at), col(CheckIn.started_at), col(CheckIn.id))

log = structlog.get_logger()


class Sent(Protocol):
    """What the rules need of a check-in that was sent: as `told`, and as somebody in the series of
    another dose sees it, `elsewhere`. Rules look back on hundreds of them at every answer."""

    @property
    def id(self) -> UUID: ...
    @property
    def series(self) -> str: ...
    @property
    def told(self) -> Told: ...
    @property
    def elsewhere(self) -> Told: ...


@dataclass(frozen=True, slots=True)
class Submitted:
    """A check-in that was sent, with its answers opened. `note` are the patient's own words."""

    check_in: CheckIn
    told: Told
    note: str

    @property
    def id(self) -> UUID:
        return self.check_in.id

    @property
    def series(self) -> str:
        return self.check_in.series

    @property
    def elsewhere(self) -> Told:
        return replace(self.told, same_dose=False)

    @property
    def at(self) -> datetime:
        return self.told.at

    @property
    def hours(self) -> float | None:
        """Since the end of the dose it belongs to."""
        return self.told.hours

    @property
    def by_adult(self) -> bool:
        return self.check_in.answered_by is AnsweredBy.ADULT

    @property
    def is_late(self) -> bool:
        due_at, point = self.check_in.due_at, point_of(self.check_in)
        return bool(point and due_at and self.at >= due_at + point.late)

    @property
    def title(self) -> str:
        title, cut_short = title_of(self.check_in), self.check_in.cut_short
        return f"{gettext(title)}, {gettext(cut_short.words)}" if cut_short else gettext(title)

    @property
    def note_pieces(self) -> list[tuple[str, bool]]:
        """The note in parts, each with whether its words led to something."""
        return pieces(self.note, marks_of(self.told.answers))

    @property
    def pain(self) -> int | None:
        pain = self.told.answers.get("pain")
        return pain if isinstance(pain, int) else None

    @property
    def effects(self) -> list[Effect]:
        """The listed effects it reports, in the order of the list."""
        reported = reported_effects(self.told.answers)
        return [effect for effect in Effect if effect in reported]


@dataclass(frozen=True, slots=True)
class Past:
    """A check-in that was sent, as far as rules look back on it."""

    id: UUID
    series: str
    told: Told
    elsewhere: Told


@dataclass(frozen=True, slots=True)
class PainScore:
    at: datetime
    pain: int


@dataclass(frozen=True, slots=True)
class NextCheckIn:
    """The check-in to answer now, or the next one."""

    due: schedule.Due
    state: schedule.State
    is_started: bool
    link: str = "/check-ins/now"

    @property
    def due_at(self) -> datetime:
        return self.due.due_at

    @property
    def is_open(self) -> bool:
        return self.state is not schedule.State.UPCOMING

    @property
    def is_due(self) -> bool:
        return self.state in {schedule.State.DUE, schedule.State.LATE}

    @property
    def is_late(self) -> bool:
        return self.state is schedule.State.LATE

    @property
    def title(self) -> str:
        return self.due.point.title

    @property
    def length(self) -> str:
        if self.due.point.asks in LONG:
            return N_("10 short questions, and 19 more if you like. About 4 minutes.")
        return N_("9 questions. About 1 minute.")


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


async def check_in_for(session: AsyncSession, actor: Actor, check_in_id: UUID) -> CheckIn:
    """The check-in, sent or not, found through the actor; raises NotFound."""
    query = select(CheckIn).where(
        col(CheckIn.id) == check_in_id, is_visible(actor, CheckIn.patient_id)
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def submitted_check_ins(session: AsyncSession, patient_id: UUID) -> list[Submitted]:
    """All that were sent, oldest first."""
    query = select(CheckIn).where(
        col(CheckIn.patient_id) == patient_id, col(CheckIn.submitted_at).is_not(None)
    )
    rows = await session.exec(query.order_by(*_ORDER))
    return [_submitted(session, check_in) for check_in in rows.all()]


async def sent_in_words(
    session: AsyncSession, patient_id: UUID, since: datetime
) -> list[tuple[datetime, str]]:
    """What the patient sees of the check-ins sent since then: when, and a sentence or two."""
    rows = await session.exec(
        select(CheckIn)
        .where(col(CheckIn.patient_id) == patient_id, col(CheckIn.submitted_at) >= since)
        .order_by(col(CheckIn.submitted_at))
    )
    zone = await zone_of(session, patient_id)
    sent = [_submitted(session, check_in) for check_in in rows.all()]
    return [(each.at, _sent_words(each, zone)) for each in sent]


def _sent_words(sent: Submitted, zone: ZoneInfo) -> str:
    at = clock_time(sent.at, zone)
    said = _("%(check_in)s sent at %(at)s.", check_in=gettext(title_of(sent.check_in)), at=at)
    if sent.pain is not None:
        said += " " + _("Pain %(n)s of 10.", n=sent.pain)
    if sent.by_adult:
        said += " " + _("The adult with you answered.")
    return said


async def answered_by_adults(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Which of these check-ins, found by the caller, an adult answered for the patient."""
    query = select(CheckIn.id).where(
        col(CheckIn.id).in_(ids), col(CheckIn.answered_by) == AnsweredBy.ADULT
    )
    return set((await session.exec(query)).all()) if ids else set()


async def history(session: AsyncSession, patient_id: UUID) -> list[Past]:
    """All that were sent, oldest first, for the rules. They are asked at every answer, and columns
    cost a third of what rows do."""
    row = CheckIn
    columns: Any = (row.id, row.patient_id, row.series, row.answers, row.submitted_at)
    columns += (row.hours_since_dose,)
    query = select(*columns).where(
        col(row.patient_id) == patient_id, col(row.submitted_at).is_not(None)
    )
    rows: Sequence[Any] = (await session.exec(query.order_by(*_ORDER))).all()
    return [_past(session, row) for row in rows]


def _past(session: AsyncSession, row: Any) -> Past:
    answers = opened(session, row)
    answers.pop(NOTE, None)
    told = Told(answers, row.submitted_at, row.hours_since_dose)
    return Past(row.id, row.series, told, replace(told, same_dose=False))


async def submitted_check_in(session: AsyncSession, check_in_id: UUID) -> Submitted | None:
    """One that was sent, such as the source of a flag found through the actor."""
    check_in = await session.get(CheckIn, check_in_id)
    if check_in is None or check_in.submitted_at is None:
        return None
    return _submitted(session, check_in)


async def answers_in_words(session: AsyncSession, submitted: Submitted) -> list[Line]:
    """The whole check-in for a reader, each answer with its change since the one before."""
    every = await submitted_check_ins(session, submitted.check_in.patient_id)
    case = replace(case_of(submitted, every), pages=PAGES_IN[language()])
    questionnaire = questionnaire_in(language(), submitted.check_in.questionnaire)
    found = lines(case, questionnaire.path(case))
    cut_short = submitted.check_in.cut_short
    return not_asked(found, submitted.told.answers, cut_short.words) if cut_short else found


async def answers_for_team(session: AsyncSession, submitted: Submitted) -> list[Line]:
    """The same, with the scores of the scales first, each beside the one before."""
    every = await submitted_check_ins(session, submitted.check_in.patient_id)
    place = [each.id for each in every].index(submitted.id)
    before = [each.told.answers for each in every[:place]]
    found = scores(submitted.told.answers, before)
    return [*found, *await answers_in_words(session, submitted)]


def case_of(submitted: Sent, every: Sequence[Sent]) -> Case:
    """A check-in as the rules see it, with those sent before it; `every` holds it, in order."""
    place = [each.id for each in every].index(submitted.id)
    return Case(submitted.told, PAGES, earlier_of(every[:place], submitted.series))


def earlier_of(sent: Sequence[Sent], series: str) -> tuple[Told, ...]:
    """What was sent before, as somebody in that series sees it."""
    return tuple(each.told if each.series == series else each.elsewhere for each in sent)


async def pain_series(session: AsyncSession, patient_id: UUID) -> list[PainScore]:
    """Every pain score from 0 to 10, oldest first."""
    sent = await submitted_check_ins(session, patient_id)
    return [PainScore(each.at, each.pain) for each in sent if each.pain is not None]


async def next_check_in(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> NextCheckIn | None:
    """What the latest dose asks for next; None without a dose, or when its series is over."""
    dose = await latest_dose(session, patient_id)
    if dose is None:
        return None
    rows = await check_ins_of(session, patient_id, str(dose.id))
    sent = {row.point for row in rows if row.submitted_at}
    due = schedule.coming(dose.ended_at, now, sent, await zone_of(session, patient_id))
    if due is None:
        return None
    unsent = [row for row in rows if row.point == due.point.name and not row.submitted_at]
    is_started = any(not row.is_too_old(now) for row in unsent)
    return NextCheckIn(due, due.state(now), is_started)


async def missed_check_ins(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> list[schedule.Due]:
    """What the latest dose asked for and nobody answered while it could be."""
    dose = await latest_dose(session, patient_id)
    if dose is None:
        return []
    rows = await check_ins_of(session, patient_id, str(dose.id))
    sent = {row.point for row in rows if row.submitted_at}
    return schedule.missed(dose.ended_at, now, sent, await zone_of(session, patient_id))


async def sent_before_dose(session: AsyncSession, patient_id: UUID) -> Submitted | None:
    """The latest check-in that was sent for the next dose: none was given since."""
    dose = await latest_dose(session, patient_id)
    rows = await check_ins_of(session, patient_id, str(dose.id) if dose else NO_DOSE)
    sent = [row for row in rows if row.point == schedule.BEFORE and row.submitted_at]
    return _submitted(session, sent[-1]) if sent else None


async def check_ins_of(session: AsyncSession, patient_id: UUID, series: str) -> Sequence[CheckIn]:
    """All check-ins that belong to one dose, sent or not."""
    query = select(CheckIn).where(
        col(CheckIn.patient_id) == patient_id, col(CheckIn.series) == series
    )
    return (await session.exec(query.order_by(col(CheckIn.started_at)))).all()


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


def _submitted(session: AsyncSession, check_in: CheckIn) -> Submitted:
    answers = opened(session, check_in)
    note = str(answers.pop(NOTE, ""))
    at = check_in.submitted_at or check_in.started_at
    return Submitted(check_in, Told(answers, at, check_in.hours_since_dose), note)
