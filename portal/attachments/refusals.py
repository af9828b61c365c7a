"""Why a file is not taken, or cannot be shown, in the words that its sender reads."""

from portal.errors import Invalid, PortalError, Unavailable
from portal.languages import N_, _


class NoFile(Invalid):
    code = "no_file"
    sentence = N_("Choose a photo or a file first.")


class TooLarge(Invalid):
    status = 413
    code = "file_too_large"

    def __init__(self, megabytes: int) -> None:
        super().__init__(_("This file is too big. Use one under %(most)s MB.", most=megabytes))


class TooMany(Invalid):
    code = "too_many_files"

    def __init__(self, most: int) -> None:
        super().__init__(_("Send %(most)s files or fewer at a time.", most=most))


class EnoughToday(PortalError):
    status = 429
    code = "too_fast"
    sentence = N_("You have sent many files today. Write to us, or send more tomorrow.")


class WrongKind(Invalid):
    code = "file_kind"
    sentence = N_("We can take photos and PDF files. This is something else.")


class BrokenPhoto(Invalid):
    code = "file_broken"
    sentence = N_("We could not open this photo. Take it again, or choose another one.")


class TooManyPixels(Invalid):
    code = "file_too_large"
    sentence = N_("This photo is too large to open. Take it again, or choose another one.")


class Harmful(Invalid):
    code = "file_harmful"
    sentence = N_("This file may do harm, so we did not take it. Choose another one.")


class CannotCheck(Unavailable):
    sentence = N_(
        "We cannot check files right now, so nothing was sent. Try again in a few minutes."
    )


class CannotKeep(Unavailable):
    sentence = N_(
        "We cannot keep files right now, so nothing was sent. Try again in a few minutes."
    )


class CannotShow(Unavailable):
    sentence = N_("We cannot show this file right now. Please try again later, or ask us about it.")
