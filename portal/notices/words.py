"""What leaves the portal: sentences that say only that something waits. Pure.

No name, no clinic, nothing of health, no address but the portal's own front door.
"""

from dataclasses import dataclass

from portal.notices.reasons import Pace


@dataclass(frozen=True, slots=True)
class Words:
    """`title` is a mail's subject and a push message's first line."""

    title: str
    body: str


ONE = Words("You have a message waiting", "You have a message waiting. Sign in to read it.")
PATIENT_NOW = Words(
    "We are waiting to hear from you", "We are waiting to hear from you. Please sign in now."
)
TEAM_NOW = Words("You are needed now", "You are needed now. Sign in to see why.")
COMPANION = Words(
    "Please look in on the person you are with",
    "Somebody who named you as their helper has a message waiting. "
    "Please look in on them, and ask them to look at their phone.",
)
INVITATION = Words(
    "Your sign-in link",
    "Here is your link to sign in for the first time. It works once, for 7 days.",
)
FOOT = "This mail was sent by a computer. Nobody reads answers to it."


def words_for(pace: Pace, number: int, is_patient: bool) -> Words:
    """The sentences for an envelope that stands for `number` things."""
    if pace is Pace.INVITATION:
        return INVITATION
    if pace is Pace.COMPANION:
        return COMPANION
    if not pace.waits_for_morning:
        return PATIENT_NOW if is_patient else TEAM_NOW
    return ONE if number <= 1 else many(number)


def many(number: int) -> Words:
    title = f"You have {number} messages waiting"
    return Words(title, f"{title}. Sign in to read them.")


def mail_body(words: Words, link: str | None) -> str:
    parts = [words.body, link, FOOT] if link else [words.body, FOOT]
    return "\n\n".join(parts) + "\n"
