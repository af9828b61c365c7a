"""A rehearsal on a small scale: the same seed gives the same report, and trouble is not hidden."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal import clock
from portal.cli import parser
from portal.cli.refusal import Refusal
from portal.cli.rehearse import empty_database
from portal.rehearsal import patients, staff
from portal.rehearsal.agenda import Agenda
from portal.rehearsal.outages import Outages, outages_of
from portal.rehearsal.patients import virtual_patients
from portal.rehearsal.rehearsal import rehearse
from portal.rehearsal.report import Report, Waited
from portal.settings import Clinic
from portal.symptoms.levels import Level

ZONE = ZoneInfo("America/New_York")
ENDS = datetime(2026, 11, 23, 12, tzinfo=UTC)
AT_EIGHT = datetime(2026, 11, 20, 13, tzinfo=UTC)


@pytest.fixture
def always_troubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer shows danger, so that one day of two patients is enough to see something."""
    monkeypatch.setattr(patients, "TROUBLE", ((1, 1, {"danger": ("chest",)}),))


async def lived(days: int, count: int, seed: int, drain: float = 0.2) -> Report:
    async with empty_database(Clinic()) as database:
        span = timedelta(days=drain)
        return await rehearse(database, Clinic(), days, count, seed, drain=span)


@pytest.mark.usefixtures("always_troubled")
async def test_the_same_seed_gives_the_same_report_and_leaves_the_clock_alone() -> None:
    before = clock.now()
    first, second = await lived(1, 2, seed=3), await lived(1, 2, seed=3)
    assert list(first.lines()) == list(second.lines())
    assert first.flags
    assert clock.now() - before < timedelta(hours=1)


@pytest.mark.usefixtures("always_troubled")
async def test_when_nobody_looks_by_themselves_the_ladder_finds_somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staff, "notice_delay", lambda level, random: None)
    report = await lived(1, 2, seed=3, drain=1)
    assert report.is_safe
    assert report.escalations


def a_flag(level: Level, minutes: int | None, ended: bool = True) -> Waited:
    taken_at = None if minutes is None else AT_EIGHT + timedelta(minutes=minutes)
    return Waited(
        name="Patient 1",
        level=level,
        since=AT_EIGHT,
        due_at=AT_EIGHT + timedelta(minutes=5),
        taken_at=taken_at,
        ended_at=taken_at if ended else None,
        rungs=2,
    )


def a_report(*flags: Waited, doubled: int = 0) -> Report:
    return Report(
        days=1,
        until=AT_EIGHT + timedelta(days=1),
        zone=ZONE,
        doses=1,
        check_ins=1,
        flags=flags,
        escalations=Counter(),
        doubled=doubled,
        outages=Outages((), ()),
        tables=(),
    )


def test_a_report_is_safe_only_when_all_was_seen_ended_and_told_once() -> None:
    assert a_report(a_flag(Level.EMERGENCY, 4)).is_safe
    assert not a_report(a_flag(Level.EMERGENCY, None)).is_safe
    assert not a_report(a_flag(Level.ROUTINE, 10, ended=False)).is_safe
    assert not a_report(doubled=1).is_safe


def test_a_report_names_the_worst_wait_and_by_how_much_it_was_late() -> None:
    lines = list(a_report(a_flag(Level.EMERGENCY, 12), a_flag(Level.EMERGENCY, 4)).lines())
    (worst,) = [line for line in lines if "waited" in line]
    assert "waited 12 min, 7 over its limit, 2 steps up the ladder" in worst
    assert any(line.startswith("  08     2 raised   1 taken late") for line in lines)


def test_virtual_patients_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    first, again, other = (virtual_patients(4, 30, ENDS, ZONE, seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert all(patient.doses for patient in first)


def test_outages_lie_within_the_rehearsal_and_are_known_by_the_minute() -> None:
    outages = outages_of(AT_EIGHT, AT_EIGHT + timedelta(days=90), seed=7)
    start, end = outages.worker[0]
    assert outages.worker_back_at(start) == end
    assert outages.worker_back_at(end) is None


async def test_an_agenda_never_goes_back_and_keeps_the_order_it_was_given() -> None:
    agenda, done = Agenda(AT_EIGHT), []

    async def note(what: str) -> None:
        done.append((what, agenda.now))

    agenda.at(AT_EIGHT + timedelta(hours=1), lambda: note("later"))
    agenda.at(AT_EIGHT - timedelta(hours=1), lambda: note("overdue"))
    agenda.at(AT_EIGHT, lambda: note("now"))
    await agenda.run(AT_EIGHT + timedelta(hours=2))
    assert [what for what, _ in done] == ["overdue", "now", "later"]
    assert [at for _, at in done] == sorted(at for _, at in done)


@pytest.mark.parametrize(("name", "value"), [("--days", "0"), ("--patients", "100000")])
def test_a_size_beyond_reason_is_refused_in_one_line(name: str, value: str) -> None:
    from portal.cli.rehearse import run

    with pytest.raises(Refusal, match=name):
        run(parser().parse_args(["rehearse", name, value]))
