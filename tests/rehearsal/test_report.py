"""What a report claims, and that each of its promises can be broken: pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.rehearsal.outages import Outages
from portal.rehearsal.report import Hour, Letters, Report, Waited
from portal.symptoms.levels import Level

AT_EIGHT = datetime(2026, 11, 20, 13, tzinfo=UTC)
WITHOUT = Report(
    begins=AT_EIGHT - timedelta(days=30),
    ends=AT_EIGHT,
    until=AT_EIGHT + timedelta(days=1),
    zone=ZoneInfo("America/New_York"),
    patients=2,
    doses=1,
    check_ins=1,
    flags=(),
    escalations={},
    doubled=0,
    outages=Outages(),
)


def a_flag(
    level: Level, minutes: int | None, *causes: str, ended: bool = True, name: str = "Patient 1"
) -> Waited:
    taken_at = None if minutes is None else AT_EIGHT + timedelta(minutes=minutes)
    return Waited(
        name=name,
        level=level,
        since=AT_EIGHT,
        due_at=AT_EIGHT + timedelta(minutes=5),
        taken_at=taken_at,
        ended_at=taken_at if ended else None,
        rungs=2,
        causes=causes,
    )


def text(report: Report) -> str:
    return "\n".join(report.lines())


def test_all_promises_are_kept_when_all_was_seen_ended_and_told_once() -> None:
    report = replace(WITHOUT, flags=[a_flag(Level.EMERGENCY, 4)])
    assert report.is_safe
    assert "BROKEN" not in text(report)
    assert "What nobody saw\n  Nothing." in text(report)


@pytest.mark.parametrize(
    ("report", "promise"),
    [
        (replace(WITHOUT, flags=[a_flag(Level.EMERGENCY, None)]), "No emergency that nobody saw"),
        (replace(WITHOUT, flags=[a_flag(Level.ROUTINE, 3, ended=False)]), "No flag without an end"),
        (replace(WITHOUT, unheard=["Patient 1, 1 hour check-in"]), "No silence of a first day"),
        (replace(WITHOUT, letters=Letters(1, 0, ("Patient 1",))), "No message without an answer"),
        (replace(WITHOUT, doubled=1), "Nothing raised or told twice"),
    ],
)
def test_each_promise_can_be_broken_and_the_report_says_so(report: Report, promise: str) -> None:
    assert not report.is_safe
    (line,) = [line for line in report.lines() if promise in line]
    assert "BROKEN 1 times" in line


def test_a_late_emergency_says_by_how_much_and_why() -> None:
    late = a_flag(Level.EMERGENCY, 12, "the nurse overlooked it", "Night doctor was busy")
    report = replace(WITHOUT, flags=[late, a_flag(Level.EMERGENCY, 4, "the portal was down")])
    assert "Emergency: 1 of 2" in text(report)
    assert (
        "Fri 20 Nov 08:00  Patient 1      12 min, limit 5, 2 steps up: "
        "the nurse overlooked it; Night doctor was busy" in text(report)
    )
    assert "   1  the nurse overlooked it" in text(report)
    assert "the portal was down" not in text(report)


def test_the_worst_waits_come_first_and_of_emergencies_none_is_left_out() -> None:
    flags = [a_flag(Level.EMERGENCY, 6 + n, name=f"Patient {n}") for n in range(20)]
    late = replace(WITHOUT, flags=flags).late(Level.EMERGENCY)
    assert [flag.name for flag in late] == [f"Patient {n}" for n in reversed(range(20))]
    assert text(replace(WITHOUT, flags=flags)).count("seen too slowly") == 21  # and its sum


def test_load_is_told_by_the_hour_on_the_clinics_wall() -> None:
    hours = [Hour()] * 8 + [Hour(answered=3, raised=2, grave=1, late=1, minutes=40)]
    assert f"  08            3      2      1     1               40  {'#' * 30}" in text(
        replace(WITHOUT, hours=hours)
    )


def test_a_program_reads_the_same_figures() -> None:
    flags = [a_flag(Level.URGENT, 9, "no nurse was on duty")]
    told = replace(WITHOUT, flags=flags).as_dict()
    assert told["is_safe"] is True
    assert told["late"] == [
        {
            "patient": "Patient 1",
            "level": "urgent",
            "raised_at": "2026-11-20T13:00:00+00:00",
            "waited_minutes": 9,
            "taken": True,
            "causes": ["no nurse was on duty"],
        }
    ]
