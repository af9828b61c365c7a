"""What the patient may know of a flag: received, looked at, what comes next, by when. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.flags.care import Stage
from portal.flags.due import due_at
from portal.flags.queries import FlagState
from portal.settings import Clinic


@dataclass(frozen=True, slots=True)
class Standing:
    """`by`: when the next thing happens. Once somebody looked, the patient hears from us within the
    level's limit again (a proposal, as the limits are). `tried_at`: we called and reached nobody.
    """

    stage: Stage
    seen_at: datetime | None
    seen_by: UUID | None
    by: datetime
    is_late: bool
    is_handed_over: bool
    tried_at: datetime | None
    is_told: bool
    closed_at: datetime | None


def is_promise_broken(state: FlagState, now: datetime, clinic: Clinic) -> bool:
    """Somebody has it, or ended it, and the patient was to have heard from us by now."""
    is_ours = state.is_acknowledged if state.is_open else state.is_untold
    return is_ours and standing_of(state, now, clinic).is_late


def standing_of(state: FlagState, now: datetime, clinic: Clinic) -> Standing:
    seen = state.acknowledgement
    is_waiting = seen is None or (state.is_open and state.care.handed_at is not None)
    by = state.due_at if is_waiting or seen is None else due_at(state.level, seen.at, clinic)
    return Standing(
        stage=state.stage,
        seen_at=seen.at if seen else None,
        seen_by=seen.by_id if seen else None,
        by=by,
        is_late=by < now and not state.care.is_told and state.stage is not Stage.CLOSED,
        is_handed_over=seen is not None and is_waiting,
        tried_at=state.care.tried_at,
        is_told=state.care.is_told,
        closed_at=state.care.closed_at,
    )
