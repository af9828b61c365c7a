"""Check-ins that were sent, with their answers opened: for readers, and for the rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins import schedule
from portal.check_ins.answers import Told, reported_effects
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES
from portal.check_ins.models import NO_DOSE, AnsweredBy, CheckIn
from portal.check_ins.own_words import marks_of
from portal.check_ins.queries import NOTE, check_ins_of, opened, point_of, title_of
from portal.languages import gettext
from portal.symptoms.understanding import pieces
from portal.symptoms.vocabulary import Effect
from portal.treatments.queries import latest_dose

_ORDER = (col(CheckIn.submitted_at), col(CheckIn.started_at), col(CheckIn.id))


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


async def submitted_check_ins(
    session: AsyncSession, patient_id: UUID, since: datetime | None = None
) -> list[Submitted]:
    """All that were sent (since then), oldest first."""
    query = select(CheckIn).where(
        col(CheckIn.patient_id) == patient_id, col(CheckIn.submitted_at).is_not(None)
    )
    if since is not None:
        query = query.where(col(CheckIn.submitted_at) >= since)
    rows = await session.exec(query.order_by(*_ORDER))
    return [_submitted(session, check_in) for check_in in rows.all()]


async def submitted_check_in(session: AsyncSession, check_in_id: UUID) -> Submitted | None:
    """One that was sent, such as the source of a flag found through the actor."""
    check_in = await session.get(CheckIn, check_in_id)
    if check_in is None or check_in.submitted_at is None:
        return None
    return _submitted(session, check_in)


async def sent_before_dose(session: AsyncSession, patient_id: UUID) -> Submitted | None:
    """The latest check-in that was sent for the next dose: none was given since."""
    dose = await latest_dose(session, patient_id)
    rows = await check_ins_of(session, patient_id, str(dose.id) if dose else NO_DOSE)
    sent = [row for row in rows if row.point == schedule.BEFORE and row.submitted_at]
    return _submitted(session, sent[-1]) if sent else None


def _submitted(session: AsyncSession, check_in: CheckIn) -> Submitted:
    answers = opened(session, check_in)
    note = str(answers.pop(NOTE, ""))
    at = check_in.submitted_at or check_in.started_at
    return Submitted(check_in, Told(answers, at, check_in.hours_since_dose), note)


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


def case_of(submitted: Sent, every: Sequence[Sent]) -> Case:
    """A check-in as the rules see it, with those sent before it; `every` holds it, in order."""
    place = [each.id for each in every].index(submitted.id)
    return Case(submitted.told, PAGES, earlier_of(every[:place], submitted.series))


def earlier_of(sent: Sequence[Sent], series: str) -> tuple[Told, ...]:
    """What was sent before, as somebody in that series sees it."""
    return tuple(each.told if each.series == series else each.elsewhere for each in sent)
