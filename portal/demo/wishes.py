"""What the demo's patients asked for, and which visits are booked."""

from dataclasses import dataclass

from portal.bookings.kinds import Health, Kind, Part
from portal.bookings.models import Ending, OfferOutcome


@dataclass(frozen=True, slots=True)
class Wish:
    """A request as it stands. `wait` is minutes since it was asked, `windows` days from now."""

    letter: str
    kind: Kind
    wait: float
    words: str = ""
    windows: tuple[tuple[int, Part], ...] = ()
    health: tuple[Health, ...] = ()
    ending: Ending | None = None
    reason: str = ""
    offered: OfferOutcome | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit: `day` and `hour` on the wall from today, and whether it was cancelled."""

    letter: str
    kind: Kind
    day: int
    hour: int
    minute: int = 0
    nurse: str = "day-nurse"
    words: str = ""
    cancelled: str = ""


WISHES = (
    Wish("J", Kind.INFUSION_VISIT, 130, "Pain is coming back in the evenings. Mornings are best.",
         ((4, Part.MORNING), (6, Part.MORNING), (7, Part.MIDDAY))),
    Wish("D", Kind.DOSE_QUESTION, 190, "Do I skip my next shot if I still feel sick?",
         ((1, Part.MORNING),), (Health.NEW_MEDICINE,)),
    Wish("L", Kind.CALL_BACK, 45, "When can I drive again?", ((1, Part.EVENING), (2, Part.MORNING)),
         held=True),
    Wish("G", Kind.FOLLOW_UP, 27 * 60, "I would like to talk with somebody at home.",
         ((3, Part.MIDDAY),), offered=OfferOutcome.DECLINED),
    Wish("E", Kind.CALL_BACK, 26 * 60, "My mother has a question about the next infusion.",
         ((2, Part.EVENING),), offered=OfferOutcome.LAPSED),
    Wish("N", Kind.INFUSION_VISIT, 3 * 24 * 60, "Can I have my next dose?", ((5, Part.MORNING),),
         (Health.PREGNANT,), Ending.REFUSED,
         "Your plan is on hold. Your doctor will call you about it first."),
    Wish("K", Kind.CALL_BACK, 9 * 24 * 60, "It is about my sleep.", ((1, Part.MIDDAY),),
         ending=Ending.WITHDRAWN),
    Wish("S", Kind.FOLLOW_UP, 300, "I would like a visit next week.", ((8, Part.MORNING),)),
)  # fmt: skip

BOOKED = (
    Booked("B", Kind.INFUSION_VISIT, 6, 10),
    Booked("A", Kind.INFUSION_VISIT, 11, 10, nurse="day-nurse"),
    Booked("E", Kind.INFUSION_VISIT, 5, 14),
    Booked("M", Kind.FOLLOW_UP, 2, 9, 30),
    Booked("K", Kind.FOLLOW_UP, 12, 11, words="Three-month review."),
    Booked("C", Kind.FOLLOW_UP, 1, 13),
    Booked("P", Kind.FOLLOW_UP, 3, 10),
    Booked("H", Kind.FOLLOW_UP, 4, 15, cancelled="I will be away that day."),
    Booked("R", Kind.INFUSION_VISIT, 9, 10, nurse="other-nurse"),
)
