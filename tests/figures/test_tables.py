"""Counting facts into tables: no database, no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.check_ins.schedule import POINTS, State
from portal.figures import tables
from portal.figures.drawing import bars
from portal.figures.facts import CheckInFact, Facts, FlagFact
from portal.flags.models import Outcome
from portal.symptoms.levels import Level
from portal.treatments.models import Route

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
USUAL = FlagFact(
    level=Level.URGENT,
    raised_at=NOW - timedelta(days=2),
    since=NOW - timedelta(days=2),
    due_at=NOW - timedelta(days=2) + timedelta(minutes=15),
    hours=3.0,
    route=Route.INFUSION,
    effects=frozenset({"vomiting"}),
    rules=frozenset({"9"}),
    acknowledged_at=None,
    resolved_at=None,
    outcome=None,
)


def row(table: tables.Table, name: str) -> dict[str, tables.Cell]:
    found = next(each for each in table.rows if each[0] == name)
    return dict(zip(table.columns, found, strict=True))


def taken_after(minutes: int, level: Level = Level.URGENT) -> FlagFact:
    return replace(USUAL, level=level, acknowledged_at=USUAL.since + timedelta(minutes=minutes))


def ended(outcome: Outcome, *rules: str) -> FlagFact:
    at = USUAL.since + timedelta(hours=2)
    return replace(USUAL, resolved_at=at, outcome=outcome, rules=frozenset(rules))


def test_a_flag_counts_in_the_week_of_the_clinic_and_not_of_greenwich() -> None:
    # 02:00 UTC on a Monday is still Sunday evening in New York.
    flag = replace(USUAL, raised_at=datetime(2026, 11, 23, 2, tzinfo=UTC))
    table = tables.by_week(Facts(NOW - timedelta(weeks=2), NOW, [flag], []), NEW_YORK)
    assert row(table, "16 Nov 2026")["Urgent"] == 1
    assert row(table, "23 Nov 2026")["Urgent"] == 0


def test_a_quiet_week_between_is_there_too_and_those_before_the_first_flag_are_not() -> None:
    flags = [replace(USUAL, raised_at=NOW - timedelta(weeks=weeks)) for weeks in (3, 1)]
    table = tables.by_week(Facts(NOW - timedelta(weeks=12), NOW, flags, []), NEW_YORK)
    assert [each[-1] for each in table.rows] == [1, 0, 1, 0]


def test_a_flag_with_two_effects_counts_for_each() -> None:
    table = tables.by_effect([replace(USUAL, effects=frozenset({"vomiting", "nausea"}))])
    assert (row(table, "Vomiting")["All"], row(table, "Nausea")["All"]) == (1, 1)


def test_hours_fall_into_the_band_they_end_in() -> None:
    hours = [1.0, 1.01, 24.0, 400.0, None]
    table = tables.by_hours([replace(USUAL, hours=each) for each in hours])
    names = ["Up to 1 hour", "1 to 4 hours", "4 to 24 hours", "Later", "Not known"]
    assert [row(table, name)["All"] for name in names] == [1, 1, 1, 1, 1]


def test_a_flag_is_in_time_at_its_limit_and_late_a_minute_after() -> None:
    found = row(tables.acknowledged([taken_after(15), taken_after(16)], NOW), "Urgent")
    assert (found["In time"], found["Late"], found["In time, %"]) == (1, 1, 50)
    assert (found["Middle"], found["Longest"]) == ("15 min", "16 min")


def test_a_flag_that_nobody_took_is_late_once_its_limit_is_over() -> None:
    fresh = replace(USUAL, since=NOW, due_at=NOW + timedelta(minutes=15))
    found = row(tables.acknowledged([USUAL, fresh], NOW), "Urgent")
    assert (found["Late"], found["Within its limit yet"], found["Middle"]) == (1, 1, None)


def test_false_alarms_are_shares_of_what_was_resolved() -> None:
    flags = [
        ended(Outcome.EXPECTED_EFFECT, "9", "10"),
        ended(Outcome.CALLED, "9"),
        replace(USUAL, rules=frozenset({"9"})),
    ]
    table = tables.false_alarms(flags)
    assert row(table, "Rule 9") == dict(zip(table.columns, ("Rule 9", 3, 2, 1, 50), strict=True))
    assert [each[0] for each in table.rows] == ["Rule 9", "Rule 10"]
    assert bars(table).count("<rect") == 2
    assert not bars(tables.false_alarms([ended(Outcome.CALLED, "9")])), "none to draw"


def test_the_share_told_is_of_those_with_an_end() -> None:
    ends = ended(Outcome.CALLED, "9")
    table = tables.endings([replace(ends, is_told=True), ends, USUAL])
    values = ("Urgent", 3, 1, 1, 1, 67, 50)
    assert row(table, "Urgent") == dict(zip(table.columns, values, strict=True))
    assert bars(table).count("<rect") == 3


def test_missed_check_ins_are_counted_at_their_place_in_the_schedule() -> None:
    facts = [CheckInFact(POINTS[0], state) for state in (State.OPEN, State.LATE, State.MISSED)]
    found = row(tables.check_ins(facts), "1 hour check-in")
    assert (found["In time"], found["Late"], found["Missed"], found["Missed, %"]) == (1, 1, 1, 33)


def test_flags_are_counted_by_week_and_effect_route_and_hours() -> None:
    earlier = replace(
        USUAL,
        raised_at=NOW - timedelta(weeks=2),
        route=Route.LOZENGE,
        hours=None,
        effects=frozenset(),
    )
    both = replace(USUAL, effects=frozenset({"vomiting", "nausea"}), hours=30.0)
    facts = Facts(NOW - timedelta(weeks=4), NOW, [earlier, USUAL, both], [])
    effects = tables.by_week_and(facts, NEW_YORK, tables.EFFECTS)
    first, second = row(effects, "16 Nov 2026"), row(effects, "9 Nov 2026")
    assert (first["Vomiting"], first["Nausea"], first["Anything else"]) == (2, 1, 0)
    assert (second["Vomiting"], second["Anything else"]) == (0, 1)
    routes = tables.by_week_and(facts, NEW_YORK, tables.ROUTES)
    assert row(routes, "16 Nov 2026")[Route.INFUSION.words] == 2
    assert row(routes, "9 Nov 2026")[Route.LOZENGE.words] == 1
    hours = row(tables.by_week_and(facts, NEW_YORK, tables.HOURS), "16 Nov 2026")
    assert (hours["1 to 4 hours"], hours["1 to 3 days"], hours["Not known"]) == (1, 1, 0)


def test_waits_are_told_by_their_middle_nine_tenths_and_longest() -> None:
    waits = [taken_after(minutes) for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 20, 100)]
    found = row(tables.acknowledged(waits, NOW), "Urgent")
    assert (found["In time"], found["Late"], found["In time, %"]) == (8, 2, 80)
    assert (found["Middle"], found["9 of 10 within"], found["Longest"]) == (
        "5 min",
        "20 min",
        "1 h 40 min",
    )


def test_an_end_is_held_against_its_own_limit() -> None:
    at = USUAL.since + timedelta(hours=4)
    flags = [replace(USUAL, resolved_at=at), replace(USUAL, resolved_at=at + timedelta(minutes=1))]
    found = row(tables.resolved(flags, NOW), "Urgent")
    assert (found["In time"], found["Late"], found["Longest"]) == (1, 1, "4 h 1 min")


def test_a_clinic_without_flags_has_every_table_and_no_bar() -> None:
    every = tables.tables_of(Facts(NOW - timedelta(weeks=12), NOW, [], []), NEW_YORK)
    assert tuple(table.name for table in every) == tables.TABLES
    assert all(table.is_empty and not bars(table) for table in every)
