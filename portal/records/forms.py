"""What staff fill in on a record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.bookings.times import instants
from portal.people.models import Caution
from portal.treatments.actions import Given
from portal.web.forms import Form

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class TypedDose:
    """A dose as it was typed, so that an error loses nothing."""

    number: int
    step: str
    date: str
    time: str
    adult_present: bool
    note: str


def typed_dose(form: Form) -> TypedDose:
    number = form.raw("number")
    return TypedDose(
        number=int(number) if number.isdecimal() and len(number) < 5 else 0,
        step=form.raw("step")[:4],
        date=form.raw("date")[:10],
        time=form.raw("time")[:5],
        adult_present=form.flag("adult_present"),
        note=form.text("note", longest=LONGEST_NOTE),
    )


def given(form: Form, typed: TypedDose, zone: ZoneInfo) -> Given | None:
    """The dose, or None with what is missing in `form.errors`. Times are the patient's."""
    if not typed.step.isdecimal():
        form.errors["step"] = "Choose the step that was given."
    ended_at = _instant(form, typed, zone)
    if form.errors or ended_at is None:
        return None
    return Given(typed.number, int(typed.step), ended_at, typed.adult_present, typed.note)


def _instant(form: Form, typed: TypedDose, zone: ZoneInfo) -> datetime | None:
    try:
        wall = datetime.fromisoformat(f"{typed.date}T{typed.time}")
    except ValueError:
        form.errors["date"] = "Enter the day and the time the dose ended."
        return None
    if wall.tzinfo is not None:
        form.errors["date"] = "Enter the day and the time the dose ended."
        return None
    found = instants(wall, zone)
    if not found:
        form.errors["time"] = "The clock skipped this time. Enter the time it showed after that."
        return None
    # In the doubled hour of autumn a dose that has ended was most likely the earlier one.
    return found[0]


@dataclass(frozen=True, slots=True)
class TypedCautions:
    cautions: frozenset[Caution]
    supervisor_id: UUID | None


def typed_cautions(form: Form, clinicians: set[UUID]) -> TypedCautions:
    """Ticked cautions and who supervises; treatment under these never goes without somebody."""
    ticked = frozenset(Caution(code) for code in form.many("cautions", list(Caution)))
    supervisor = form.uuid("supervisor")
    typed = TypedCautions(ticked, supervisor if supervisor in clinicians else None)
    if typed.supervisor_id is None and any(caution.needs_supervision for caution in ticked):
        form.errors["supervisor"] = "Choose the clinician who supervises this treatment."
    return typed
