"""The queue: flags of the actor's patients, each with what its row says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.check_ins.sent import answered_by_adults
from portal.db import clinic_of
from portal.flags.ladder import Rung
from portal.flags.models import Outcome
from portal.flags.queries import (
    FlagState,
    open_flags_for,
    resolved_flags_for,
    rungs_of,
    untold_flags_for,
)
from portal.flags.standing import is_promise_broken
from portal.people.queries import Named, named
from portal.permissions import Actor
from portal.symptoms.levels import Level
from portal.treatments.models import Dose
from portal.triage.ordering import by_level, in_order
from portal.triage.words import (
    Wait,
    limit_on_the_wall,
    limit_words,
    seen_words,
    since_dose,
    wait_of,
)
from portal.web.times import duration

RECENT = timedelta(days=7)


class View(StrEnum):
    OPEN = "open"
    MINE = "mine"
    UNOWNED = "unowned"
    SNOOZED = "snoozed"
    UNTOLD = "untold"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Row:
    """One flag as the queue shows it."""

    state: FlagState
    patient: Named
    context: str
    owner: Named | None
    wait: Wait
    limit: str
    rung: Rung | None
    """How far it has climbed since somebody last had it."""
    is_by_adult: bool
    """The adult with the patient answered the check-in."""
    is_promise_broken: bool
    """Somebody has it, or ended it, and the patient was to have heard from us by now."""

    @property
    def id(self) -> UUID:
        return self.state.id

    @property
    def level(self) -> Level:
        return self.state.level

    @property
    def is_acknowledged(self) -> bool:
        return self.state.is_acknowledged

    @property
    def is_open(self) -> bool:
        return self.state.is_open

    @property
    def due_at(self) -> datetime:
        return self.state.due_at

    @property
    def is_snoozed(self) -> bool:
        return self.is_open and self.state.care.is_snoozed(clock.now())

    @property
    def outcome(self) -> Outcome | None:
        return self.state.disposition.outcome if self.state.disposition else None

    @property
    def mark(self) -> str:
        """Changes whenever somebody acted on the flag, so that a page knows to look again."""
        state = self.state
        owner = state.owner_id or state.care.holder_duty or "nobody"
        parts = (state.flag.round, owner, state.stage, self.rung, state.is_acknowledged)
        more = (self.is_snoozed, state.care.tried_at, self.is_promise_broken)
        return ".".join(str(part) for part in (*parts, *more))


@dataclass(frozen=True, slots=True)
class Queue:
    """One view of the queue in its order, with what every view would hold."""

    view: View
    groups: Sequence[tuple[Level | None, Sequence[Row]]]
    counts: Mapping[View, int]

    @property
    def rows(self) -> list[Row]:
        return [row for _, rows in self.groups for row in rows]

    @property
    def first_waiting(self) -> Row | None:
        """The first row that nobody has acknowledged, else the first of all."""
        waiting = (row for row in self.rows if row.is_open and not row.is_acknowledged)
        return next(waiting, self.rows[0] if self.rows else None)


async def queue_for(session: AsyncSession, actor: Actor, view: View) -> Queue:
    """The view in its order. An emergency that nobody has taken heads every view."""
    kinds = await _kinds(session, actor)
    counts = {kind: len(states) for kind, states in kinds.items()}
    alarms = [state for state in kinds[View.UNOWNED] if state.level is Level.EMERGENCY]
    shown = {state.id: state for state in (*alarms, *kinds.get(view, ()))}
    groups = by_level(in_order(await rows_of(session, actor, list(shown.values()))))
    if view is View.RESOLVED:
        done = await resolved_flags_for(session, actor, clock.now() - RECENT)
        groups += [(None, await rows_of(session, actor, done))] if done else []
    return Queue(view, groups, counts)


async def _kinds(session: AsyncSession, actor: Actor) -> dict[View, list[FlagState]]:
    now, now_open = clock.now(), await open_flags_for(session, actor)
    awake = [state for state in now_open if not state.care.is_snoozed(now)]
    return {
        View.OPEN: awake,
        View.MINE: [state for state in now_open if state.owner_id == actor.person_id],
        View.UNOWNED: [state for state in now_open if not state.is_acknowledged],
        View.SNOOZED: [state for state in now_open if state.care.is_snoozed(now)],
        View.UNTOLD: await untold_flags_for(session, actor),
    }


async def rows_of(session: AsyncSession, actor: Actor, states: Sequence[FlagState]) -> list[Row]:
    """Rows in the order of `states`, with four queries for all of them together."""
    people = await named(
        session, [id for state in states for id in (state.patient_id, state.owner_id)]
    )
    doses = await _doses(session, {state.patient_id for state in states})
    rungs = await rungs_of(session, states)
    by_adults = await answered_by_adults(session, {state.flag.source_id for state in states})
    zone = ZoneInfo(actor.time_zone)
    return [
        Row(
            state,
            people[state.patient_id],
            context_of(state, doses.get(state.patient_id, ())),
            people[state.owner_id] if state.owner_id else None,
            _wait(state, zone),
            _limit(state, zone),
            max(rungs[state.id], key=lambda rung: rung.height, default=None),
            state.flag.source_id in by_adults,
            is_promise_broken(state, clock.now(), clinic_of(session)),
        )
        for state in states
    ]


def context_of(state: FlagState, doses: Iterable[Dose]) -> str:
    """`Infusion 4, 31 h after`: where in the treatment the patient was when it was raised."""
    before = [dose for dose in doses if dose.ended_at <= state.raised_at]
    if not before:
        return "Before the first dose"
    last = max(before, key=lambda dose: dose.ended_at)
    hours = (state.raised_at - last.ended_at) / timedelta(hours=1)
    return f"{last.route.words} {last.number}, {since_dose(hours)}"


def _wait(state: FlagState, zone: ZoneInfo) -> Wait:
    now = clock.now()
    if state.disposition is not None:
        return Wait(duration(now - state.disposition.at), "tell the patient")
    if state.care.is_snoozed(now) and state.care.snoozed_until:
        until = limit_on_the_wall(state.care.snoozed_until, zone)
        return Wait(duration(now - state.waiting_since), f"back {until}")
    seen = state.acknowledgement.at if state.is_acknowledged and state.acknowledgement else None
    since = state.flag.waiting_since if seen else state.waiting_since
    return wait_of(since, state.due_at, now, zone, seen)


def _limit(state: FlagState, zone: ZoneInfo) -> str:
    """What the row says beside the time until the limit has passed."""
    if state.is_acknowledged and state.acknowledgement:
        return seen_words(state.flag.waiting_since, state.acknowledgement.at)
    return limit_words(state.waiting_since, state.due_at, zone)


async def _doses(session: AsyncSession, patient_ids: set[UUID]) -> dict[UUID, list[Dose]]:
    """All doses of these patients. Their flags were found through the actor."""
    doses: dict[UUID, list[Dose]] = {}
    if patient_ids:
        found = await session.exec(select(Dose).where(col(Dose.patient_id).in_(patient_ids)))
        for dose in found.all():
            doses.setdefault(dose.patient_id, []).append(dose)
    return doses
