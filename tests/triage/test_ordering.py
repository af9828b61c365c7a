"""The order of the queue."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from portal.ids import new_id
from portal.symptoms.levels import Level
from portal.triage.ordering import by_level, in_order

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    level: Level
    due_in: int = 10
    is_acknowledged: bool = False
    id: UUID = field(default_factory=new_id)

    @property
    def due_at(self) -> datetime:
        return NOON + timedelta(minutes=self.due_in)


def test_the_level_orders_before_everything_else() -> None:
    soon_and_late = Waiting(Level.SOON, due_in=-60)
    seen_emergency = Waiting(Level.EMERGENCY, due_in=100, is_acknowledged=True)
    urgent = Waiting(Level.URGENT)
    assert in_order([soon_and_late, urgent, seen_emergency]) == [
        seen_emergency,
        urgent,
        soon_and_late,
    ]


def test_what_nobody_has_acknowledged_comes_first_inside_its_level() -> None:
    seen, unseen = (
        Waiting(Level.URGENT, due_in=-30, is_acknowledged=True),
        Waiting(Level.URGENT, due_in=14),
    )
    assert in_order([seen, unseen]) == [unseen, seen]


def test_what_is_late_comes_before_what_has_time_left() -> None:
    late, later, soon = (Waiting(Level.URGENT, due_in=minutes) for minutes in (-7, -2, 3))
    assert in_order([soon, later, late]) == [late, later, soon]


@given(
    st.lists(
        st.builds(Waiting, st.sampled_from(Level), st.integers(-60, 300), st.booleans()),
        max_size=12,
    )
)
def test_the_order_does_not_depend_on_the_order_of_arrival(rows: list[Waiting]) -> None:
    assert in_order(reversed(rows)) == in_order(rows)


def test_groups_follow_the_levels_and_leave_out_the_empty_ones() -> None:
    rows = in_order([Waiting(Level.ROUTINE), Waiting(Level.URGENT), Waiting(Level.URGENT)])
    assert [(level, len(group)) for level, group in by_level(rows)] == [
        (Level.URGENT, 2),
        (Level.ROUTINE, 1),
    ]
