"""Why somebody is told, what the page says about it, and where it leads. Pure.

The sentences here are only ever shown to a person who is signed in. What leaves the portal is in
`words.py` and says nothing of this.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from portal.languages import N_


class Pace(StrEnum):
    """How much of a hurry there is. One envelope of each may be gathering for a person."""

    CALM = "calm"  # gathered, spaced, never in quiet hours
    PROMPT = "prompt"  # its time is now; never in quiet hours
    URGENT = "urgent"  # at once, also in quiet hours
    OTHER_WAY = "other_way"  # like urgent, but by the channel that was not tried first
    COMPANION = "companion"  # to the adult with the patient, with the patient's consent
    INVITATION = "invitation"  # holds a one-time link

    @property
    def waits_for_morning(self) -> bool:
        return self in {Pace.CALM, Pace.PROMPT}


class Reason(StrEnum):
    """Add one freely: the column is text. Name it, say it, lead somewhere."""

    CHECK_IN_DUE = "check_in_due"
    CHECK_IN_WAITING = "check_in_waiting"
    FLAG_RAISED = "flag_raised"
    FLAG_TOLD = "flag_told"
    FLAG_UNTAKEN = "flag_untaken"
    FLAG_WAITING = "flag_waiting"
    HAND_OVER = "hand_over"
    MENTIONED = "mentioned"
    MESSAGE = "message"
    PROMISE_PASSED = "promise_passed"
    ROTA_GAP = "rota_gap"
    UNREACHED = "unreached"
    VISIT_CHANGED = "visit_changed"
    VISIT_OFFERED = "visit_offered"

    @property
    def pace(self) -> Pace:
        return Pace.PROMPT if self in CHECK_IN_REASONS else Pace.CALM


# About the check-ins after one dose, which is their subject.
CHECK_IN_REASONS = (Reason.CHECK_IN_DUE, Reason.CHECK_IN_WAITING)
# Whose subject is a flag.
FLAG_REASONS = (
    Reason.FLAG_RAISED,
    Reason.FLAG_TOLD,
    Reason.FLAG_UNTAKEN,
    Reason.FLAG_WAITING,
    Reason.HAND_OVER,
    Reason.PROMISE_PASSED,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the bell's page says: `patient` and `team` are the addresses; `{}` is the subject."""

    words: str
    patient: str
    team: str

    def link(self, is_patient: bool, subject_id: UUID) -> str:
        return (self.patient if is_patient else self.team).format(subject_id)


SHOWN = {
    Reason.CHECK_IN_DUE: Shown(N_("It is time for your check-in."), "/check-ins/now", "/"),
    Reason.CHECK_IN_WAITING: Shown(
        N_("We are waiting for your check-in. How are you?"), "/check-ins/now", "/"
    ),
    Reason.FLAG_RAISED: Shown("A new flag needs somebody.", "/", "/triage/{}"),
    Reason.FLAG_TOLD: Shown(
        N_("We looked at your check-in. See what happens next."), "/", "/triage/{}"
    ),
    Reason.FLAG_UNTAKEN: Shown(
        "Nobody has taken a flag. Call somebody of the care team.", "/", "/rota"
    ),
    Reason.FLAG_WAITING: Shown("A flag is waiting, and it came to you.", "/", "/triage/{}"),
    Reason.HAND_OVER: Shown("Something was handed over to you.", "/", "/triage"),
    Reason.MENTIONED: Shown("Somebody on your team named you in a note.", "/", "/inbox/{}"),
    Reason.MESSAGE: Shown(N_("There is a new message."), "/messages", "/inbox/{}"),
    Reason.PROMISE_PASSED: Shown(
        "A patient was to hear from us by now. Nobody has told them yet.", "/", "/triage/{}"
    ),
    Reason.ROTA_GAP: Shown("A duty has nobody within the next day.", "/", "/rota/{}"),
    Reason.UNREACHED: Shown(
        N_("We could not reach somebody by mail or push. Call them."),
        "/account/notices",
        "/people/{}",
    ),
    Reason.VISIT_CHANGED: Shown(N_("Something about a visit changed."), "/visits", "/requests/{}"),
    Reason.VISIT_OFFERED: Shown(
        N_("We have times for you to choose from."), "/visits", "/requests/{}"
    ),
}
