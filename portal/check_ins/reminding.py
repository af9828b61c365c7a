"""Where a series stands, and what the patient may do about reminders: put one off, or answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.check_ins import ladder, schedule
from portal.check_ins.models import CheckIn
from portal.check_ins.opening import Opening, opening_of
from portal.check_ins.silence_models import RemindLater, SilenceStep
from portal.db import UnitOfWork
from portal.errors import Conflict
from portal.languages import N_
from portal.notices.actions import seen
from portal.notices.reasons import CHECK_IN_REASONS
from portal.people.models import Patient
from portal.treatments.models import Dose


class TooLateForLater(Conflict):
    sentence = N_("We would miss you by then. Please check in now.")


class Given(Protocol):
    """What of a dose counts here."""

    @property
    def id(self) -> UUID: ...
    @property
    def ended_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to a dose's series. By point: when a check-in was sent last, until when
    somebody who began one counts as busy, which rungs were taken, when reminders were asked for."""

    ended_at: datetime
    sent: dict[str, datetime] = field(default_factory=dict)
    busy: dict[str, datetime] = field(default_factory=dict)
    taken: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    later: dict[str, list[datetime]] = field(default_factory=dict)

    def unanswered(self, now: datetime, zone: tzinfo) -> list[schedule.Due]:
        """Those nobody answered, and since which nothing was heard: whoever has sent a later one is
        not silent, even when no worker ran in between."""
        heard_at = max(self.sent.values(), default=None)
        return [
            due
            for due in schedule.series(self.ended_at, zone)
            if due.point.name not in self.sent
            and ladder.is_live(due, now)
            and (heard_at is None or due.due_at > heard_at)
        ]

    def steps(self, due: schedule.Due, now: datetime) -> list[ladder.Step]:
        name = due.point.name
        taken, later = self.taken.get(name, ()), self.later.get(name, ())
        return ladder.steps(due, now, taken, later, self.busy.get(name))


async def standing_of(session: AsyncSession, dose: Given) -> Standing:
    return (await standings_of(session, [dose]))[0]


async def standings_of(session: AsyncSession, doses: Sequence[Given]) -> list[Standing]:
    """One for each dose, in their order: three queries, however many there are."""
    found = {dose.id: Standing(dose.ended_at) for dose in doses}
    by_series = {str(id): standing for id, standing in found.items()}
    for id, point, sent_at, busy_until in await session.exec(_last_of_each_point(list(found))):
        if sent_at is not None:
            found[id].sent[point] = sent_at
        if busy_until is not None:
            found[id].busy[point] = busy_until
    for series, point, rung, number in await session.exec(_taken(list(by_series))):
        by_series[series].taken.setdefault(point, set()).add((rung, number))
    for series, point, remind_at in await session.exec(_later(list(by_series))):
        by_series[series].later.setdefault(point, []).append(remind_at)
    return list(found.values())


def _last_of_each_point(dose_ids: Sequence[UUID]) -> Any:
    of = col(CheckIn.dose_id), col(CheckIn.point)
    last = func.max(CheckIn.submitted_at), func.max(CheckIn.left_at)
    return select(*of, *last).where(of[0].in_(dose_ids)).group_by(*of)


def _taken(series: Sequence[str]) -> Any:
    step = SilenceStep
    columns = select(step.series, step.point, step.rung, step.number)
    return columns.where(col(step.series).in_(series))


def _later(series: Sequence[str]) -> Any:
    asked = select(RemindLater.series, RemindLater.point, RemindLater.remind_at)
    return asked.where(col(RemindLater.series).in_(series)).order_by(col(RemindLater.number))


async def hold(work: UnitOfWork, patient_id: UUID) -> Patient:
    query = select(Patient).where(col(Patient.id) == patient_id).with_for_update()
    return (await work.session.exec(query.execution_options(populate_existing=True))).one()


async def stop_reminding(work: UnitOfWork, patient_id: UUID, dose: Dose | None) -> None:
    """Answering has begun or is done: what was to remind of it stays in the portal."""
    if dose is not None:
        await seen(work, patient_id, CHECK_IN_REASONS, dose.id)


async def remind_later(work: UnitOfWork, patient_id: UUID, minutes: int) -> datetime:
    """Remind the patient in that many minutes; raises TooLateForLater where nobody may wait."""
    await hold(work, patient_id)
    now = clock.now()
    opening = await opening_of(work.session, patient_id, now)
    due, dose = opening.due, opening.dose
    if due is None or dose is None or minutes not in ladder.later_choices(due, now):
        raise TooLateForLater
    standing = await standing_of(work.session, dose)
    number = 1 + len(standing.later.get(due.point.name, ()))
    row = RemindLater(
        patient_id=patient_id,
        series=str(dose.id),
        point=due.point.name,
        number=number,
        asked_at=now,
        remind_at=now + timedelta(minutes=minutes),
    )
    work.session.add(row)
    await seen(work, patient_id, CHECK_IN_REASONS, dose.id)
    detail = {"point": due.point.name, "minutes": minutes}
    record(work, "check_in:later", patient_id=patient_id, subject=row.id, detail=detail)
    return row.remind_at


def choices_for(opening: Opening) -> list[int]:
    """In how many minutes the patient may be reminded of what is open now."""
    return ladder.later_choices(opening.due, opening.now) if opening.due else []
