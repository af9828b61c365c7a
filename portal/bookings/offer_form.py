"""The rows in which somebody offers times: as typed, as understood, and as suggested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.bookings.diary import Busy
from portal.bookings.kinds import WINDOWS_AT_MOST, Kind, Window
from portal.bookings.offering import Proposed
from portal.bookings.times import first_fit, instants
from portal.web.forms import Form

LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240)
SENSIBLE_YEARS = range(2020, 2100)
FIRST, SECOND = "first", "second"


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One row as typed. `which` chooses when a time comes twice in the night clocks go back."""

    nurse: str = ""
    on: str = ""
    at: str = ""
    minutes: str = ""
    which: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.nurse or self.on or self.at)

    @property
    def wall(self) -> datetime | None:
        """The wall time typed, to the minute; None for what is none or far from now."""
        try:
            wall = datetime.combine(date.fromisoformat(self.on), time.fromisoformat(self.at))
        except ValueError:
            return None
        is_plain = wall.tzinfo is None and wall.year in SENSIBLE_YEARS
        return wall.replace(second=0, microsecond=0) if is_plain else None


@dataclass(frozen=True, slots=True)
class Understood:
    """What the rows mean. `rows` says in which row each proposed time was typed."""

    proposed: list[Proposed]
    rows: list[int]
    errors: dict[str, str]


def read_rows(form: Form) -> list[OfferRow]:
    names = ("nurse", "on", "at", "minutes", "which")
    return [
        OfferRow(*(form.raw(f"{name}-{number}").strip()[:40] for name in names))
        for number in range(WINDOWS_AT_MOST)
    ]


def understand(rows: Sequence[OfferRow], zone: ZoneInfo) -> Understood:
    """Wall times in the patient's zone as instants; a time that does not exist is said so."""
    understood = Understood([], [], {})
    for number, row in enumerate(rows):
        if not row.is_empty:
            _understand(row, number, zone, understood)
    if not understood.proposed and not understood.errors:
        understood.errors["nurse-0"] = "Offer at least one time."
    return understood


def _understand(row: OfferRow, number: int, zone: ZoneInfo, understood: Understood) -> None:
    try:
        nurse_id = UUID(row.nurse)
    except ValueError:
        understood.errors[f"nurse-{number}"] = "Choose who comes or calls."
        return
    wall = row.wall
    if wall is None:
        understood.errors[f"on-{number}"] = "Enter a date and a time."
        return
    starts = instants(wall, zone)
    problem = _problem(row, starts, wall)
    if problem:
        understood.errors[f"at-{number}"] = problem
        return
    starts_at = starts[-1] if row.which == SECOND else starts[0]
    length = timedelta(minutes=int(row.minutes))
    local = f"{wall:%Y-%m-%dT%H:%M}"
    understood.proposed.append(Proposed(nurse_id, starts_at, starts_at + length, local))
    understood.rows.append(number)


def _problem(row: OfferRow, starts: tuple[datetime, ...], wall: datetime) -> str:
    if row.minutes not in {str(minutes) for minutes in LENGTHS}:
        return "Choose how long it takes."
    if not starts:
        return f"{wall:%H:%M} does not exist that night: clocks go forward. Choose another time."
    if len(starts) > 1 and row.which not in {FIRST, SECOND}:
        return f"{wall:%H:%M} comes twice that night: clocks go back. Choose the first or second."
    return ""


def comes_twice(row: OfferRow, zone: ZoneInfo) -> bool:
    """Whether the row must also ask which of the two is meant."""
    return row.wall is not None and len(instants(row.wall, zone)) > 1


def suggested(
    kind: Kind,
    windows: Sequence[Window],
    nurses: Sequence[UUID],
    busy: Sequence[Busy],
    zone: ZoneInfo,
) -> list[OfferRow]:
    """The first time that fits each wish, with a nurse who is free then; empty rows fill up."""
    rows = []
    for window in windows:
        fits = [
            (start.astimezone(UTC), nurse_id)
            for nurse_id in nurses
            if (start := first_fit(window.span(zone), _spans(busy, nurse_id), kind.length))
        ]
        if fits:
            rows.append(_row(*min(fits, key=lambda fit: fit[0]), kind, zone))
    return rows + [OfferRow(minutes=_minutes(kind))] * (WINDOWS_AT_MOST - len(rows))


def _spans(busy: Sequence[Busy], nurse_id: UUID) -> list[tuple[datetime, datetime]]:
    return [b.span for b in busy if b.nurse_id == nurse_id]


def _row(start: datetime, nurse_id: UUID, kind: Kind, zone: ZoneInfo) -> OfferRow:
    local = start.astimezone(zone)
    return OfferRow(str(nurse_id), f"{local:%Y-%m-%d}", f"{local:%H:%M}", _minutes(kind))


def _minutes(kind: Kind) -> str:
    return str(int(kind.length.total_seconds() // 60))
