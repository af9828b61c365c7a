"""What the rota's forms post."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.rota.coverage import instants
from portal.rota.duties import Duty
from portal.web.forms import PHONE_ASKED, Form, is_phone

LONGEST_PHONE = 40
REPEATS = {"1": "Only this day", "5": "5 days running", "7": "7 days running"}
T = TypeVar("T")
NO_SUCH_TIME = "That time does not exist: the clocks go forward over it. Choose another."


@dataclass(frozen=True, slots=True)
class Asked:
    """A shift as asked for; `spans` has one span a day."""

    person_id: UUID | None
    duty: Duty | None
    spans: list[tuple[datetime, datetime]]
    phone: str
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_shift(form: Form, zone: ZoneInfo) -> Asked:
    person_id = form.uuid("person")
    if person_id is None:
        form.errors["person"] = "Choose who is on."
    duty = form.choice("duty", list(Duty), "Choose the duty.")
    repeat = form.choice("repeat", REPEATS, "Choose for how many days.")
    spans = _spans(form, int(repeat or 1), zone)
    phone = read_phone(form)
    fields = ("person", "duty", "day", "begins", "ends", "repeat", "phone")
    values = {name: form.raw(name)[:LONGEST_PHONE] for name in fields}
    errors = {name: form.errors[name] for name in fields if name in form.errors}
    return Asked(person_id, Duty(duty) if duty else None, spans, phone, values, errors)


def read_phone(form: Form) -> str:
    phone = form.text("phone", longest=LONGEST_PHONE)
    if phone and not is_phone(phone):
        form.errors["phone"] = PHONE_ASKED
    return phone


def _spans(form: Form, days: int, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    first = _read(form, "day", date.fromisoformat, "Choose the day.")
    begins = _read(form, "begins", time.fromisoformat, "Choose when it begins.")
    ends = _read(form, "ends", time.fromisoformat, "Choose when it ends.")
    if first is None or begins is None or ends is None:
        return []
    try:
        wall = [date.fromordinal(first.toordinal() + later) for later in range(days)]
        return [instants(day, begins, ends, zone) for day in wall]
    except ValueError:
        form.errors["begins"] = NO_SUCH_TIME
    except OverflowError:
        form.errors["day"] = "Choose a day of these years."
    return []


def _read(form: Form, name: str, parse: Callable[[str], T], sentence: str) -> T | None:
    try:
        return parse(form.raw(name))
    except ValueError:
        form.errors[name] = sentence
    return None
