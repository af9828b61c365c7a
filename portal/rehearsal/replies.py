"""The nurse on duty answers messages while the clinic is open; danger is a flag's affair."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID

from portal.conversations.actions import send_message
from portal.conversations.models import Conversation
from portal.handling.queries import waiting_since
from portal.ids import new_id
from portal.rehearsal import staff
from portal.rehearsal.agenda import Agenda
from portal.rehearsal.clinic import RehearsedClinic
from portal.rehearsal.outages import Outages
from portal.rota.duties import Duty
from portal.rota.queries import on_duty

REPLY = "Thank you for writing. We have read this and will help you."
LOOKS_AGAIN = timedelta(minutes=30)


class Replies:
    def __init__(
        self, clinic: RehearsedClinic, agenda: Agenda, outages: Outages, seed: int
    ) -> None:
        self._clinic = clinic
        self._agenda = agenda
        self._outages = outages
        self._seed = seed

    def hear(self, patient_id: UUID) -> None:
        """Somebody wrote in this patient's conversation."""
        name, now = self._clinic.patients[patient_id].name, self._agenda.now
        delay = staff.reply_delay(Random(f"{self._seed}:{name}:{now.isoformat()}:reply"))
        self._agenda.note(now + delay, self._reply, patient_id)

    async def _reply(self, patient_id: UUID) -> None:
        """Nothing when it was the nurse's own message, or when somebody has answered."""
        conversation_id, now = self._clinic.conversations[patient_id], self._agenda.now
        async with self._clinic.database.read() as session:
            waits = await waiting_since(session, conversation_id)
            there = await on_duty(session, patient_id, Duty.NURSE, now)
        if waits is None:
            return
        opens_at = self._opens_at(now)
        nurses = [actor for actor in self._clinic.staff.values() if actor.person_id in there]
        able = [nurse for nurse in nurses if self._outages.online_at(nurse.name, now) is None]
        if opens_at > now or not able or self._outages.portal_back_at(now):
            self._agenda.note(max(opens_at, now + LOOKS_AGAIN), self._reply, patient_id)
            return
        async with self._clinic.database.work(able[0], origin="rehearsal") as work:
            conversation = await work.session.get_one(Conversation, conversation_id)
            await send_message(work, conversation, able[0].person_id, REPLY, new_id())

    def _opens_at(self, now: datetime) -> datetime:
        """Now while the clinic is open, else when it opens next."""
        settings = self._clinic.settings
        local = now.astimezone(settings.zone)
        day = local.date()
        if settings.works_on(day) and settings.opens <= local.hour < settings.closes:
            return now
        if local.hour >= settings.opens:
            day += timedelta(days=1)
        while not settings.works_on(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(settings.opens), tzinfo=settings.zone).astimezone(UTC)
