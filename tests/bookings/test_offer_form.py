from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from portal.bookings.diary import Busy
from portal.bookings.kinds import Kind, Part, Window
from portal.bookings.models import SlotState
from portal.bookings.offer_form import OfferRow, comes_twice, suggested, understand

NEW_YORK = ZoneInfo("America/New_York")
NURSE, SECOND_NURSE = uuid4(), uuid4()


def row(
    on: str = "2026-11-23", at: str = "10:00", minutes: str = "60", which: str = ""
) -> OfferRow:
    return OfferRow(str(NURSE), on, at, minutes, which)


def test_rows_are_wall_times_in_the_patients_zone() -> None:
    understood = understand([OfferRow(), row()], NEW_YORK)
    [time] = understood.proposed
    assert time.starts_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert time.ends_at - time.starts_at == timedelta(hours=1)
    assert (time.local_start, understood.rows) == ("2026-11-23T10:00", [1])


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (OfferRow(on="2026-11-23", at="10:00"), "nurse-0", "Choose who"),
        (row(on=""), "on-0", "date and a time"),
        (row(at="25:00"), "on-0", "date and a time"),
        (row(at="10:00+05:00"), "on-0", "date and a time"),
        (row(on="9999-12-31"), "on-0", "date and a time"),
        (row(minutes="61"), "at-0", "how long"),
        (row("2027-03-14", "02:30"), "at-0", "does not exist that night"),
        (row("2026-11-01", "01:30"), "at-0", "comes twice that night"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_beside_it(
    typed: OfferRow, field: str, words: str
) -> None:
    understood = understand([typed], NEW_YORK)
    assert understood.proposed == []
    assert words in understood.errors[field]


def test_without_a_row_there_is_nothing_to_offer() -> None:
    assert understand([OfferRow()], NEW_YORK).errors


def test_a_doubled_time_is_taken_as_chosen() -> None:
    first, second = (
        understand([row("2026-11-01", "01:30", which=which)], NEW_YORK).proposed[0].starts_at
        for which in ("first", "second")
    )
    assert second - first == timedelta(hours=1)
    assert comes_twice(row("2026-11-01", "01:30"), NEW_YORK)
    assert not comes_twice(row(), NEW_YORK)


def test_the_wishes_are_filled_with_the_first_time_and_nurse_that_fit() -> None:
    day = date(2026, 11, 23)
    start = datetime(2026, 11, 23, 8, tzinfo=NEW_YORK)
    busy = [
        Busy(NURSE, start, start + timedelta(hours=2), SlotState.BOOKED),
        Busy(SECOND_NURSE, start, start + timedelta(hours=1), SlotState.HELD),
    ]
    windows = [Window(day, Part.MORNING), Window(day, Part.MIDDAY)]
    rows = suggested(Kind.INFUSION_VISIT, windows, [NURSE, SECOND_NURSE], busy, NEW_YORK)
    assert (rows[0].nurse, rows[0].at, rows[0].minutes) == (str(SECOND_NURSE), "09:00", "180")
    assert rows[1].at == "12:00"
    assert rows[2].is_empty
