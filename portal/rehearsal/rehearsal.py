"""Runs a rehearsal: people act, the clocks tick, outages come, and time jumps in between."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.announcements import Announcement
from portal.check_ins.ladder import rungs_of
from portal.check_ins.schedule import series
from portal.db import Database
from portal.demo.courses import DoseAt
from portal.demo.courses import Report as Told
from portal.errors import Conflict
from portal.flags.actions import acknowledge_flag, resolve_flag
from portal.flags.care import Callee, CallResult
from portal.flags.ladder import ladder
from portal.flags.models import Escalation, Flag
from portal.flags.queries import FlagState, state_of_flag
from portal.flags.steps import record_call
from portal.permissions import Actor, Role
from portal.rehearsal import staff
from portal.rehearsal.agenda import Agenda
from portal.rehearsal.clinic import RehearsedClinic, found_clinic
from portal.rehearsal.outages import Outages, outages_of
from portal.rehearsal.patient_acts import answer, have_dose
from portal.rehearsal.patients import virtual_patients
from portal.rehearsal.report import Report, report_of
from portal.rehearsal.shifts import fill_rota
from portal.rota.duties import Duty
from portal.rota.queries import on_duty
from portal.settings import Clinic
from portal.worker import run_once

# So long after the last day everything that was begun must have found its end.
DRAIN = timedelta(days=5)
# Clocks tick where something falls due; beside that so often, for what nobody foresaw.
TICK = timedelta(hours=2)
# Always the same days, so that a report never depends on when it was made.
BEGINS = datetime(2026, 8, 24, 10, tzinfo=UTC)
DOSE_PUT_OFF = timedelta(hours=20)
DOSE_PUT_OFF_AT_MOST = 3
PATIENT_TRIES_AGAIN = timedelta(minutes=7)


async def rehearse(
    database: Database,
    settings: Clinic,
    days: int,
    patients: int,
    seed: int,
    drain: timedelta = DRAIN,
) -> Report:
    """Live through so many days in an empty database, and report what it then holds."""
    ends = BEGINS + timedelta(days=days)
    agenda = Agenda(BEGINS)
    with clock.told_by(lambda: agenda.now):
        virtual = virtual_patients(patients, days, ends, settings.zone, seed)
        clinic = await found_clinic(database, settings, virtual)
        await fill_rota(clinic, BEGINS, ends + drain)
        outages = outages_of(BEGINS, ends, seed)
        run = Run(clinic, agenda, outages, Random(f"{seed}:staff"))
        run.note_everything(ends + drain)
        await agenda.run(ends + drain)
        return await report_of(clinic, days, outages, ends, agenda.now)


class Run:
    """One rehearsal under way."""

    def __init__(
        self, clinic: RehearsedClinic, agenda: Agenda, outages: Outages, random: Random
    ) -> None:
        self.clinic = clinic
        self.agenda = agenda
        self.outages = outages
        self.random = random
        self.desks = {
            actor.person_id: staff.Desk(name, agenda.now) for name, actor in clinic.staff.items()
        }
        self._actors = {actor.person_id: actor for actor in clinic.staff.values()}
        self._escalations: set[UUID] = set()
        self._answered: dict[UUID, datetime] = {}
        clinic.database.publish = self._hear

    def note_everything(self, until: datetime) -> None:
        for patient_id, virtual in self.clinic.patients.items():
            for dose in virtual.doses:
                self._at(dose.ended_at, self._dose, patient_id, dose, 0)
            for report in virtual.reports:
                self._at(report.at, self._report, patient_id, report)
        self._at(self.agenda.now + TICK, self._tick_on, until)

    def _at(self, when: datetime, do: Callable[..., Awaitable[None]], *what: object) -> None:
        self.agenda.at(when, lambda: do(*what))

    # Patients

    async def _dose(self, patient_id: UUID, dose: DoseAt, tries: int) -> None:
        given = await have_dose(self.clinic, patient_id, dose)
        if given:
            self._await_answers(patient_id)
        if not given and tries < DOSE_PUT_OFF_AT_MOST:
            self._at(self.agenda.now + DOSE_PUT_OFF, self._dose, patient_id, dose, tries + 1)

    def _await_answers(self, patient_id: UUID) -> None:
        """The clock ticks where silence after this dose would climb a rung."""
        for due in series(self.agenda.now, self.clinic.settings.zone):
            for after in set(rungs_of(due.point).values()):
                self._at(due.due_at + after, self._tick_if_silent, patient_id, due.opens_at)

    async def _tick_if_silent(self, patient_id: UUID, since: datetime) -> None:
        if self._answered.get(patient_id, BEGINS) < since:
            await self._tick()

    async def _report(self, patient_id: UUID, report: Told) -> None:
        if self.outages.web_is_down(self.agenda.now):
            self._at(self.agenda.now + PATIENT_TRIES_AGAIN, self._report, patient_id, report)
            return
        await answer(self.clinic, patient_id, report)
        self._answered[patient_id] = self.agenda.now

    # Clocks

    async def _tick_on(self, until: datetime) -> None:
        await self._tick()
        if self.agenda.now + TICK < until:
            self._at(self.agenda.now + TICK, self._tick_on, until)

    async def _tick(self) -> None:
        back_at = self.outages.worker_back_at(self.agenda.now)
        if back_at is not None:
            self._at(back_at, self._tick)
            return
        await run_once(self.clinic.database)
        await self._hear_escalations()

    async def _hear_escalations(self) -> None:
        query = select(Escalation).where(col(Escalation.at) >= self.agenda.now - TICK)
        async with self.clinic.database.read() as session:
            new = [each for each in await session.exec(query) if each.id not in self._escalations]
        for escalation in sorted(new, key=lambda each: (each.at, each.rung)):
            self._escalations.add(escalation.id)
            for person_id in escalation.told:
                delay = staff.answer_delay(self.random)
                if delay is not None:
                    desk = self.desks[UUID(person_id)]
                    at = desk.starts(self.agenda.now, delay)
                    self._at(at, self._look_at, escalation.flag_id, UUID(person_id))

    # Staff

    def _hear(self, announcements: Sequence[Announcement]) -> None:
        """A page at the desk changes: whoever is on duty may see it."""
        for told in announcements:
            if told.topic == "triage" and told.kind in {"raise", "reopen"}:
                self._at(self.agenda.now, self._appears, told.id)

    async def _appears(self, flag_id: UUID) -> None:
        state = await self._state(flag_id)
        if state is None or not state.is_open or state.is_acknowledged:
            return
        for climb in ladder(state.level, state.waiting_since, self.clinic.settings):
            self._at(climb.at, self._tick)
        delay = staff.notice_delay(state.level, self.random)
        if delay is not None:
            self._at(self.agenda.now + delay, self._notice, flag_id)

    async def _notice(self, flag_id: UUID) -> None:
        """Whoever is on duty by then looks, once they are free; in a gap of the rota, nobody."""
        state = await self._state(flag_id)
        if state is None:
            return
        async with self.clinic.database.read() as session:
            there = await on_duty(session, state.patient_id, Duty.NURSE, self.agenda.now)
        if there:
            desk_of = {self.desks[person_id].name: person_id for person_id in there}
            first = staff.first_free([self.desks[person_id] for person_id in there])
            at = max(first.free_at, self.agenda.now)
            self._at(at, self._look_at, flag_id, desk_of[first.name])

    async def _look_at(self, flag_id: UUID, person_id: UUID) -> None:
        """Take it, unless somebody has; an administrator calls a clinician instead."""
        actor, desk = self._actors[person_id], self.desks[person_id]
        state = await self._state(flag_id)
        if state is None or not state.is_open or state.is_acknowledged:
            return
        if actor.role is Role.ADMIN:
            self._at(self.agenda.now + timedelta(minutes=5), self._look_at, flag_id, self._doctor())
            return
        if desk.free_at > self.agenda.now or self.outages.web_is_down(self.agenda.now):
            later = max(desk.free_at, self.agenda.now + timedelta(minutes=2))
            self._at(later, self._look_at, flag_id, person_id)
            return
        await self._take(state, actor)

    async def _take(self, state: FlagState, actor: Actor) -> None:
        async with self.clinic.database.work(actor, origin="rehearsal") as work:
            await acknowledge_flag(work, state.id)
        done_at = self.agenda.now + staff.handling_time(state.level, self.random)
        self.desks[actor.person_id].free_at = done_at
        self._at(done_at, self._end, state.id, actor)

    async def _end(self, flag_id: UUID, actor: Actor) -> None:
        """Call the patient, then say how it ended; what somebody else ended meanwhile is ended."""
        state = await self._state(flag_id)
        if state is None or not state.is_open:
            return
        try:
            async with self.clinic.database.work(actor, origin="rehearsal") as work:
                await record_call(work, flag_id, Callee.PATIENT, CallResult.REACHED)
                outcome = staff.outcome_of(state.level, self.random)
                await resolve_flag(work, flag_id, outcome=outcome)
        except Conflict:
            return

    def _doctor(self) -> UUID:
        return self.clinic.staff["Day doctor"].person_id

    async def _state(self, flag_id: UUID) -> FlagState | None:
        async with self.clinic.database.read() as session:
            flag = await session.get(Flag, flag_id)
            return await state_of_flag(session, flag) if flag else None
