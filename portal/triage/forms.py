"""What a clinician posts about a flag."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from portal.flags.models import Outcome
from portal.web.forms import Form, form_of

LONGEST_NOTE = 2000
MOST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Posted:
    """A form as read. `round` is the round its page showed; `errors` has a sentence by field.

    `step` and `values`: which of the smaller forms it is, and what stood in it.
    """

    round: int | None = None
    errors: dict[str, str] = field(default_factory=dict)
    outcome: str = ""
    words: str = ""
    told: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    step: str = ""


async def read_seen(request: Request) -> Posted:
    form = await form_of(request)
    return Posted(_round(form), form.errors)


async def read_resolution(request: Request) -> Posted:
    form = await form_of(request)
    outcome = form.choice("outcome", [outcome.value for outcome in Outcome], "Say what was done.")
    note = form.text("note", longest=LONGEST_NOTE)
    return Posted(_round(form), form.errors, outcome, note, told=form.flag("told"))


async def read_reopening(request: Request) -> Posted:
    form = await form_of(request)
    required = "Say why this needs another look."
    reason = form.text("reason", longest=LONGEST_NOTE, required=required)
    return Posted(_round(form), form.errors, words=reason)


def _round(form: Form) -> int | None:
    text = form.raw("round")
    is_whole = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_whole else None
