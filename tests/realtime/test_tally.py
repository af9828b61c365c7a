"""What people use in several processes, without a line between them."""

from uuid import uuid4

from portal.realtime.rates import Buckets, Rate
from portal.realtime.tally import FORGET_AFTER, REPEAT_EVERY, Tally

WHO, OTHER = uuid4(), uuid4()


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def told(tally: Tally) -> bytes:
    news = tally.news()
    assert news is not None
    return news


def test_pages_open_elsewhere_count_until_they_close() -> None:
    here, there = Tally(True), Tally(True)
    here.sit(WHO, OTHER)
    there.sit(WHO)
    here.hear(told(there))
    assert (here.open_for(WHO), here.open_for(OTHER), there.open_for(OTHER)) == (2, 1, 0)
    there.rise(WHO)
    here.hear(told(there))
    assert here.open_for(WHO) == 1


def test_a_process_that_is_silent_for_long_counts_no_more() -> None:
    time = Time()
    here, there = Tally(True, time), Tally(True, time)
    there.sit(WHO)
    here.hear(told(there))
    time.now += FORGET_AFTER + 1
    assert here.open_for(WHO) == 0


def test_nothing_new_is_told_only_now_and_then() -> None:
    time = Time()
    tally = Tally(True, time)
    assert tally.news()
    assert tally.news() is None
    time.now += REPEAT_EVERY
    assert tally.news()


def test_messages_are_told_once_and_taken_from_the_same_bucket() -> None:
    here, there = Tally(True), Tally(True)
    paces = Buckets(Rate(per_second=0, burst=3))
    here.on_spent = paces.spend
    there.spend(WHO)
    there.spend(WHO)
    here.hear(told(there))
    assert [paces.take(WHO), paces.take(WHO)] == [True, False]
    there.sit(OTHER)
    here.hear(told(there))
    assert paces.take(OTHER)


def test_its_own_and_what_is_not_ours_is_passed_over() -> None:
    tally = Tally(True)
    tally.sit(WHO)
    tally.hear(told(tally))
    tally.hear(b"not ours")
    assert tally.open_for(WHO) == 1


def test_alone_nothing_is_kept_for_others() -> None:
    tally = Tally()
    tally.spend(WHO)
    assert str(WHO).encode() not in told(tally)
