"""Where a flag stands, from the steps of its round: pure."""

from datetime import datetime, timedelta

import pytest

from portal.flags.care import Callee, CallResult, Did, Stage, care_of, stage_of
from portal.rota.duties import Duty
from tests.flags.test_ladder import ME, OTHER, RAISED, Done


def at(minutes: float) -> datetime:
    return RAISED + timedelta(minutes=minutes)


def call(result: CallResult, callee: Callee = Callee.PATIENT, minutes: float = 5) -> Done:
    return Done(Did.CALL, at(minutes), callee=callee, result=result)


def test_a_flag_goes_from_raised_to_closed() -> None:
    note = Done(Did.NOTE, at(3))
    closed = [note, Done(Did.TOLD, at(9)), Done(Did.CLOSE, at(9))]
    stages = [
        stage_of(care_of(None, []), is_taken=False, is_resolved=False),
        stage_of(care_of(ME, []), is_taken=True, is_resolved=False),
        stage_of(care_of(ME, [note]), is_taken=True, is_resolved=False),
        stage_of(care_of(ME, [note]), is_taken=True, is_resolved=True),
        stage_of(care_of(ME, closed), is_taken=True, is_resolved=True),
    ]
    assert stages == list(Stage)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Done(Did.MESSAGE, at(5)), True),
        (Done(Did.TOLD, at(5)), True),
        (call(CallResult.REACHED), True),
        (call(CallResult.REACHED, Callee.COMPANION), False),
        (call(CallResult.NO_ANSWER), False),
        (call(CallResult.LEFT_WORD), False),
        (Done(Did.NOTE, at(5)), False),
    ],
)
def test_the_patient_is_told_by_a_message_or_a_call_that_reached_them(
    step: Done, told: bool
) -> None:
    assert care_of(ME, [step]).is_told is told


def test_who_has_it_follows_the_hand_over_and_the_taking() -> None:
    given = Done(Did.HAND_OVER, at(5), to_id=OTHER)
    care = care_of(ME, [given])
    assert (care.holder_id, care.handed_at, care.handovers) == (OTHER, at(5), 1)
    third = Done(Did.TAKE, at(6), by_id=OTHER)
    care = care_of(ME, [given, third])
    assert (care.holder_id, care.handed_at) == (OTHER, None)
    to_duty = Done(Did.HAND_OVER, at(7), to_duty=Duty.ON_CALL)
    care = care_of(ME, [given, third, to_duty])
    assert (care.holder_id, care.holder_duty, care.handovers) == (None, Duty.ON_CALL, 2)


def test_what_was_undone_counts_no_more_but_its_lap_is_used_up() -> None:
    given = Done(Did.HAND_OVER, at(5), to_id=OTHER)
    undone = Done(Did.UNDO, at(5.1), other_id=given.id)
    care = care_of(ME, [given, undone])
    assert (care.holder_id, care.handed_at, care.handovers) == (ME, None, 1)


def test_a_snooze_ends_at_its_time_when_woken_and_when_handed_over() -> None:
    rest = Done(Did.SNOOZE, at(5), until=at(20))
    assert care_of(ME, [rest]).is_snoozed(at(19))
    assert not care_of(ME, [rest]).is_snoozed(at(20))
    for ending in (Done(Did.WAKE, at(6)), Done(Did.HAND_OVER, at(6), to_id=OTHER)):
        assert not care_of(ME, [rest, ending]).is_snoozed(at(7))


def test_the_last_call_that_reached_nobody_is_known_until_somebody_is_reached() -> None:
    missed = call(CallResult.NO_ANSWER)
    assert care_of(ME, [missed]).tried_at == at(5)
    assert care_of(ME, [missed, call(CallResult.REACHED, minutes=8)]).tried_at is None
    assert care_of(ME, [missed, Done(Did.MESSAGE, at(8))]).tried_at is None
