"""A rehearsal on a small scale: the same seed gives the same report, and trouble is not hidden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal import clock
from portal.cli import main, parser
from portal.cli.refusal import Refusal
from portal.cli.rehearse import empty_database, run
from portal.db import Database
from portal.flags import clocks as flag_clocks
from portal.flags.ladder import rungs_due
from portal.ids import new_id
from portal.rehearsal import courses, outages, staff
from portal.rehearsal.agenda import Agenda
from portal.rehearsal.clinic import STAFF
from portal.rehearsal.outages import Outages, outages_of
from portal.rehearsal.patients import virtual_patients
from portal.rehearsal.rehearsal import rehearse
from portal.rehearsal.report import Report
from portal.settings import Clinic
from portal.symptoms.levels import Level
from tests.rehearsal.test_report import WITHOUT

ZONE = ZoneInfo("America/New_York")
ENDS = datetime(2026, 11, 23, 12, tzinfo=UTC)
AT_EIGHT = datetime(2026, 11, 20, 13, tzinfo=UTC)


@pytest.fixture
def always_troubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer shows danger, so that one day of two patients is enough to see something."""
    monkeypatch.setattr(courses, "TROUBLE", ((1, 1, {"danger": ("chest",)}),))


async def lived(days: int, count: int, seed: int, drain: float = 0.2) -> Report:
    async with empty_database(Clinic()) as database:
        span = timedelta(days=drain)
        return await rehearse(database, Clinic(), days, count, seed, drain=span)


@pytest.mark.usefixtures("always_troubled")
async def test_the_same_seed_gives_the_same_report_on_either_database_and_leaves_the_clock_alone(
    database: Database,
) -> None:
    before = clock.now()
    first = await lived(1, 2, seed=3)
    second = await rehearse(database, Clinic(), 1, 2, 3, drain=timedelta(days=0.2))
    assert list(first.lines()) == list(second.lines())
    assert first.as_dict() == second.as_dict()
    assert first.flags
    assert clock.now() - before < timedelta(hours=1)


def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "notice_delay", lambda level, random: None)
    monkeypatch.setattr(staff, "rounds_delay", lambda random: None)


@pytest.mark.usefixtures("always_troubled")
async def test_when_nobody_looks_by_themselves_the_ladder_finds_somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody_looks(monkeypatch)
    report = await lived(1, 2, seed=3, drain=1)
    assert report.is_safe, list(report.lines())
    assert report.escalations
    assert all("the nurse overlooked it" in flag.causes for flag in report.flags)


@pytest.mark.usefixtures("always_troubled")
async def test_waits_causes_and_hours_are_those_of_people_whose_every_minute_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everybody sees a flag after nine minutes, nobody hears a call, each flag takes one."""
    monkeypatch.setattr(staff, "notice_delay", lambda level, random: timedelta(minutes=9))
    monkeypatch.setattr(staff, "answer_delay", lambda random: None)
    monkeypatch.setattr(staff, "handling_time", lambda level, random: timedelta(minutes=1))
    monkeypatch.setattr(outages, "EVERY_DAYS", 10_000)
    report = await lived(1, 2, seed=3)
    late = report.late(Level.EMERGENCY)
    assert late
    assert {flag.minutes(report.until) for flag in report.flags} == {9}
    assert {cause for flag in late for cause in flag.causes} <= {
        f"{name} did not hear the call" for name in STAFF
    }
    assert sum(hour.late for hour in report.hours) == len(late)
    assert sum(hour.raised for hour in report.hours) == len(report.flags)
    assert sum(hour.minutes for hour in report.hours) == len(report.flags)
    assert sum(hour.answered for hour in report.hours) == report.check_ins


async def no_escalation(database: Database, flag_id: Any, now: datetime) -> int:
    return 0


@pytest.mark.usefixtures("always_troubled")
async def test_a_clock_that_does_not_run_is_told_and_the_promises_are_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody_looks(monkeypatch)
    monkeypatch.setattr(flag_clocks, "_climb_due", no_escalation)
    report = await lived(1, 2, seed=3, drain=1)
    assert report.unseen
    assert report.endless
    assert not report.is_safe


@pytest.mark.usefixtures("always_troubled")
async def test_a_ladder_that_forgets_what_it_climbed_tells_twice_and_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    due = rungs_due
    add = flag_clocks._add
    monkeypatch.setattr(
        flag_clocks,
        "rungs_due",
        lambda level, since, climbed, now, clinic: due(level, since, (), now, clinic),
    )

    async def always_new(*given: Any) -> bool:
        await add(*given)
        return True

    monkeypatch.setattr(flag_clocks, "_add", always_new)
    monkeypatch.setattr(staff, "answer_delay", lambda random: None)
    nobody_looks(monkeypatch)
    report = await lived(1, 2, seed=3, drain=1)
    assert report.doubled
    assert not report.is_safe


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_the_command_ends_with_whether_the_promises_were_kept(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    kept: bool,
) -> None:
    async def lived_through(*_: Any) -> Report:
        return WITHOUT if kept else replace(WITHOUT, doubled=1)

    monkeypatch.setenv("DATA_FOLDER", str(tmp_path))
    monkeypatch.setattr("portal.cli.rehearse._rehearse", lived_through)
    assert main(["rehearse", *arguments]) == (0 if kept else 1)
    assert ("BROKEN" in capsys.readouterr().out) == (not kept and not arguments)
    assert not list(tmp_path.iterdir())  # the clinic's own folder is left alone


def test_virtual_patients_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    first, again, other = (virtual_patients(4, 30, ENDS, ZONE, seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert all(patient.doses for patient in first)


SHARES = {
    "nausea": (0.2, 0.36),
    "vomits": (0.03, 0.15),
    "speech": (0.0, 0.09),
    "anxiety": (0.05, 0.2),
    "awake": (0.15, 0.31),
}


def test_effects_come_as_often_as_the_evidence_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """clinical.md section 1; the troubles that are made to come often are left out."""
    monkeypatch.setattr(courses, "TROUBLE", ())
    patients = virtual_patients(200, 90, ENDS, ZONE, 7)
    for effect, (least, most) in SHARES.items():
        ever = [
            any(getattr(told.said, effect) for told in one.reports if told.said.after is not None)
            for one in patients
        ]
        assert least <= sum(ever) / len(ever) <= most, effect


def test_somebody_is_late_somebody_is_silent_and_somebody_leaves_half_way() -> None:
    patients = virtual_patients(50, 90, ENDS, ZONE, 7)
    told = [one for patient in patients for one in patient.reports]
    words = {words.text for patient in patients for words in patient.messages}
    assert any(one.is_left for one in told)
    assert any(one.said.by_companion for one in told)
    assert words & set(courses.DANGER)
    assert words & set(courses.QUIET)


def test_outages_lie_within_the_rehearsal_and_are_known_by_the_minute() -> None:
    down = outages_of(AT_EIGHT, AT_EIGHT + timedelta(days=90), 7, ["Night nurse"])
    start, end = down.worker[0]
    assert down.worker_back_at(start) == end
    assert down.worker_back_at(end) is None


def test_without_a_database_neither_portal_nor_worker_answers() -> None:
    span = (AT_EIGHT, AT_EIGHT + timedelta(minutes=9))
    down = Outages(database=(span,), offline=(("Night nurse", span),))
    assert down.portal_back_at(AT_EIGHT) == down.worker_back_at(AT_EIGHT) == span[1]
    assert down.online_at("Night nurse", AT_EIGHT) == span[1]
    assert down.online_at("Day nurse", AT_EIGHT) is None


def test_only_a_graver_flag_interrupts_what_somebody_has_in_hand() -> None:
    desk, (first, second) = staff.Desk("Night nurse", AT_EIGHT), (new_id(), new_id())
    assert desk.begin(first, Level.SOON, AT_EIGHT, timedelta(minutes=20)) is None
    assert desk.is_busy(AT_EIGHT, Level.SOON)
    assert not desk.is_busy(AT_EIGHT, Level.EMERGENCY)
    assert desk.begin(second, Level.EMERGENCY, AT_EIGHT, timedelta(minutes=9)) == first
    assert desk.free_at == AT_EIGHT + timedelta(minutes=29)
    assert desk.is_busy(AT_EIGHT, Level.URGENT)


@pytest.mark.usefixtures("always_troubled")
async def test_what_one_nurse_overlooked_the_next_one_sees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staff, "notice_delay", lambda level, random: None)
    monkeypatch.setattr(staff, "answer_delay", lambda random: None)
    report = await lived(1, 2, seed=3, drain=1)
    assert not report.unseen
    assert report.late(Level.EMERGENCY)


async def test_an_agenda_never_goes_back_and_keeps_the_order_it_was_given() -> None:
    agenda, done = Agenda(AT_EIGHT), []

    async def note(what: str) -> None:
        done.append((what, agenda.now))

    agenda.note(AT_EIGHT + timedelta(hours=1), note, "later")
    agenda.note(AT_EIGHT - timedelta(hours=1), note, "overdue")
    agenda.note(AT_EIGHT, note, "now")
    await agenda.run(AT_EIGHT + timedelta(hours=2))
    assert [what for what, _ in done] == ["overdue", "now", "later"]
    assert [at for _, at in done] == sorted(at for _, at in done)


@pytest.mark.parametrize(("name", "value"), [("--days", "0"), ("--patients", "100000")])
def test_a_size_beyond_reason_is_refused_in_one_line(name: str, value: str) -> None:
    with pytest.raises(Refusal, match=name):
        run(parser().parse_args(["rehearse", name, value]))
