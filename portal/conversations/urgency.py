"""Whether a message reads as if it could not wait. Pure.

It only decides whether the writer is asked; what the care team is told about is decided elsewhere,
and a message is stored and sent whatever this says.
"""

import re

from portal.symptoms.reader import RED_FLAG, read
from portal.symptoms.spelling import plain_text
from portal.symptoms.surroundings import Status

# What people write when it is urgent to them, besides the red flags that the reader knows.
_SAYS_SO = re.compile(
    r"\b(?:emergency|urgent(?:ly)?|asap|need (?:some )?help (?:right )?now|help me"
    r"|right away|emergencia|urgente|ayuda(?:me)?)\b"
)
_NOT = re.compile(
    r"\b(?:not|no|isn'?t|nothing|non) (?:an? |es )?(?:urgent\w*|emergenc\w*|urgente)\b"
)


def reads_urgent(text: str) -> bool:
    """A red flag that is present, or the writer's own word for urgency."""
    if any(one.what == RED_FLAG and one.status is Status.PRESENT for one in read(text)):
        return True
    plain = _NOT.sub(" ", plain_text(text).text)
    return _SAYS_SO.search(plain) is not None
