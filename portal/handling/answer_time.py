"""When a patient may honestly expect the first human answer. Pure: no clock, no database.

By the last days' first answers: nine in ten came within this much working time. More when somebody
waits longer than that already, and when more people wait than usual: each of these adds what an
answer usually takes. With too few answers to judge by, it is what the clinic promises.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median_high
from zoneinfo import ZoneInfo

from portal.handling.promise import after, is_open_at, next_opening, working_time
from portal.languages import _
from portal.settings import Clinic
from portal.web.times import clock_time, day, weekday_name

FEWEST = 8
SHARE = 0.9
SHORTEST = timedelta(minutes=5)
# Spans and the moments they end at: to the next 5 minutes, from an hour on to the next quarter.
# Nobody keeps to the minute, and "by 11:46 am" sounds as if somebody did.
FINE, COARSE = timedelta(minutes=5), timedelta(minutes=15)
DAYS_OF_A_WEEK = 7
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Turn:
    """A patient's first words without an answer, and the team's first answer, if there is one."""

    asked: datetime
    answered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the patient is told. `waits`: there are words of theirs without an answer."""

    by: datetime
    is_open: bool
    opens_at: datetime
    closes_at: datetime | None
    waits: bool
    is_late: bool


def expect(
    turns: Sequence[Turn], waiting_since: datetime | None, now: datetime, clinic: Clinic
) -> Expected:
    """`turns` are those of all patients of the team; `waiting_since` is this patient's own."""
    since = waiting_since or now
    span = expected_span(turns, since, now, clinic)
    by = _on_a_round_minute(after(since, span, clinic), _step(span))
    closes_at = is_open_at(now, clinic)
    return Expected(
        by=by,
        is_open=closes_at is not None,
        opens_at=next_opening(now, clinic),
        closes_at=closes_at,
        waits=waiting_since is not None,
        is_late=waiting_since is not None and now > by,
    )


def expected_span(
    turns: Sequence[Turn], since: datetime, now: datetime, clinic: Clinic
) -> timedelta:
    """Working time from the question to the first answer, rounded up."""
    taken = [
        working_time(turn.asked, turn.answered, clinic)
        for turn in turns
        if turn.answered is not None
    ]
    if len(taken) < FEWEST:
        return timedelta(hours=clinic.answer_hours)
    usual = _most_of(taken)
    so_far = [working_time(turn.asked, now, clinic) for turn in turns if turn.answered is None]
    # Who waits for less than the usual time says nothing yet; who waits longer says it is slow.
    span = _most_of([*taken, *(wait for wait in so_far if wait > usual)])
    return _rounded(max(span + _more_than_usual(turns, since) * median_high(taken), SHORTEST))


def _most_of(waits: Sequence[timedelta]) -> timedelta:
    """The time within which nine in ten were answered (nearest rank)."""
    return sorted(waits)[math.ceil(SHARE * len(waits)) - 1]


def _more_than_usual(turns: Sequence[Turn], since: datetime) -> int:
    """How many more wait before this one than usually did."""
    usual = median_high(_ahead_of(turn.asked, turns) for turn in turns if turn.answered is not None)
    ahead = sum(turn.answered is None and turn.asked < since for turn in turns)
    return max(0, ahead - usual)


def _ahead_of(asked: datetime, turns: Sequence[Turn]) -> int:
    return sum(
        turn.asked < asked and (turn.answered is None or turn.answered > asked) for turn in turns
    )


def _rounded(span: timedelta) -> timedelta:
    step = _step(span)
    return -(-span // step) * step


def _step(span: timedelta) -> timedelta:
    return FINE if span < timedelta(hours=1) else COARSE


def _on_a_round_minute(at: datetime, step: timedelta) -> datetime:
    """The next one: every zone's clocks differ by whole quarters of an hour."""
    beyond = (at - EPOCH) % step
    return at + (step - beyond if beyond else beyond)


def return_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When somebody is back: `today at 8 am` for who reads it before dawn, else as `moment`."""
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return _("today at %(time)s", time=clock_time(at, zone))
    return moment(at, now, zone)


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`3:40 pm` for today, `Tuesday at 8 am` within a week, else `Mon 30 Nov at 8 am`."""
    local, time = at.astimezone(zone), clock_time(at, zone)
    days = (local.date() - now.astimezone(zone).date()).days
    if not days:
        return time
    name = weekday_name(local.date()) if 0 < days < DAYS_OF_A_WEEK else day(at, zone)
    return _("%(day)s at %(time)s", day=name, time=time)
