"""Where a series stands, and what the patient may do about reminders: put one off, or answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import col, select
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


class Row(Protocol):
    """What a check-in says about silence; its answers stay sealed."""

    @property
    def point(self) -> str: ...
    @property
    def submitted_at(self) -> datetime | None: ...
    @property
    def left_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to a series: its dose, check-ins, rungs taken and reminders asked for."""

    dose: Dose
    rows: Sequence[Row]
    taken: Sequence[SilenceStep]
    later: Sequence[RemindLater]

    def unanswered(self, now: datetime, zone: tzinfo) -> list[schedule.Due]:
        """Those nobody answered, and since which nothing was heard: whoever has sent a later one is
        not silent, even when no worker ran in between."""
        sent = {row.point for row in self.rows if row.submitted_at is not None}
        heard_at = max((row.submitted_at for row in self.rows if row.submitted_at), default=None)
        return [
            due
            for due in schedule.series(self.dose.ended_at, zone)
            if due.point.name not in sent
            and ladder.is_live(due, now)
            and (heard_at is None or due.due_at > heard_at)
        ]

    def steps(self, due: schedule.Due, now: datetime) -> list[ladder.Step]:
        name = due.point.name
        begun = [row.left_at for row in self.rows if row.point == name and row.left_at]
        return ladder.steps(
            due,
            now,
            {(each.rung, each.number) for each in self.taken if each.point == name},
            [each.remind_at for each in self.later if each.point == name],
            max(begun, default=None),
        )


async def standing_of(session: AsyncSession, dose: Dose) -> Standing:
    return (await standings_of(session, [dose]))[0]


async def standings_of(session: AsyncSession, doses: Sequence[Dose]) -> list[Standing]:
    """One for each dose, in their order: three queries, however many there are."""
    series = [str(dose.id) for dose in doses]
    sent = select(CheckIn.series, CheckIn.point, CheckIn.submitted_at, CheckIn.left_at)
    rows = _by_series(await session.exec(sent.where(col(CheckIn.series).in_(series))))
    rungs = select(SilenceStep).where(col(SilenceStep.series).in_(series))
    taken = _by_series(await session.exec(rungs))
    asked = select(RemindLater).where(col(RemindLater.series).in_(series))
    later = _by_series(await session.exec(asked.order_by(col(RemindLater.number))))
    return [
        Standing(dose, rows.get(key, ()), taken.get(key, ()), later.get(key, ()))
        for dose, key in zip(doses, series, strict=True)
    ]


def _by_series(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.series, []).append(row)
    return found


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
    number = 1 + sum(each.point == due.point.name for each in standing.later)
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
