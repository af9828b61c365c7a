"""Browsers on their way to the provider and back: what we keep meanwhile, for whom, and once."""

import json
import secrets
from datetime import timedelta

from sqlmodel import col, delete, select

from portal import clock
from portal.accounts.models import Errand, RoundTrip
from portal.accounts.sessions import hash_of
from portal.db import UnitOfWork
from portal.ids import new_id
from portal.sealing import seal, unseal

COOKIE = "__Host-round-trip"
TIME_TO_RETURN = timedelta(minutes=10)
# Several tabs may be signing in at once; a browser that begins without end keeps only the last.
MOST_PER_BROWSER = 5

Kept = dict[str, str]


def new_browser() -> str:
    """The value of the cookie that ties a round trip to the browser that began it."""
    return secrets.token_urlsafe(32)


async def begin(work: UnitOfWork, browser: str, errand: Errand, state: str, kept: Kept) -> None:
    await _forget_old(work, browser)
    id = new_id()
    work.session.add(
        RoundTrip(
            id=id,
            errand=errand,
            browser_hash=hash_of(browser),
            state_hash=hash_of(state),
            sealed=seal(work.session, json.dumps(kept), "round_trip", id),
            ends_at=clock.now() + TIME_TO_RETURN,
        )
    )


async def take(work: UnitOfWork, browser: str, errand: Errand, state: str) -> Kept | None:
    """What was kept, for the browser that began, once; None to anybody else and ever after."""
    rows = await work.session.exec(
        delete(RoundTrip)
        .where(
            col(RoundTrip.errand) == errand,
            col(RoundTrip.browser_hash) == hash_of(browser),
            col(RoundTrip.state_hash) == hash_of(state),
            col(RoundTrip.ends_at) > clock.now(),
        )
        .returning(col(RoundTrip.id), col(RoundTrip.sealed))
    )
    found = rows.first()
    if found is None:
        return None
    kept: Kept = json.loads(unseal(work.session, found[1], "round_trip", found[0]))
    return kept


async def _forget_old(work: UnitOfWork, browser: str) -> None:
    newest = (
        select(RoundTrip.id)
        .where(col(RoundTrip.browser_hash) == hash_of(browser))
        .order_by(col(RoundTrip.ends_at).desc())
        .limit(MOST_PER_BROWSER - 1)
    )
    kept = (await work.session.exec(newest)).all()
    await work.session.exec(delete(RoundTrip).where(col(RoundTrip.ends_at) <= clock.now()))
    await work.session.exec(
        delete(RoundTrip).where(
            col(RoundTrip.browser_hash) == hash_of(browser), col(RoundTrip.id).not_in(kept)
        )
    )
