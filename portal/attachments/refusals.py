"""Why a file is not taken, or cannot be shown, in the words that its sender reads."""

from portal.errors import Invalid, PortalError, Unavailable


class NoFile(Invalid):
    code = "no_file"
    sentence = "Choose a photo or a file first."


class TooLarge(Invalid):
    status = 413
    code = "file_too_large"

    def __init__(self, megabytes: int) -> None:
        super().__init__(f"This file is too big. Use one under {megabytes} MB.")


class TooMany(Invalid):
    code = "too_many_files"

    def __init__(self, most: int) -> None:
        super().__init__(f"Send {most} files or fewer at a time.")


class EnoughToday(PortalError):
    status = 429
    code = "too_fast"
    sentence = "You have sent many files today. Write to us, or send more tomorrow."


class WrongKind(Invalid):
    code = "file_kind"
    sentence = "We can take photos and PDF files. This is something else."


class BrokenPhoto(Invalid):
    code = "file_broken"
    sentence = "We could not open this photo. Take it again, or choose another one."


class TooManyPixels(Invalid):
    code = "file_too_large"
    sentence = "This photo is too large to open. Take it again, or choose another one."


class Harmful(Invalid):
    code = "file_harmful"
    sentence = "This file may do harm, so we did not take it. Choose another one."


class CannotCheck(Unavailable):
    code = "unavailable"
    sentence = "We cannot check files right now, so nothing was sent. Try again in a few minutes."


class CannotKeep(Unavailable):
    code = "unavailable"
    sentence = "We cannot keep files right now, so nothing was sent. Try again in a few minutes."


class CannotShow(Unavailable):
    code = "unavailable"
    sentence = "We cannot show this file right now. Please try again later, or ask us about it."
