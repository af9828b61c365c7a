"""What happened, read once and without names: one fact for each flag and each due check-in."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.models import CheckIn
from portal.check_ins.schedule import Due, Point, State, series
from portal.flags.care import standing, tells
from portal.flags.models import (
    Acknowledgement,
    Disposition,
    Flag,
    FlagReason,
    FlagStep,
    Outcome,
)
from portal.flags.queries import steps_of
from portal.people.access import is_visible
from portal.people.models import Person
from portal.permissions import Actor, Role
from portal.symptoms.levels import Level
from portal.treatments.models import Dose, Route

LONGEST_SERIES = timedelta(days=121)
"""The last check-in of a dose closes so long after it."""


@dataclass(frozen=True, slots=True)
class FlagFact:
    """A flag of the last round: waiting since `since`, to be seen by `due_at`."""

    level: Level
    raised_at: datetime
    since: datetime
    due_at: datetime
    hours: float | None
    route: Route | None
    effects: frozenset[str]
    rules: frozenset[str]
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    outcome: Outcome | None
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class CheckInFact:
    """A check-in that a dose asked for and whose time is over."""

    point: Point
    state: State  # OPEN: answered in time, LATE: answered late, MISSED: not answered


@dataclass(frozen=True, slots=True)
class Facts:
    since: datetime
    until: datetime
    flags: Sequence[FlagFact]
    check_ins: Sequence[CheckInFact]


async def facts_for(session: AsyncSession, actor: Actor, since: datetime, until: datetime) -> Facts:
    """What concerns the actor's patients. An administrator, who may see no patient, is given the
    whole clinic's: a fact holds no name, no id and no words."""
    doses = await _doses(session, actor, since - LONGEST_SERIES, until)
    flags = await _flags(session, actor, since, until, doses)
    return Facts(since, until, flags, await _check_ins(session, actor, since, until, doses))


def _scope(actor: Actor, patient_id: Any) -> ColumnElement[bool]:
    scope: ColumnElement[bool] = (
        true() if actor.role is Role.ADMIN else is_visible(actor, patient_id)
    )
    return scope


async def _doses(
    session: AsyncSession, actor: Actor, since: datetime, until: datetime
) -> dict[UUID, list[Dose]]:
    query = select(Dose).where(
        _scope(actor, Dose.patient_id), col(Dose.ended_at) >= since, col(Dose.ended_at) < until
    )
    doses: dict[UUID, list[Dose]] = {}
    for dose in await session.exec(query.order_by(col(Dose.ended_at))):
        doses.setdefault(dose.patient_id, []).append(dose)
    return doses


async def _flags(
    session: AsyncSession,
    actor: Actor,
    since: datetime,
    until: datetime,
    doses: Mapping[UUID, Sequence[Dose]],
) -> list[FlagFact]:
    wanted = and_(
        _scope(actor, Flag.patient_id), col(Flag.raised_at) >= since, col(Flag.raised_at) < until
    )
    reasons: dict[UUID, list[tuple[str, str | None]]] = {}
    why = select(FlagReason.flag_id, FlagReason.rule, FlagReason.effect)
    for flag_id, rule, effect in await session.exec(
        why.join(Flag, col(Flag.id) == col(FlagReason.flag_id)).where(wanted)
    ):
        reasons.setdefault(flag_id, []).append((rule, effect))
    states = (
        select(Flag, Acknowledgement.at, Disposition.at, Disposition.outcome)
        .outerjoin(Acknowledgement, _present(Acknowledgement))
        .outerjoin(Disposition, _present(Disposition))
        .where(wanted)
    )
    rows: Sequence[Any] = (await session.exec(states.order_by(col(Flag.raised_at)))).all()
    steps = await steps_of(session, [row[0].id for row in rows])
    return [
        replace(
            _flag(row, reasons.get(row[0].id, []), doses),
            is_told=_is_told(row[0], steps[row[0].id]),
        )
        for row in rows
    ]


def _is_told(flag: Flag, steps: Sequence[FlagStep]) -> bool:
    present = [step for step in steps if step.round == flag.round]
    return any(tells(step) for step in standing(present))


def _present(record: type[Acknowledgement] | type[Disposition]) -> ColumnElement[bool]:
    return and_(col(record.flag_id) == col(Flag.id), col(record.round) == col(Flag.round))


def _flag(
    row: Any, why: Sequence[tuple[str, str | None]], doses: Mapping[UUID, Sequence[Dose]]
) -> FlagFact:
    flag, acknowledged_at, resolved_at, outcome = row
    before = doses.get(flag.patient_id, ())
    place = bisect_right(before, flag.raised_at, key=lambda dose: dose.ended_at)
    return FlagFact(
        level=flag.level,
        raised_at=flag.raised_at,
        since=flag.waiting_since,
        due_at=flag.due_at,
        hours=flag.hours_since_dose,
        route=before[place - 1].route if place else None,
        effects=frozenset(effect for _, effect in why if effect),
        rules=frozenset(rule for rule, _ in why),
        acknowledged_at=acknowledged_at,
        resolved_at=resolved_at,
        outcome=outcome,
    )


async def _check_ins(
    session: AsyncSession,
    actor: Actor,
    since: datetime,
    until: datetime,
    doses: Mapping[UUID, Sequence[Dose]],
) -> list[CheckInFact]:
    query = select(CheckIn.series, CheckIn.point, CheckIn.submitted_at).where(
        _scope(actor, CheckIn.patient_id),
        col(CheckIn.submitted_at).is_not(None),
        col(CheckIn.submitted_at) >= since - LONGEST_SERIES,
    )
    sent = {(name, point): at for name, point, at in await session.exec(query)}
    zones = select(Person.id, Person.time_zone).where(col(Person.id).in_(doses))
    zone_of = {id: ZoneInfo(zone) for id, zone in await session.exec(zones)} if doses else {}
    return [
        CheckInFact(due.point, _state(due, sent.get((str(dose.id), due.point.name))))
        for dose, due in _asked(doses, zone_of)
        if since <= due.closes_at <= until
    ]


def _asked(
    doses: Mapping[UUID, Sequence[Dose]], zone_of: Mapping[UUID, ZoneInfo]
) -> Iterable[tuple[Dose, Due]]:
    """Each dose's check-ins up to the next dose, which replaces what is left."""
    for patient_id, given in doses.items():
        for place, dose in enumerate(given):
            ends = given[place + 1].ended_at if place + 1 < len(given) else None
            for due in series(dose.ended_at, zone_of[patient_id]):
                if ends is None or due.due_at < ends:
                    yield dose, due


def _state(due: Due, answered_at: datetime | None) -> State:
    if answered_at is None:
        return State.MISSED
    return State.LATE if answered_at >= due.late_at else State.OPEN
