"""Which check-in is to be answered now: read only, so that opening the page makes no row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins import schedule
from portal.check_ins.library import CURRENT, rules_of
from portal.check_ins.models import NO_DOSE, CheckIn
from portal.check_ins.queries import check_ins_of, hours_since, opened
from portal.check_ins.questionnaires import Questionnaire
from portal.check_ins.sent import history
from portal.flags.models import Flag, FlagReason
from portal.people.queries import zone_of
from portal.treatments.models import Dose
from portal.treatments.queries import latest_dose


@dataclass(frozen=True, slots=True)
class Opening:
    """`due` is the scheduled check-in open now, None for an unscheduled one or for the one before a
    dose; `rows` its series. `asks_gate`: what was told since contradicts the screening gate.
    """

    now: datetime
    dose: Dose | None
    rows: Sequence[CheckIn]
    due: schedule.Due | None
    is_before: bool = False
    asks_gate: bool = False

    @property
    def asked(self) -> Questionnaire:
        if self.is_before:
            return CURRENT[schedule.Asks.BEFORE]
        asks = schedule.asked_unscheduled(hours_since(self.dose, self.now))
        if self.due is not None:
            asks = self.due.point.asks
        return CURRENT[asks.with_gate if self.asks_gate else asks]

    @property
    def point(self) -> str:
        if self.due is not None:
            return self.due.point.name
        return schedule.BEFORE if self.is_before else schedule.UNSCHEDULED

    @property
    def left(self) -> CheckIn | None:
        """The one already begun, on this device or another."""
        unsent = [row for row in self.rows if row.submitted_at is None]
        here = [row for row in unsent if row.point == self.point]
        return next((row for row in reversed(here) if not row.is_too_old(self.now)), None)


async def opening_of(
    session: AsyncSession, patient_id: UUID, now: datetime, *, before_dose: bool = False
) -> Opening:
    dose = await latest_dose(session, patient_id)
    rows = await check_ins_of(session, patient_id, series_of(dose))
    if before_dose:
        return Opening(now, dose, rows, None, is_before=True)
    zone = await zone_of(session, patient_id)
    asks_gate = await gate_is_contradicted(session, patient_id)
    return Opening(now, dose, rows, _open_now(dose, rows, now, zone), asks_gate=asks_gate)


async def gate_is_contradicted(session: AsyncSession, patient_id: UUID) -> bool:
    """Whether something told since the gate was asked last asks for it again (clinical.md
    section 3: "when a check-in contradicts them")."""
    asking = [rule.id for rule in rules_of(session).rules if rule.asks_gate]
    query = (
        select(func.max(Flag.raised_at))
        .join(FlagReason, col(FlagReason.flag_id) == col(Flag.id))
        .where(col(Flag.patient_id) == patient_id, col(FlagReason.rule).in_(asking))
    )
    told_at = (await session.exec(query)).one()
    if told_at is None:
        return False
    sent = await history(session, patient_id)
    return all(each.told.at <= told_at for each in sent if "gate" in each.told.answers)


async def is_begun(session: AsyncSession, patient_id: UUID, now: datetime) -> bool:
    """There are answers that wait to be gone on with."""
    left = (await opening_of(session, patient_id, now)).left
    return left is not None and bool(opened(session, left))


def series_of(dose: Dose | None) -> str:
    return str(dose.id) if dose else NO_DOSE


def next_round(rows: Sequence[CheckIn], point: str = schedule.UNSCHEDULED) -> int:
    rounds = [row.round for row in rows if row.point == point]
    return max(rounds, default=0) + 1


def _open_now(
    dose: Dose | None, rows: Sequence[CheckIn], now: datetime, zone: tzinfo
) -> schedule.Due | None:
    if dose is None:
        return None
    sent = {row.point for row in rows if row.submitted_at}
    due = schedule.coming(dose.ended_at, now, sent, zone)
    return due if due and due.is_open(now) else None
