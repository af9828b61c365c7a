"""Why a live socket is closed, in the numbers the other side sees."""

from enum import IntEnum


class Close(IntEnum):
    """Close codes of the live protocol; `restarting` (1012) is sent by the web server itself."""

    BINARY = 1003
    BROKEN_TEXT = 1007
    MISUSE = 1008
    TOO_BIG = 1009
    TOO_SLOW = 1013
    SIGNED_OUT = 4401
    NOT_ALLOWED = 4403
    IDLE = 4408

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Close.BINARY: "text frames only",
    Close.BROKEN_TEXT: "broken UTF-8",
    Close.MISUSE: "too many frames we could not read",
    Close.TOO_BIG: "frame over 64 KiB",
    Close.TOO_SLOW: "too slow a reader; come back and catch up",
    Close.SIGNED_OUT: "signed out",
    Close.NOT_ALLOWED: "not allowed any more",
    Close.IDLE: "signed out after a time without use",
}
