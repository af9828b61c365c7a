"""Who of a patient's care team is on duty: the rota's nurse, else its second clinician.

Where the rota has neither now it is who is there: signed in, and busy in the portal a short while
ago. Whoever is on call is not named: they look when they are called.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.models import Session
from portal.people.models import Patient
from portal.people.queries import Named, practitioners_of
from portal.rota import queries as rota
from portal.rota.duties import Duty

LATELY = timedelta(minutes=10)


async def on_duty(session: AsyncSession, patient: Patient, now: datetime) -> list[Named]:
    """By name. The caller has found the patient."""
    team = await practitioners_of(session, patient)
    for duty in (Duty.NURSE, Duty.SECOND):
        ids = await rota.on_duty(session, patient.id, duty, now)
        if ids:
            return [one for one in team if one.id in ids]
    return await _busy(session, team, now)


async def _busy(session: AsyncSession, team: list[Named], now: datetime) -> list[Named]:
    rows = await session.exec(
        select(Session.person_id).where(
            col(Session.person_id).in_([one.id for one in team]),
            col(Session.ended_at).is_(None),
            col(Session.used_at) > now - LATELY,
        )
    )
    here = set(rows.all())
    return [one for one in team if one.id in here]
