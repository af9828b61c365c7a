"""The sentences for what somebody else did first."""

from datetime import datetime
from zoneinfo import ZoneInfo

from portal.bookings.models import Ending, Slot
from portal.errors import Conflict
from portal.languages import N_, _
from portal.web.times import clock_time, when

ENDED = {
    Ending.ACCEPTED: N_("This request is already booked. Nothing was changed."),
    Ending.REFUSED: N_("This request was already refused. Nothing was changed."),
    Ending.WITHDRAWN: N_("This request was taken back by the patient. Nothing was changed."),
}


class TimeTaken(Conflict):
    """One of the offered times meets another; `position` counts from 0 in the form."""

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(sentence)
        self.position = position


def nurse_taken(position: int, name: str, slot: Slot) -> TimeTaken:
    return TimeTaken(
        position, f"{name} is booked or held at some time in {_stretch(slot)}. Choose another."
    )


def patient_taken(position: int, name: str, slot: Slot) -> TimeTaken:
    return TimeTaken(
        position, f"{name} has a visit or a held time in {_stretch(slot)}. Choose another."
    )


def already_ended(ending: Ending) -> Conflict:
    return Conflict(ENDED[ending])


def already_offered(name: str, until: datetime, zone: ZoneInfo) -> Conflict:
    words = f"{name} offered times first. They are held until {clock_time(until, zone)}."
    return Conflict(words)


def no_longer_held() -> Conflict:
    return Conflict(N_("This time is no longer held for you. We will offer you new times."))


def no_longer_allowed() -> Conflict:
    """The plan changed since the times were offered: why is for the team to see."""
    return Conflict(N_("This visit cannot be booked right now. Please call us."))


def already_chosen(starts_at: datetime, zone: ZoneInfo) -> Conflict:
    return Conflict(
        _("You already chose %(at)s. Cancel that visit to change it.", at=when(starts_at, zone))
    )


def already_cancelled(name: str, at: datetime, zone: ZoneInfo) -> Conflict:
    return Conflict(_("%(name)s cancelled this visit first, %(at)s.", name=name, at=when(at, zone)))


def _stretch(slot: Slot) -> str:
    zone = ZoneInfo(slot.zone)
    start, end = when(slot.starts_at, zone), clock_time(slot.ends_at, zone)
    return f"{start} to {end}"
