"""What leaves the portal: sentences that say only that something waits. Pure.

No name, no clinic, nothing of health, no address but the portal's own front door.
"""

from dataclasses import dataclass

from portal.languages import ENGLISH, N_, _, gettext, reading_in
from portal.notices.reasons import Pace


@dataclass(frozen=True, slots=True)
class Words:
    """`title` is a mail's subject and a push message's first line."""

    title: str
    body: str
    foot: str = N_("This mail was sent by a computer. Nobody reads answers to it.")


ONE = Words(N_("You have a message waiting"), N_("You have a message waiting. Sign in to read it."))
PATIENT_NOW = Words(
    N_("We are waiting to hear from you"),
    N_("We are waiting to hear from you. Please sign in now."),
)
TEAM_NOW = Words(N_("You are needed now"), N_("You are needed now. Sign in to see why."))
COMPANION = Words(
    N_("Please look in on the person you are with"),
    N_(
        "Somebody who named you as their helper has a message waiting. "
        "Please look in on them, and ask them to look at their phone."
    ),
)
INVITATION = Words(
    N_("Your sign-in link"),
    N_("Here is your link to sign in for the first time. It works once, for 7 days."),
)


def words_for(pace: Pace, number: int, is_patient: bool, language: str = ENGLISH) -> Words:
    """The sentences for an envelope that stands for `number` things, in their reader's language."""
    with reading_in(language):
        said = _words_for(pace, number, is_patient)
        return Words(gettext(said.title), gettext(said.body), gettext(said.foot))


def _words_for(pace: Pace, number: int, is_patient: bool) -> Words:
    if pace is Pace.INVITATION:
        return INVITATION
    if pace is Pace.COMPANION:
        return COMPANION
    if not pace.waits_for_morning:
        return PATIENT_NOW if is_patient else TEAM_NOW
    return ONE if number <= 1 else many(number)


def many(number: int) -> Words:
    title = _("You have %(n)s messages waiting", n=number)
    return Words(title, _("You have %(n)s messages waiting. Sign in to read them.", n=number))


def mail_body(words: Words, link: str | None) -> str:
    parts = [words.body, link, words.foot] if link else [words.body, words.foot]
    return "\n\n".join(parts) + "\n"
