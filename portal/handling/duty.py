"""Who of a patient's care team is on duty.

For want of a rota it is who is there: signed in, and busy in the portal a short while ago. A rota
takes this function's place; nothing else asks.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.models import Session
from portal.people.models import Patient
from portal.people.queries import Named, practitioners_of

LATELY = timedelta(minutes=10)


async def on_duty(session: AsyncSession, patient: Patient, now: datetime) -> list[Named]:
    """By name. The caller has found the patient."""
    team = await practitioners_of(session, patient)
    rows = await session.exec(
        select(Session.person_id).where(
            col(Session.person_id).in_([one.id for one in team]),
            col(Session.ended_at).is_(None),
            col(Session.used_at) > now - LATELY,
        )
    )
    here = set(rows.all())
    return [one for one in team if one.id in here]
