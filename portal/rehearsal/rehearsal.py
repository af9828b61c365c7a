"""Runs a rehearsal: people act, the clocks tick, outages come, and time jumps in between."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from portal import clock
from portal.announcements import Announcement
from portal.check_ins.actions import LEFT_AFTER
from portal.check_ins.clocks import follow_silence, send_unfinished
from portal.check_ins.ladder import rungs_of
from portal.check_ins.schedule import series
from portal.conversations.understood import TOPIC as READINGS
from portal.db import Database
from portal.demo.courses import DoseAt
from portal.handling.telling import tell_of_messages
from portal.readings.raising import settle_alone
from portal.rehearsal.agenda import Agenda
from portal.rehearsal.clinic import STAFF, RehearsedClinic, found_clinic
from portal.rehearsal.courses import Told, Words
from portal.rehearsal.duties import Duties
from portal.rehearsal.outages import Outages, outages_of
from portal.rehearsal.patient_acts import answer, have_dose, say
from portal.rehearsal.patients import virtual_patients
from portal.rehearsal.replies import Replies
from portal.rehearsal.report import Report
from portal.rehearsal.reporting import report_of
from portal.rehearsal.shifts import fill_rota
from portal.rehearsal.team import Team
from portal.settings import Clinic

# So long after the last day everything that was begun must have found its end.
DRAIN = timedelta(days=5)
# Always the same days, so that a report never depends on when it was made. The clocks go back on
# the first of November.
BEGINS = datetime(2026, 8, 24, 10, tzinfo=UTC)
DOSE_PUT_OFF = timedelta(days=1)
DOSE_PUT_OFF_AT_MOST = 5
PATIENT_TRIES_AGAIN = timedelta(minutes=7)
PROGRESS_EVERY = timedelta(days=7)
Saying = Callable[[str], None]


async def rehearse(
    database: Database,
    settings: Clinic,
    days: int,
    patients: int,
    seed: int,
    drain: timedelta = DRAIN,
    tell: Saying = lambda line: None,
) -> Report:
    """Live through so many days in an empty database, and report what it then holds. `tell` hears
    how far it has come."""
    ends = BEGINS + timedelta(days=days)
    agenda = Agenda(BEGINS)
    with clock.told_by(lambda: agenda.now):
        virtual = virtual_patients(patients, days, ends, settings.zone, seed)
        clinic = await found_clinic(database, settings, virtual)
        await fill_rota(clinic, BEGINS, ends + drain)
        outages = outages_of(BEGINS, ends, seed, list(STAFF))
        run = Run(clinic, agenda, outages, seed)
        run.note_everything(ends + drain)
        _note_progress(agenda, days, tell)
        await agenda.run(ends + drain)
        return await report_of(clinic, run.team, outages, (BEGINS, ends, agenda.now))


def _note_progress(agenda: Agenda, days: int, tell: Saying) -> None:
    async def say(day: int) -> None:
        tell(f"day {day} of {days}")

    for week in range(1, days // PROGRESS_EVERY.days + 1):
        agenda.note(BEGINS + week * PROGRESS_EVERY, say, week * PROGRESS_EVERY.days)


class Run:
    """One rehearsal under way: the patients, and who hears of what they do."""

    def __init__(
        self, clinic: RehearsedClinic, agenda: Agenda, outages: Outages, seed: int
    ) -> None:
        self.clinic = clinic
        self.agenda = agenda
        self.outages = outages
        self.duties = Duties(clinic.database, agenda, outages)
        self.team = Team(clinic, agenda, self.duties, outages, seed)
        self.replies = Replies(clinic, agenda, outages, seed)
        self._answered: dict[UUID, datetime] = {}
        self._dosed: dict[UUID, datetime] = {}
        clinic.database.publish = self._hear

    def note_everything(self, until: datetime) -> None:
        for patient_id, virtual in self.clinic.patients.items():
            for dose in virtual.doses:
                self.agenda.note(dose.ended_at, self._dose, patient_id, dose, 0)
            for report in virtual.reports:
                self.agenda.note(report.at, self._report, patient_id, report)
            for words in virtual.messages:
                self.agenda.note(words.at, self._say, patient_id, words)
        self.duties.go_on(until)

    async def _dose(self, patient_id: UUID, dose: DoseAt, tries: int) -> None:
        is_open = self.clinic.settings.works_on(self._today())
        given = is_open and not self._is_down() and await have_dose(self.clinic, patient_id, dose)
        if given:
            self._dosed[patient_id] = self.agenda.now
            self._await_answers(patient_id, self.agenda.now)
        elif tries < DOSE_PUT_OFF_AT_MOST:
            later = self.agenda.now + DOSE_PUT_OFF
            self.agenda.note(later, self._dose, patient_id, dose, tries + 1)

    def _await_answers(self, patient_id: UUID, dosed_at: datetime) -> None:
        """The clock looks where silence after this dose would climb a rung."""
        for due in series(dosed_at, self.clinic.settings.zone):
            needed = self._still_silent(patient_id, dosed_at, due.opens_at)
            for after in sorted(set(rungs_of(due.point).values())):
                self.duties.at(due.due_at + after, follow_silence, needed)

    def _still_silent(
        self, patient_id: UUID, dosed_at: datetime, since: datetime
    ) -> Callable[[], bool]:
        def is_silent() -> bool:
            is_latest = self._dosed[patient_id] == dosed_at
            return is_latest and self._answered.get(patient_id, dosed_at) < since

        return is_silent

    async def _report(self, patient_id: UUID, report: Told) -> None:
        if self._is_down():
            later = self.agenda.now + PATIENT_TRIES_AGAIN
            self.agenda.note(later, self._report, patient_id, report)
            return
        is_sent = await answer(self.clinic, patient_id, report)
        if is_sent:
            self._answered[patient_id] = self.agenda.now
        else:
            self.duties.at(self.agenda.now + LEFT_AFTER, send_unfinished)
            self.duties.at(self.agenda.now + LEFT_AFTER, follow_silence)

    async def _say(self, patient_id: UUID, words: Words) -> None:
        if self._is_down():
            later = self.agenda.now + PATIENT_TRIES_AGAIN
            self.agenda.note(later, self._say, patient_id, words)
            return
        await say(self.clinic, patient_id, words.text)

    def _today(self) -> date:
        return self.agenda.now.astimezone(self.clinic.settings.zone).date()

    def _is_down(self) -> bool:
        return self.outages.portal_back_at(self.agenda.now) is not None

    def _hear(self, announcements: Sequence[Announcement]) -> None:
        """What open pages hear, and the server's own listener for what was read in a message."""
        for told in announcements:
            if told.topic == "triage":
                self.team.hear(told.kind, told.id)
            elif told.topic == READINGS:
                self.agenda.note(self.agenda.now, self._judge, told.id)
            elif told.topic == "inbox" and told.kind == "message" and told.patient_id:
                self.replies.hear(told.patient_id)
                self.duties.at(self.agenda.now, tell_of_messages)

    async def _judge(self, message_id: UUID) -> None:
        await settle_alone(self.clinic.database, message_id)
