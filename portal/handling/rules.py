"""What a step means now: pure judgement over the last row and what has happened since."""

from datetime import datetime

from portal.handling.models import Handling


def is_snoozed(
    state: Handling | None, last_seq: int, last_flag_at: datetime | None, now: datetime
) -> bool:
    """Until its time, a new message or a new flag, whichever comes first."""
    if state is None or state.snoozed_until is None or state.snoozed_until <= now:
        return False
    is_flagged = last_flag_at is not None and last_flag_at > state.at
    return last_seq <= state.seen_seq and not is_flagged


def is_closed(state: Handling | None, last_seq: int) -> bool:
    """Closed until somebody says something."""
    return state is not None and state.is_closed and last_seq <= state.seen_seq
