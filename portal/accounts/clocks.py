"""What happens by itself: sign-ins that are long over are forgotten."""

from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from portal.accounts.models import Invitation, LogoutHeard, RoundTrip, Session
from portal.db import Database

# Long after the longest session and the longest invitation; the audit trail keeps what matters.
KEPT_FOR = timedelta(days=30)


async def forget_sign_ins(database: Database, now: datetime) -> int:
    """Delete what nobody can use any more; says how many rows. Any number of workers may."""
    over = (
        (Session, col(Session.started_at) <= now - KEPT_FOR),
        (Invitation, col(Invitation.ends_at) <= now - KEPT_FOR),
        (RoundTrip, col(RoundTrip.ends_at) <= now),
        (LogoutHeard, col(LogoutHeard.ends_at) <= now),
    )
    forgotten = 0
    for table, is_over in over:
        # Looked for first, because a delete takes SQLite's write lock even if it finds nothing.
        async with database.read() as session:
            found = (await session.exec(select(table.id).where(is_over).limit(1))).first()
        if found is not None:
            async with database.work(origin="worker") as work:
                forgotten += (await work.session.exec(delete(table).where(is_over))).rowcount
    return forgotten
