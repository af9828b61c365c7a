"""What the forms between taking and closing a flag post."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from portal.conversations.rules import LONGEST_MESSAGE
from portal.flags.care import Callee, CallResult
from portal.flags.steps import To
from portal.handling.promise import next_morning
from portal.ids import new_id
from portal.rota.duties import Duty
from portal.settings import Clinic
from portal.triage.desk import SPANS
from portal.triage.forms import LONGEST_NOTE
from portal.web.forms import Form

CHOOSE_RECEIVER = "Choose who is to have it."


@dataclass(frozen=True, slots=True)
class Read:
    """A form as read. `written`: words that must not be lost when it comes too late."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    written: str = ""

    def id(self, name: str) -> UUID:
        return UUID(self.values[name])


def read_nothing(form: Form) -> Read:
    return Read({})


def read_call(form: Form) -> Read:
    values = {
        "callee": form.choice("callee", [one.value for one in Callee], "Say who you called."),
        "result": form.choice(
            "result", [one.value for one in CallResult], "Say what came of the call."
        ),
        "call_words": form.text("call_words", longest=LONGEST_NOTE),
    }
    return Read(values, form.errors, values["call_words"])


def read_message(form: Form) -> Read:
    words = form.text(
        "message", longest=LONGEST_MESSAGE, required="Write what the patient should read."
    )
    id = form.uuid("message_id") or new_id()
    return Read({"message": words, "message_id": str(id)}, form.errors, words)


def read_note(form: Form) -> Read:
    words = form.text("team_note", longest=LONGEST_NOTE, required="Write the note first.")
    return Read({"team_note": words}, form.errors, words)


def read_snooze(form: Form) -> Read:
    return Read({"for": form.choice("for", SPANS, "Choose for how long.")}, form.errors)


def until(span: str, now: datetime, clinic: Clinic) -> datetime:
    return next_morning(now, clinic) if span == "morning" else now + timedelta(minutes=int(span))


def read_hand_over(form: Form) -> Read:
    to = form.raw("to")
    if form.uuid("to") is None and to not in set(Duty):
        form.errors["to"] = CHOOSE_RECEIVER
    words = form.text("hand_words", longest=LONGEST_NOTE)
    return Read({"to": to, "hand_words": words}, form.errors, words)


def receiver(read: Read) -> To:
    to = read.values["to"]
    return To(duty=Duty(to)) if to in set(Duty) else To(person_id=UUID(to))


def read_close(form: Form) -> Read:
    required = "Say why the patient is not told."
    words = form.text("close_reason", longest=LONGEST_NOTE, required=required)
    return Read({"close_reason": words}, form.errors, words)
