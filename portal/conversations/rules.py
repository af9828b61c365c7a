"""What may be said, and how it is tidied before it is kept. Pure."""

import re
import unicodedata

from portal.conversations.models import Kind
from portal.errors import Conflict, Invalid, NotAllowed
from portal.languages import N_, _
from portal.permissions import Actor, Permission

LONGEST_MESSAGE = 8_000
# NUL and lone surrogates, which the databases and UTF-8 refuse.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
# All other control signs but tabs and line ends: they show nothing and can only do harm.
_CONTROLS = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f]")


class Empty(Invalid):
    code = "empty"
    sentence = N_("Write something first.")


class TooLong(Invalid):
    code = "too_long"
    sentence = N_("This is too long. Use 8,000 characters or fewer.")


class Unkeepable(Invalid):
    code = "not_allowed"
    sentence = N_("This holds a sign that cannot be kept. Take it out and send again.")


class Closed(Conflict):
    code = "closed"
    sentence = N_("This conversation is closed.")


class AlreadySaid(Conflict):
    code = "not_allowed"
    sentence = N_("This was sent before with other words. Copy it into a new message.")


class TooLate(Conflict):
    code = "too_late"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            _(
                "You can change a message for %(minutes)s minutes. This one is older."
                " Send a new message to set it right.",
                minutes=minutes,
            )
        )


class Changed(Conflict):
    code = "changed"
    sentence = N_("You changed this message on another page. Look at it, then save again.")


class Withdrawn(Conflict):
    code = "withdrawn"
    sentence = N_("You took this message back. Send a new one.")


def message_text(written: str) -> str:
    """The text that is kept: plain line ends, no control signs, trimmed; or why it cannot be."""
    if _UNKEEPABLE.search(written):
        raise Unkeepable
    plain = written.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", plain).strip()
    if not any(_is_visible(sign) for sign in text):
        raise Empty
    if len(text) > LONGEST_MESSAGE:
        raise TooLong
    return text


def require_writer(actor: Actor, kind: Kind) -> None:
    """Raises NotAllowed for a role that may not write here. Whose it is was asked before."""
    is_note = kind is Kind.NOTES
    if not actor.may(Permission.NOTE_WRITE if is_note else Permission.CONVERSATION_WRITE):
        raise NotAllowed


def _is_visible(sign: str) -> bool:
    # A message of joiners, direction marks or blanks shows nothing: it says nothing.
    return unicodedata.category(sign) not in {"Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co"}
