"""What the inbox's small forms post."""

from datetime import datetime, timedelta
from uuid import UUID

from portal.errors import Invalid
from portal.handling.actions import Seen
from portal.handling.promise import next_morning
from portal.settings import Clinic
from portal.web.forms import Form

SNOOZES = {"15": "15 min", "60": "1 h", "morning": "Until morning"}


def seen_of(form: Form) -> Seen:
    """What was on the page; a form without it decides on nothing it has seen."""
    return Seen(number_of(form, "after"), number_of(form, "seq"))


def number_of(form: Form, name: str) -> int:
    """A whole number that the page knew; -1 for anything else."""
    text = form.raw(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def owner_of(form: Form) -> UUID | None:
    """Who is to have it; None for the whole team."""
    owner = form.uuid("owner")
    if owner is None and form.raw("owner") != "team":
        raise Invalid("Choose who has this conversation.")
    return owner


def snooze_until(form: Form, now: datetime, clinic: Clinic) -> datetime:
    span = form.choice("for", SNOOZES, "Choose for how long.")
    if not span:
        raise Invalid(form.errors["for"])
    return next_morning(now, clinic) if span == "morning" else now + timedelta(minutes=int(span))
