"""The rehearsed team: sees what comes, answers when it is called, and ends what it took.

Dice are thrown for each flag by itself, from the seed, the patient's name and the moment, so that
nothing depends on ids or on the order in which a database gives its rows.
"""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import col, select

from portal.flags.actions import acknowledge_flag, resolve_flag
from portal.flags.care import Callee, CallResult
from portal.flags.clocks import escalate
from portal.flags.ladder import ladder
from portal.flags.models import Escalation, Flag
from portal.flags.queries import FlagState, state_of_flag
from portal.flags.shift_end import GRACE, hand_on
from portal.flags.steps import record_call
from portal.permissions import Actor, Role
from portal.rehearsal import staff
from portal.rehearsal.agenda import Agenda
from portal.rehearsal.clinic import RehearsedClinic
from portal.rehearsal.duties import Duties
from portal.rehearsal.outages import Outages
from portal.rota.duties import Duty
from portal.rota.queries import on_duty, own_shift

ADMINISTRATOR_CALLS_IN = timedelta(minutes=5)


class Team:
    """`causes`: why a flag waited, in the order in which it happened. `minutes`: spent on flags,
    by the hour of the day on the clinic's wall."""

    def __init__(
        self, clinic: RehearsedClinic, agenda: Agenda, duties: Duties, outages: Outages, seed: int
    ) -> None:
        self._clinic = clinic
        self._agenda = agenda
        self._duties = duties
        self._outages = outages
        self._seed = seed
        self._actors = {actor.person_id: actor for actor in clinic.staff.values()}
        self._desks = {id: staff.Desk(actor.name, agenda.now) for id, actor in self._actors.items()}
        self._dice: dict[UUID, Random] = {}
        self._taken: set[UUID] = set()
        self._seen: set[UUID] = set()
        self._put_off: dict[UUID, timedelta] = {}
        self._climbed: set[UUID] = set()
        self.causes: dict[UUID, dict[str, None]] = {}
        self.minutes: Counter[int] = Counter()

    def hear(self, kind: str, flag_id: UUID) -> None:
        """Something happened to a flag, and was committed."""
        if kind in {"raise", "reopen", "hand_over"}:
            self._taken.discard(flag_id)
            self._agenda.note(self._agenda.now, self._appears, flag_id)
        elif kind == "escalate":
            self._agenda.note(self._agenda.now, self._called, flag_id)

    def _because(self, flag_id: UUID, cause: str) -> None:
        """Until it is taken for the first time: what was handed on later was seen."""
        if flag_id in self._seen:
            return
        self.causes.setdefault(flag_id, {})[cause] = None

    def _dice_of(self, state: FlagState) -> Random:
        if state.id not in self._dice:
            name = self._clinic.patients[state.patient_id].name
            seed = f"{self._seed}:{name}:{state.raised_at.isoformat()}:{state.level.value}"
            self._dice[state.id] = Random(seed)
        return self._dice[state.id]

    async def _appears(self, flag_id: UUID) -> None:
        """On the page at the desk; and the clocks begin to run."""
        state = await self._waiting(flag_id)
        if state is None:
            return
        now = self._agenda.now
        for climb in ladder(state.level, state.waiting_since, self._clinic.settings):
            self._duties.at(climb.at, escalate, lambda: flag_id not in self._taken)
        if self._outages.worker_back_at(now):
            self._because(flag_id, "the worker was down")
        delay = staff.notice_delay(state.level, self._dice_of(state))
        if delay is None:
            self._because(flag_id, "the nurse overlooked it")
            await self._leave_to_the_next(state)
        else:
            self._agenda.note(now + delay, self._notice, flag_id)

    async def _leave_to_the_next(self, state: FlagState) -> None:
        """Whoever comes on duty next goes through all that waits."""
        now, delay = self._agenda.now, staff.rounds_delay(self._dice_of(state))
        async with self._clinic.database.read() as session:
            there = await on_duty(session, state.patient_id, Duty.NURSE, now)
            shifts = [await own_shift(session, person_id, now) for person_id in there]
        ends = [shift.ends_at for shift in shifts if shift is not None]
        if ends and delay is not None:
            self._agenda.note(max(ends) + delay, self._notice, state.id)

    async def _notice(self, flag_id: UUID) -> None:
        """Whoever is on duty by then looks, once they are free; in a gap of the rota, nobody."""
        state = await self._waiting(flag_id)
        if state is None:
            return
        async with self._clinic.database.read() as session:
            there = await on_duty(session, state.patient_id, Duty.NURSE, self._agenda.now)
        if not there:
            self._because(flag_id, "no nurse was on duty")
            return
        first = staff.first_free([self._desks[id] for id in there])
        person_id = next(id for id in there if self._desks[id] is first)
        await self._look_at(flag_id, person_id)

    async def _called(self, flag_id: UUID) -> None:
        """The ladder has told people: each reacts after a while, or sleeps on."""
        async with self._clinic.database.read() as session:
            query = select(Escalation).where(col(Escalation.flag_id) == flag_id)
            rows = [row for row in await session.exec(query) if row.id not in self._climbed]
        self._climbed |= {row.id for row in rows}
        state = await self._waiting(flag_id)
        if state is None:
            return
        told = {id for row in rows for id in map(UUID, row.told)}
        for person_id in sorted(told, key=lambda id: self._desks[id].name):
            delay = staff.answer_delay(self._dice_of(state))
            if delay is None:
                self._because(flag_id, f"{self._desks[person_id].name} did not hear the call")
            else:
                self._agenda.note(self._agenda.now + delay, self._look_at, flag_id, person_id)

    async def _look_at(self, flag_id: UUID, person_id: UUID) -> None:
        """Take it, unless somebody has; an administrator calls a clinician instead."""
        state = await self._waiting(flag_id)
        if state is None:
            return
        if self._actors[person_id].role is Role.ADMIN:
            doctor = self._clinic.staff["Day doctor"].person_id
            later = self._agenda.now + ADMINISTRATOR_CALLS_IN
            self._agenda.note(later, self._look_at, flag_id, doctor)
            return
        free_at = self._held_up(state, person_id)
        if free_at is not None:
            self._agenda.note(free_at, self._look_at, flag_id, person_id)
            return
        await self._take(state, self._actors[person_id])

    def _held_up(self, state: FlagState, person_id: UUID) -> datetime | None:
        """Until when this person cannot take it, with the cause noted."""
        desk, now, flag_id = self._desks[person_id], self._agenda.now, state.id
        if (online_at := self._outages.online_at(desk.name, now)) is not None:
            self._because(flag_id, f"{desk.name} was offline")
            return online_at
        if (back_at := self._outages.portal_back_at(now)) is not None:
            self._because(flag_id, "the portal was down")
            return back_at
        if desk.is_busy(now, state.level):
            self._because(flag_id, f"{desk.name} was busy")
            return desk.free_at
        return None

    async def _take(self, state: FlagState, actor: Actor) -> None:
        async with self._clinic.database.work(actor, origin="rehearsal") as work:
            await acknowledge_flag(work, state.id)
            shift = await own_shift(work.session, actor.person_id, self._agenda.now)
        self._taken.add(state.id)
        self._seen.add(state.id)
        if shift is not None:
            self._duties.at(shift.ends_at + GRACE, hand_on)
        spent = staff.handling_time(state.level, self._dice_of(state))
        hour = self._agenda.now.astimezone(self._clinic.settings.zone).hour
        self.minutes[hour] += round(spent / timedelta(minutes=1))
        now = self._agenda.now
        interrupted = self._desks[actor.person_id].begin(state.id, state.level, now, spent)
        if interrupted is not None:
            self._put_off[interrupted] = spent
        self._agenda.note(now + spent, self._end, state.id, actor)

    async def _end(self, flag_id: UUID, actor: Actor) -> None:
        """Call the patient, then say how it ended; what was handed on is somebody else's."""
        back_at = self._outages.portal_back_at(self._agenda.now)
        if flag_id in self._put_off:
            back_at = self._agenda.now + self._put_off.pop(flag_id)
        if back_at is not None:
            self._agenda.note(back_at, self._end, flag_id, actor)
            return
        state = await self._state(flag_id)
        if not state.is_open or state.owner_id != actor.person_id:
            return
        async with self._clinic.database.work(actor, origin="rehearsal") as work:
            await record_call(work, flag_id, Callee.PATIENT, CallResult.REACHED)
            outcome = staff.outcome_of(state.level, self._dice_of(state))
            await resolve_flag(work, flag_id, outcome=outcome)

    async def _waiting(self, flag_id: UUID) -> FlagState | None:
        """The flag, while nobody has it."""
        state = None if flag_id in self._taken else await self._state(flag_id)
        return state if state and state.is_open and not state.is_acknowledged else None

    async def _state(self, flag_id: UUID) -> FlagState:
        async with self._clinic.database.read() as session:
            return await state_of_flag(session, await session.get_one(Flag, flag_id))
